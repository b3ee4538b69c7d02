/* Eight elements of Fp2 at once. Coefficients are values of fp8.h: operands of products are below 16 p, products below 5 p. */
#ifndef FIL_FP8_TOWER_H
#define FIL_FP8_TOWER_H

#include "fp8.h"

typedef struct {
    fp8 c0, c1;
} fp8x2;

FIL_INLINE void fp8x2_add(fp8x2 *r, const fp8x2 *a, const fp8x2 *b)
{
    fp8_add(&r->c0, &a->c0, &b->c0);
    fp8_add(&r->c1, &a->c1, &b->c1);
}

FIL_INLINE void fp8x2_sub(fp8x2 *r, const fp8x2 *a, const fp8x2 *b, const uint64_t m[8])
{
    fp8_sub(&r->c0, &a->c0, &b->c0, m);
    fp8_sub(&r->c1, &a->c1, &b->c1, m);
}

FIL_INLINE void fp8x2_mul(fp8x2 *r, const fp8x2 *a, const fp8x2 *b)
{
    fp8 low, high, sa, sb;
    fp8_add(&sa, &a->c0, &a->c1);
    fp8_add(&sb, &b->c0, &b->c1);
    fp8_mul(&low, &a->c0, &b->c0);
    fp8_mul(&high, &a->c1, &b->c1);
    fp8_mul(&sa, &sa, &sb);
    fp8_sub(&r->c0, &low, &high, FP8_2P);
    fp8_sub2(&r->c1, &sa, &low, &high, FP8_4P);
}

/* The first coefficient is below p, the second below 2 p. */
FIL_INLINE void fp8x2_sqr(fp8x2 *r, const fp8x2 *a)
{
    fp8 s, d, m;
    fp8_add(&s, &a->c0, &a->c1);
    fp8_sub(&d, &a->c0, &a->c1, FP8_8P);
    fp8_mul(&m, &a->c0, &a->c1);
    fp8_mul(&r->c0, &s, &d);
    fp8_add(&r->c1, &m, &m);
}

#endif
