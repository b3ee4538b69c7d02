/* 1/a in Fp by division steps on the low bits (Bernstein and Yang, eprint 2019/266), 62 at a time on single words and then applied to
   whole integers. Variable time: public values only. Included after fp.h. */
#ifndef FIL_FP_INVERSE_H
#define FIL_FP_INVERSE_H

#include "fp.h"

/* Seven signed limbs of 62 bits. */
typedef struct {
    int64_t v[7];
} fp_signed62;

typedef __int128 fp_i128;

#define FP_M62 (UINT64_MAX >> 2)

/* 1/p mod 2^62 */
#define FP_P_INVERSE62 UINT64_C(0x360c000300030003)

/* 2^1152 mod p */
static const fp FP_R3 =
    { { 0xed48ac6bd94ca1e0, 0x315f831e03a7adf8, 0x9a53352a615e29dd,
        0x34c04e5e921e1761, 0x2512d43565724728, 0x0aa6346091755d4d } };

/* u, v, q, r: the matrix of 62 division steps, scaled by 2^62. */
typedef struct {
    int64_t u, v, q, r;
} fp_steps;

FP_SMALL int64_t fp_divide_steps(int64_t eta, uint64_t f, uint64_t g, fp_steps *t)
{
    uint64_t u = 1, v = 0, q = 0, r = 1, swap;
    int left = 62;
    for (;;) {
        const int zeros = __builtin_ctzll(g | (UINT64_MAX << left));
        g >>= zeros;
        u <<= zeros;
        v <<= zeros;
        eta -= zeros;
        left -= zeros;
        if (left == 0)
            break;
        if (eta < 0) {
            eta = -eta;
            swap = f, f = g, g = 0 - swap;
            swap = u, u = q, q = 0 - swap;
            swap = v, v = r, r = 0 - swap;
        }
        /* Clear up to six low bits of g, as many as steps may be taken before f and g change places. */
        const int limit = eta + 1 > left ? left : (int)(eta + 1);
        const uint64_t mask = (UINT64_MAX >> (64 - limit)) & 63;
        const uint64_t w = (f * g * (f * f - 2)) & mask;
        g += f * w;
        q += u * w;
        r += v * w;
    }
    t->u = (int64_t)u, t->v = (int64_t)v, t->q = (int64_t)q, t->r = (int64_t)r;
    return eta;
}

/* (f, g) becomes the matrix times (f, g), divided by 2^62. */
FP_SMALL void fp_apply_fg(fp_signed62 *f, fp_signed62 *g, const fp_steps *t)
{
    fp_i128 cf = (fp_i128)t->u * f->v[0] + (fp_i128)t->v * g->v[0];
    fp_i128 cg = (fp_i128)t->q * f->v[0] + (fp_i128)t->r * g->v[0];
    cf >>= 62;
    cg >>= 62;
    for (int i = 1; i < 7; i++) {
        const int64_t fi = f->v[i], gi = g->v[i];
        cf += (fp_i128)t->u * fi + (fp_i128)t->v * gi;
        cg += (fp_i128)t->q * fi + (fp_i128)t->r * gi;
        f->v[i - 1] = (int64_t)((uint64_t)cf & FP_M62);
        g->v[i - 1] = (int64_t)((uint64_t)cg & FP_M62);
        cf >>= 62;
        cg >>= 62;
    }
    f->v[6] = (int64_t)cf;
    g->v[6] = (int64_t)cg;
}

/* (d, e) becomes the matrix times (d, e), divided by 2^62 modulo p; both stay in (-2p, p). */
FP_SMALL void fp_apply_de(fp_signed62 *d, fp_signed62 *e, const fp_steps *t, const fp_signed62 *p, uint64_t p_inverse)
{
    const int64_t sd = d->v[6] >> 63, se = e->v[6] >> 63;
    int64_t md = (t->u & sd) + (t->v & se), me = (t->q & sd) + (t->r & se);
    fp_i128 cd = (fp_i128)t->u * d->v[0] + (fp_i128)t->v * e->v[0];
    fp_i128 ce = (fp_i128)t->q * d->v[0] + (fp_i128)t->r * e->v[0];
    md -= (int64_t)((p_inverse * (uint64_t)cd + (uint64_t)md) & FP_M62);
    me -= (int64_t)((p_inverse * (uint64_t)ce + (uint64_t)me) & FP_M62);
    cd += (fp_i128)p->v[0] * md;
    ce += (fp_i128)p->v[0] * me;
    cd >>= 62;
    ce >>= 62;
    for (int i = 1; i < 7; i++) {
        const int64_t di = d->v[i], ei = e->v[i];
        cd += (fp_i128)t->u * di + (fp_i128)t->v * ei + (fp_i128)p->v[i] * md;
        ce += (fp_i128)t->q * di + (fp_i128)t->r * ei + (fp_i128)p->v[i] * me;
        d->v[i - 1] = (int64_t)((uint64_t)cd & FP_M62);
        e->v[i - 1] = (int64_t)((uint64_t)ce & FP_M62);
        cd >>= 62;
        ce >>= 62;
    }
    d->v[6] = (int64_t)cd;
    e->v[6] = (int64_t)ce;
}

FP_SMALL void fp_to_signed62(fp_signed62 *r, const uint64_t a[6])
{
    for (int i = 0; i < 7; i++) {
        const int bit = 62 * i, word = bit >> 6, shift = bit & 63;
        uint64_t v = word < 6 ? a[word] >> shift : 0;
        if (shift && word + 1 < 6)
            v |= a[word + 1] << (64 - shift);
        r->v[i] = (int64_t)(v & FP_M62);
    }
}

/* 1/a; of zero, zero. */
FP_FUNCTION void fp_inv_vartime(fp *r, const fp *a)
{
    fp_signed62 f, g, d = { { 0 } }, e = { { 1 } }, p;
    fp_steps t;
    int64_t eta = -1;
    fp_to_signed62(&p, FP_P);
    fp_to_signed62(&g, a->l);
    f = p;
    while (g.v[0] | g.v[1] | g.v[2] | g.v[3] | g.v[4] | g.v[5] | g.v[6]) {
        eta = fp_divide_steps(eta, (uint64_t)f.v[0] | ((uint64_t)f.v[1] << 62), (uint64_t)g.v[0] | ((uint64_t)g.v[1] << 62), &t);
        fp_apply_de(&d, &e, &t, &p, FP_P_INVERSE62);
        fp_apply_fg(&f, &g, &t);
    }
    /* f is +-1 (or p, where a is zero and d with it), d = +-1/a in (-2p, p). */
    const int negate = f.v[6] < 0;
    int64_t carry = 0;
    for (int i = 0; i < 7; i++) {
        int64_t v = (negate ? -d.v[i] : d.v[i]) + carry;
        carry = i < 6 ? v >> 62 : 0;
        d.v[i] = i < 6 ? (int64_t)((uint64_t)v & FP_M62) : v;
    }
    /* In (-2p, 2p) now: bring it above zero, then below p. */
    for (int round = 0; round < 2 && d.v[6] < 0; round++) {
        carry = 0;
        for (int i = 0; i < 7; i++) {
            int64_t v = d.v[i] + p.v[i] + carry;
            carry = i < 6 ? v >> 62 : 0;
            d.v[i] = i < 6 ? (int64_t)((uint64_t)v & FP_M62) : v;
        }
    }
    uint64_t out[6];
    for (int i = 0; i < 6; i++) {
        const int bit = 64 * i, limb = bit / 62, shift = bit % 62;
        uint64_t v = (uint64_t)d.v[limb] >> shift;
        v |= (uint64_t)d.v[limb + 1] << (62 - shift);
        if (62 - shift + 62 < 64 && limb + 2 < 7)
            v |= (uint64_t)d.v[limb + 2] << (124 - shift);
        out[i] = v;
    }
    fp s;
    memcpy(s.l, out, sizeof out);
    if (!fp_is_below_modulus(s.l)) {
        uint64_t borrow = 0;
        for (int i = 0; i < 6; i++) {
            const unsigned __int128 w = (unsigned __int128)s.l[i] - FP_P[i] - borrow;
            s.l[i] = (uint64_t)w;
            borrow = (uint64_t)(w >> 64) & 1;
        }
    }
    /* a was x 2^384: s is 2^-384 / x, and two factors of 2^384 are missing. */
    fp_mul(r, &s, &FP_R3);
}

#endif
