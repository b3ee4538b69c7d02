/* The optimal ate pairing. A line through points of the twist, evaluated at (xP, yP) and scaled by factors that the final
   exponentiation takes to one, is c0 + c1 xP v + c4 yP v w; T is in homogeneous coordinates (eprint 2010/526). Public points only. */
#ifndef FIL_PAIRING_H
#define FIL_PAIRING_H

#include "bls_groups.h"

typedef struct {
    g2_point t;
    fp neg_x, y;
    uint32_t live;
} pairing_pair;

/* T becomes 2T; the tangent at T. */
FP_FUNCTION void pairing_double(g2_point *t, fp2 *c0, fp2 *c1, fp2 *c4)
{
    fp2 a, b, c, e, f, g, h, xx;
    fp2_mul(&a, &t->x, &t->y);
    fp2_mul_fp(&a, &a, &FP_HALF);
    fp2_sqr(&b, &t->y);
    fp2_sqr(&c, &t->z);
    g2_times_3b(&e, &c);
    fp2_dbl(&f, &e);
    fp2_add(&f, &f, &e);
    fp2_add(&h, &t->y, &t->z);
    fp2_sqr(&h, &h);
    fp2_sub(&h, &h, &b);
    fp2_sub(&h, &h, &c);
    fp2_sqr(&xx, &t->x);
    fp2_sub(c0, &b, &e);
    fp2_dbl(c1, &xx);
    fp2_add(c1, c1, &xx);
    *c4 = h;
    fp2_add(&g, &b, &f);
    fp2_mul_fp(&g, &g, &FP_HALF);
    fp2_sub(&f, &b, &f);
    fp2_mul(&t->x, &a, &f);
    fp2_sqr(&g, &g);
    fp2_sqr(&e, &e);
    fp2_dbl(&f, &e);
    fp2_add(&e, &e, &f);
    fp2_sub(&t->y, &g, &e);
    fp2_mul(&t->z, &b, &h);
}

/* T becomes T + Q; the line through both. */
FP_FUNCTION void pairing_add(g2_point *t, const g2_affine *q, fp2 *c0, fp2 *c1, fp2 *c4)
{
    fp2 theta, lambda, c, d, e, f, g, h;
    fp2_mul(&theta, &q->y, &t->z);
    fp2_sub(&theta, &t->y, &theta);
    fp2_mul(&lambda, &q->x, &t->z);
    fp2_sub(&lambda, &t->x, &lambda);
    fp2_mul(c0, &theta, &q->x);
    fp2_mul(&c, &lambda, &q->y);
    fp2_sub(c0, c0, &c);
    *c1 = theta;
    *c4 = lambda;
    fp2_sqr(&c, &theta);
    fp2_sqr(&d, &lambda);
    fp2_mul(&e, &lambda, &d);
    fp2_mul(&f, &t->z, &c);
    fp2_mul(&g, &t->x, &d);
    fp2_add(&h, &e, &f);
    fp2_sub(&h, &h, &g);
    fp2_sub(&h, &h, &g);
    fp2_mul(&t->x, &lambda, &h);
    fp2_sub(&g, &g, &h);
    fp2_mul(&g, &theta, &g);
    fp2_mul(&c, &e, &t->y);
    fp2_sub(&t->y, &g, &c);
    fp2_mul(&t->z, &t->z, &e);
}

FP_SMALL void pairing_multiply(fp12 *f, const pairing_pair *pair, const fp2 *c0, fp2 *c1, fp2 *c4)
{
    fp2_mul_fp(c1, c1, &pair->neg_x);
    fp2_mul_fp(c4, c4, &pair->y);
    fp12_mul_line(f, f, c0, c1, c4);
}

FP_FUNCTION void pairing_miller_loop(const g1_affine *ps, const g2_affine *qs, size_t count, fp12 *result, pairing_pair *pairs)
{
    fp12 f;
    fp2 c0, c1, c4;
    memset(&f, 0, sizeof f);
    f.c0.c0 = FP2_ONE;
    for (size_t i = 0; i < count; i++) {
        pairs[i].live = !g1_affine_is_infinity(&ps[i]) && !g2_affine_is_infinity(&qs[i]);
        g2_from_affine_vartime(&pairs[i].t, &qs[i]);
        fp_neg(&pairs[i].neg_x, &ps[i].x);
        pairs[i].y = ps[i].y;
    }
    for (int bit = 62; bit >= 0; bit--) {
        if (bit != 62)
            fp12_sqr(&f, &f);
        for (size_t i = 0; i < count; i++) {
            if (!pairs[i].live)
                continue;
            pairing_double(&pairs[i].t, &c0, &c1, &c4);
            pairing_multiply(&f, &pairs[i], &c0, &c1, &c4);
            if ((BLS_Z >> bit) & 1) {
                pairing_add(&pairs[i].t, &qs[i], &c0, &c1, &c4);
                pairing_multiply(&f, &pairs[i], &c0, &c1, &c4);
            }
        }
    }
    /* z is negative. */
    fp12_conjugate(result, &f);
}

/* a to the power z, in the cyclotomic subgroup. */
FP_FUNCTION void pairing_power_z(fp12 *r, const fp12 *a)
{
    fp12 t = *a;
    for (int bit = 62; bit >= 0; bit--) {
        fp12_cyclotomic_sqr(&t, &t);
        if ((BLS_Z >> bit) & 1)
            fp12_mul(&t, &t, a);
    }
    fp12_conjugate(r, &t);
}

/* (p^6 - 1)(p^2 + 1), then (z - 1)^2 (z + p)(z^2 + p^2 - 1) + 3, which is 3 (p^4 - p^2 + 1) / r (eprint 2020/875). */
FP_FUNCTION void pairing_final_exponentiation(const fp12 *value, fp12 *result)
{
    fp12 easy, t, u, v;
    fp12_inv(&t, value);
    fp12_conjugate(&u, value);
    fp12_mul(&easy, &u, &t);
    fp12_frobenius(&t, &easy);
    fp12_frobenius(&t, &t);
    fp12_mul(&easy, &easy, &t);
    for (int i = 0; i < 2; i++) {
        const fp12 *base = i == 0 ? &easy : &v;
        pairing_power_z(&t, base);
        fp12_conjugate(&u, base);
        fp12_mul(&v, &t, &u);
    }
    pairing_power_z(&t, &v);
    fp12_frobenius(&u, &v);
    fp12_mul(&v, &t, &u);
    pairing_power_z(&t, &v);
    pairing_power_z(&t, &t);
    fp12_frobenius(&u, &v);
    fp12_frobenius(&u, &u);
    fp12_mul(&t, &t, &u);
    fp12_conjugate(&u, &v);
    fp12_mul(&t, &t, &u);
    fp12_cyclotomic_sqr(&u, &easy);
    fp12_mul(&u, &u, &easy);
    fp12_mul(result, &t, &u);
}

#endif
