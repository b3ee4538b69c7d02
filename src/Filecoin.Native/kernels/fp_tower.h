/* Fp2 = Fp[u]/(u^2 + 1), Fp6 = Fp2[v]/(v^3 - (1 + u)), Fp12 = Fp6[w]/(w^2 - v). Constant time as fp.h is. Results may alias operands. */
#ifndef FIL_FP_TOWER_H
#define FIL_FP_TOWER_H

#include "fp.h"

typedef struct {
    fp2 c0, c1, c2;
} fp6;

typedef struct {
    fp6 c0, c1;
} fp12;

static const fp2 FP2_ONE __attribute__((unused)) = { { { 0x760900000002fffd, 0xebf4000bc40c0002, 0x5f48985753c758ba,
                                                          0x77ce585370525745, 0x5c071a97a256ec6d, 0x15f65ec3fa80e493 } },
                                                      { { 0 } } };

FP_SMALL void fp2_add(fp2 *r, const fp2 *a, const fp2 *b)
{
    fp_add(&r->c0, &a->c0, &b->c0);
    fp_add(&r->c1, &a->c1, &b->c1);
}

FP_SMALL void fp2_sub(fp2 *r, const fp2 *a, const fp2 *b)
{
    fp_sub(&r->c0, &a->c0, &b->c0);
    fp_sub(&r->c1, &a->c1, &b->c1);
}

FP_SMALL void fp2_dbl(fp2 *r, const fp2 *a)
{
    fp2_add(r, a, a);
}

FP_SMALL void fp2_neg(fp2 *r, const fp2 *a)
{
    fp_neg(&r->c0, &a->c0);
    fp_neg(&r->c1, &a->c1);
}

FP_SMALL void fp2_conjugate(fp2 *r, const fp2 *a)
{
    r->c0 = a->c0;
    fp_neg(&r->c1, &a->c1);
}

FP_FUNCTION void fp2_mul(fp2 *r, const fp2 *a, const fp2 *b)
{
    fp low, high, sa, sb;
    fp_add(&sa, &a->c0, &a->c1);
    fp_add(&sb, &b->c0, &b->c1);
    fp_mul(&low, &a->c0, &b->c0);
    fp_mul(&high, &a->c1, &b->c1);
    fp_mul(&sa, &sa, &sb);
    fp_sub(&sa, &sa, &low);
    fp_sub(&r->c1, &sa, &high);
    fp_sub(&r->c0, &low, &high);
}

FP_FUNCTION void fp2_sqr(fp2 *r, const fp2 *a)
{
    fp s, d, m;
    fp_add(&s, &a->c0, &a->c1);
    fp_sub(&d, &a->c0, &a->c1);
    fp_mul(&m, &a->c0, &a->c1);
    fp_mul(&r->c0, &s, &d);
    fp_dbl(&r->c1, &m);
}

FP_SMALL void fp2_mul_fp(fp2 *r, const fp2 *a, const fp *b)
{
    fp_mul(&r->c0, &a->c0, b);
    fp_mul(&r->c1, &a->c1, b);
}

/* times 1 + u */
FP_SMALL void fp2_mul_nonresidue(fp2 *r, const fp2 *a)
{
    fp t;
    fp_sub(&t, &a->c0, &a->c1);
    fp_add(&r->c1, &a->c0, &a->c1);
    r->c0 = t;
}

FP_SMALL int fp2_is_zero(const fp2 *a)
{
    return fp_is_zero(&a->c0) & fp_is_zero(&a->c1);
}

FP_SMALL int fp2_is_equal(const fp2 *a, const fp2 *b)
{
    return fp_is_equal(&a->c0, &b->c0) & fp_is_equal(&a->c1, &b->c1);
}

FP_SMALL void fp2_select(fp2 *r, const fp2 *a, uint64_t mask)
{
    fp_select(&r->c0, &a->c0, mask);
    fp_select(&r->c1, &a->c1, mask);
}

FP_SMALL void fp2_inv(fp2 *r, const fp2 *a)
{
    fp n, t;
    fp_sqr(&n, &a->c0);
    fp_sqr(&t, &a->c1);
    fp_add(&n, &n, &t);
    fp_inv(&n, &n);
    fp_mul(&r->c0, &a->c0, &n);
    fp_mul(&t, &a->c1, &n);
    fp_neg(&r->c1, &t);
}

/* With n^2 = c0^2 + c1^2, one of (c0 +- n) / 2 is the square of the root's first coefficient x; the second is c1 / 2x. */
FP_FUNCTION int fp2_sqrt_vartime(fp2 *r, const fp2 *a)
{
    fp n, t, x;
    fp2 root, square;
    if (fp_is_zero(&a->c1)) {
        memset(r, 0, sizeof *r);
        if (fp_sqrt_vartime(&x, &a->c0)) {
            r->c0 = x;
            return 1;
        }
        fp_neg(&t, &a->c0);
        return fp_sqrt_vartime(&r->c1, &t);
    }
    fp_sqr(&n, &a->c0);
    fp_sqr(&t, &a->c1);
    fp_add(&n, &n, &t);
    if (!fp_sqrt_vartime(&n, &n))
        return 0;
    fp_add(&t, &a->c0, &n);
    fp_mul(&t, &t, &FP_HALF);
    if (!fp_sqrt_vartime(&x, &t)) {
        fp_sub(&t, &a->c0, &n);
        fp_mul(&t, &t, &FP_HALF);
        if (!fp_sqrt_vartime(&x, &t))
            return 0;
    }
    root.c0 = x;
    fp_dbl(&t, &x);
    fp_inv(&t, &t);
    fp_mul(&root.c1, &a->c1, &t);
    fp2_sqr(&square, &root);
    const int found = fp2_is_equal(&square, a);
    *r = root;
    return found;
}

FP_SMALL int fp2_is_largest_vartime(const fp2 *a)
{
    return fp_is_zero(&a->c1) ? fp_is_largest_vartime(&a->c0) : fp_is_largest_vartime(&a->c1);
}

FP_SMALL int fp2_read_be_vartime(fp2 *r, const uint8_t *bytes, uint8_t clear)
{
    return fp_read_be_vartime(&r->c1, bytes, clear) && fp_read_be_vartime(&r->c0, bytes + 48, 0);
}

FP_SMALL void fp2_write_be(uint8_t *bytes, const fp2 *a)
{
    fp_write_be(bytes, &a->c1);
    fp_write_be(bytes + 48, &a->c0);
}

FP_SMALL void fp6_add(fp6 *r, const fp6 *a, const fp6 *b)
{
    fp2_add(&r->c0, &a->c0, &b->c0);
    fp2_add(&r->c1, &a->c1, &b->c1);
    fp2_add(&r->c2, &a->c2, &b->c2);
}

FP_SMALL void fp6_sub(fp6 *r, const fp6 *a, const fp6 *b)
{
    fp2_sub(&r->c0, &a->c0, &b->c0);
    fp2_sub(&r->c1, &a->c1, &b->c1);
    fp2_sub(&r->c2, &a->c2, &b->c2);
}

FP_SMALL void fp6_neg(fp6 *r, const fp6 *a)
{
    fp2_neg(&r->c0, &a->c0);
    fp2_neg(&r->c1, &a->c1);
    fp2_neg(&r->c2, &a->c2);
}

/* times v */
FP_SMALL void fp6_mul_nonresidue(fp6 *r, const fp6 *a)
{
    fp2 t;
    fp2_mul_nonresidue(&t, &a->c2);
    r->c2 = a->c1;
    r->c1 = a->c0;
    r->c0 = t;
}

FP_FUNCTION void fp6_mul(fp6 *r, const fp6 *a, const fp6 *b)
{
    fp2 d0, d1, d2, s12, s01, s02, t;
    fp2_mul(&d0, &a->c0, &b->c0);
    fp2_mul(&d1, &a->c1, &b->c1);
    fp2_mul(&d2, &a->c2, &b->c2);
    fp2_add(&s12, &a->c1, &a->c2);
    fp2_add(&t, &b->c1, &b->c2);
    fp2_mul(&s12, &s12, &t);
    fp2_add(&s01, &a->c0, &a->c1);
    fp2_add(&t, &b->c0, &b->c1);
    fp2_mul(&s01, &s01, &t);
    fp2_add(&s02, &a->c0, &a->c2);
    fp2_add(&t, &b->c0, &b->c2);
    fp2_mul(&s02, &s02, &t);
    fp2_sub(&s12, &s12, &d1);
    fp2_sub(&s12, &s12, &d2);
    fp2_mul_nonresidue(&s12, &s12);
    fp2_add(&r->c0, &d0, &s12);
    fp2_sub(&s01, &s01, &d0);
    fp2_sub(&s01, &s01, &d1);
    fp2_mul_nonresidue(&t, &d2);
    fp2_add(&r->c1, &s01, &t);
    fp2_sub(&s02, &s02, &d0);
    fp2_sub(&s02, &s02, &d2);
    fp2_add(&r->c2, &s02, &d1);
}

/* times b0 + b1 v */
FP_FUNCTION void fp6_mul_01(fp6 *r, const fp6 *a, const fp2 *b0, const fp2 *b1)
{
    fp2 d0, d1, s, t, u;
    fp2_mul(&d0, &a->c0, b0);
    fp2_mul(&d1, &a->c1, b1);
    fp2_add(&s, &a->c0, &a->c1);
    fp2_add(&t, b0, b1);
    fp2_mul(&s, &s, &t);
    fp2_sub(&s, &s, &d0);
    fp2_sub(&s, &s, &d1);
    fp2_mul(&t, &a->c2, b1);
    fp2_mul(&u, &a->c2, b0);
    fp2_mul_nonresidue(&t, &t);
    fp2_add(&r->c0, &d0, &t);
    r->c1 = s;
    fp2_add(&r->c2, &u, &d1);
}

/* times b1 v */
FP_FUNCTION void fp6_mul_1(fp6 *r, const fp6 *a, const fp2 *b1)
{
    fp2 t0, t1;
    fp2_mul(&t0, &a->c0, b1);
    fp2_mul(&t1, &a->c1, b1);
    fp2_mul(&r->c0, &a->c2, b1);
    fp2_mul_nonresidue(&r->c0, &r->c0);
    r->c1 = t0;
    r->c2 = t1;
}

FP_FUNCTION void fp6_inv(fp6 *r, const fp6 *a)
{
    fp2 t0, t1, t2, n, m;
    fp2_sqr(&t0, &a->c0);
    fp2_mul(&m, &a->c1, &a->c2);
    fp2_mul_nonresidue(&m, &m);
    fp2_sub(&t0, &t0, &m);
    fp2_sqr(&t1, &a->c2);
    fp2_mul_nonresidue(&t1, &t1);
    fp2_mul(&m, &a->c0, &a->c1);
    fp2_sub(&t1, &t1, &m);
    fp2_sqr(&t2, &a->c1);
    fp2_mul(&m, &a->c0, &a->c2);
    fp2_sub(&t2, &t2, &m);
    fp2_mul(&n, &a->c2, &t1);
    fp2_mul(&m, &a->c1, &t2);
    fp2_add(&n, &n, &m);
    fp2_mul_nonresidue(&n, &n);
    fp2_mul(&m, &a->c0, &t0);
    fp2_add(&n, &n, &m);
    fp2_inv(&n, &n);
    fp2_mul(&r->c0, &t0, &n);
    fp2_mul(&r->c1, &t1, &n);
    fp2_mul(&r->c2, &t2, &n);
}

FP_FUNCTION void fp12_mul(fp12 *r, const fp12 *a, const fp12 *b)
{
    fp6 low, high, sa, sb;
    fp6_mul(&low, &a->c0, &b->c0);
    fp6_mul(&high, &a->c1, &b->c1);
    fp6_add(&sa, &a->c0, &a->c1);
    fp6_add(&sb, &b->c0, &b->c1);
    fp6_mul(&sa, &sa, &sb);
    fp6_sub(&sa, &sa, &low);
    fp6_sub(&r->c1, &sa, &high);
    fp6_mul_nonresidue(&high, &high);
    fp6_add(&r->c0, &low, &high);
}

FP_FUNCTION void fp12_sqr(fp12 *r, const fp12 *a)
{
    fp6 m, s, t;
    fp6_mul(&m, &a->c0, &a->c1);
    fp6_add(&s, &a->c0, &a->c1);
    fp6_mul_nonresidue(&t, &a->c1);
    fp6_add(&t, &t, &a->c0);
    fp6_mul(&s, &s, &t);
    fp6_sub(&s, &s, &m);
    fp6_mul_nonresidue(&t, &m);
    fp6_sub(&r->c0, &s, &t);
    fp6_add(&r->c1, &m, &m);
}

/* times c0 + c1 v + c4 v w, the shape of a line */
FP_FUNCTION void fp12_mul_line(fp12 *r, const fp12 *a, const fp2 *c0, const fp2 *c1, const fp2 *c4)
{
    fp6 low, high, s;
    fp2 t;
    fp6_mul_01(&low, &a->c0, c0, c1);
    fp6_mul_1(&high, &a->c1, c4);
    fp6_add(&s, &a->c0, &a->c1);
    fp2_add(&t, c1, c4);
    fp6_mul_01(&s, &s, c0, &t);
    fp6_sub(&s, &s, &low);
    fp6_sub(&r->c1, &s, &high);
    fp6_mul_nonresidue(&high, &high);
    fp6_add(&r->c0, &low, &high);
}

FP_SMALL void fp12_conjugate(fp12 *r, const fp12 *a)
{
    r->c0 = a->c0;
    fp6_neg(&r->c1, &a->c1);
}

FP_FUNCTION void fp12_inv(fp12 *r, const fp12 *a)
{
    fp6 n, t;
    fp6_mul(&n, &a->c0, &a->c0);
    fp6_mul(&t, &a->c1, &a->c1);
    fp6_mul_nonresidue(&t, &t);
    fp6_sub(&n, &n, &t);
    fp6_inv(&n, &n);
    fp6_mul(&r->c0, &a->c0, &n);
    fp6_mul(&t, &a->c1, &n);
    fp6_neg(&r->c1, &t);
}

FP_SMALL void fp6_frobenius(fp6 *r, const fp6 *a)
{
    fp2_conjugate(&r->c0, &a->c0);
    fp2_conjugate(&r->c1, &a->c1);
    fp2_mul(&r->c1, &r->c1, &FP2_FROBENIUS_V);
    fp2_conjugate(&r->c2, &a->c2);
    fp2_mul(&r->c2, &r->c2, &FP2_FROBENIUS_V2);
}

/* a to the power p */
FP_FUNCTION void fp12_frobenius(fp12 *r, const fp12 *a)
{
    fp6_frobenius(&r->c0, &a->c0);
    fp6_frobenius(&r->c1, &a->c1);
    fp2_mul(&r->c1.c0, &r->c1.c0, &FP2_FROBENIUS_W);
    fp2_mul(&r->c1.c1, &r->c1.c1, &FP2_FROBENIUS_W);
    fp2_mul(&r->c1.c2, &r->c1.c2, &FP2_FROBENIUS_W);
}

/* (a + b s)^2 with s^2 = 1 + u: the square in a quadratic extension of Fp2. */
FP_SMALL void fp4_sqr(fp2 *r0, fp2 *r1, const fp2 *a, const fp2 *b)
{
    fp2 aa, bb, s;
    fp2_sqr(&aa, a);
    fp2_sqr(&bb, b);
    fp2_add(&s, a, b);
    fp2_sqr(&s, &s);
    fp2_sub(&s, &s, &aa);
    fp2_sub(r1, &s, &bb);
    fp2_mul_nonresidue(&bb, &bb);
    fp2_add(r0, &aa, &bb);
}

/* r = 3 t - 2 a or 3 t + 2 a */
FP_SMALL void fp2_three_minus_two(fp2 *r, const fp2 *t, const fp2 *a)
{
    fp2 d;
    fp2_sub(&d, t, a);
    fp2_dbl(&d, &d);
    fp2_add(r, &d, t);
}

FP_SMALL void fp2_three_plus_two(fp2 *r, const fp2 *t, const fp2 *a)
{
    fp2 d;
    fp2_add(&d, t, a);
    fp2_dbl(&d, &d);
    fp2_add(r, &d, t);
}

/* The square of an element whose norm to Fp6 is one and that the power p^4 - p^2 + 1 takes to one (Granger and Scott, eprint 2009/565). */
FP_FUNCTION void fp12_cyclotomic_sqr(fp12 *r, const fp12 *a)
{
    fp2 a0, a1, b0, b1, c0, c1;
    fp4_sqr(&a0, &a1, &a->c0.c0, &a->c1.c1);
    fp4_sqr(&b0, &b1, &a->c1.c0, &a->c0.c2);
    fp4_sqr(&c0, &c1, &a->c0.c1, &a->c1.c2);
    fp2_three_minus_two(&r->c0.c0, &a0, &a->c0.c0);
    fp2_three_minus_two(&r->c0.c1, &b0, &a->c0.c1);
    fp2_three_minus_two(&r->c0.c2, &c0, &a->c0.c2);
    fp2_mul_nonresidue(&c1, &c1);
    fp2_three_plus_two(&r->c1.c0, &c1, &a->c1.c0);
    fp2_three_plus_two(&r->c1.c1, &a1, &a->c1.c1);
    fp2_three_plus_two(&r->c1.c2, &b1, &a->c1.c2);
}

#endif
