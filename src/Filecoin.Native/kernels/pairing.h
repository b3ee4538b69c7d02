/* The optimal ate pairing. A line through points of the twist, evaluated at (xP, yP) and scaled by factors that the final
   exponentiation takes to one, is c0 + c1 xP v + c4 yP v w; T is in homogeneous coordinates (eprint 2010/526). Public points only. */
#ifndef FIL_PAIRING_H
#define FIL_PAIRING_H

#include "bls_groups.h"

typedef struct {
    g2_point t;
    uint32_t live;
} pairing_walk;

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

/* Multiplies each product with the line at its list's point; c1 comes negated. */
FP_FUNCTION void pairing_multiply(fp12 *products, const g1_affine *p, size_t stride, size_t lists, const fp2 *c0, const fp2 *c1,
                                  const fp2 *c4)
{
    fp2 d1, d4;
    for (size_t j = 0; j < lists; j++, p += stride) {
        if (g1_affine_is_infinity(p))
            continue;
        fp2_mul_fp(&d1, c1, &p->x);
        fp2_mul_fp(&d4, c4, &p->y);
        fp12_mul_line(&products[j], &products[j], c0, &d1, &d4);
    }
}

/* Lists of count points of G1, one after the other, each against the same count points of G2: a product for each list. */
FP_FUNCTION void pairing_miller_loops(const g1_affine *ps, const g2_affine *qs, size_t count, size_t lists, fp12 *products,
                                      pairing_walk *walks)
{
    fp2 c0, c1, c4;
    memset(products, 0, lists * sizeof *products);
    for (size_t j = 0; j < lists; j++)
        products[j].c0.c0 = FP2_ONE;
    for (size_t i = 0; i < count; i++) {
        walks[i].live = !g2_affine_is_infinity(&qs[i]);
        g2_from_affine_vartime(&walks[i].t, &qs[i]);
    }
    for (int bit = 62; bit >= 0; bit--) {
        if (bit != 62)
            for (size_t j = 0; j < lists; j++)
                fp12_sqr(&products[j], &products[j]);
        for (size_t i = 0; i < count; i++) {
            if (!walks[i].live)
                continue;
            pairing_double(&walks[i].t, &c0, &c1, &c4);
            fp2_neg(&c1, &c1);
            pairing_multiply(products, &ps[i], count, lists, &c0, &c1, &c4);
            if ((BLS_Z >> bit) & 1) {
                pairing_add(&walks[i].t, &qs[i], &c0, &c1, &c4);
                fp2_neg(&c1, &c1);
                pairing_multiply(products, &ps[i], count, lists, &c0, &c1, &c4);
            }
        }
    }
    /* z is negative. */
    for (size_t j = 0; j < lists; j++)
        fp12_conjugate(&products[j], &products[j]);
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
