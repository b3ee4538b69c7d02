/* The subgroup of order r of Fp12, where values of the pairing are. Variable time: elements and exponents are public. */
#ifndef FIL_TARGET_GROUP_H
#define FIL_TARGET_GROUP_H

#include "pairing.h"

FP_SMALL int fp12_is_equal(const fp12 *a, const fp12 *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* a^(p^4 - p^2 + 1) = 1, and a^p = a^z, which no element of that group outside the subgroup shows (Scott, eprint 2021/1130). */
FP_FUNCTION int gt_is_in_subgroup(const fp12 *a)
{
    fp12 p, p2, t;
    fp12_frobenius(&p, a);
    fp12_frobenius(&p2, &p);
    fp12_frobenius(&t, &p2);
    fp12_frobenius(&t, &t);
    fp12_mul(&t, &t, a);
    if (!fp12_is_equal(&t, &p2))
        return 0;
    pairing_power_z(&t, a);
    /* Zero is the one element that passes so far and is in no group. */
    return fp12_is_equal(&t, &p) && !(fp2_is_zero(&a->c0.c0) & fp2_is_zero(&a->c0.c1) & fp2_is_zero(&a->c0.c2)
                                      & fp2_is_zero(&a->c1.c0) & fp2_is_zero(&a->c1.c1) & fp2_is_zero(&a->c1.c2));
}

/* (c + w) / (c - w) = (c^2 + v + 2cw) / (c^2 - v); v is no square, so the divisor is not zero. */
FP_FUNCTION void gt_from_torus(fp12 *r, const fp6 *c)
{
    fp6 square, divisor;
    fp6_mul(&square, c, c);
    divisor = square;
    fp2_sub(&divisor.c1, &divisor.c1, &FP2_ONE);
    fp2_add(&square.c1, &square.c1, &FP2_ONE);
    fp6_inv(&divisor, &divisor);
    fp6_mul(&r->c0, &square, &divisor);
    fp6_mul(&r->c1, c, &divisor);
    fp6_add(&r->c1, &r->c1, &r->c1);
}

/* The product of values_i to the power scalars_i: squarings shared by all, signed digits of width five, inverses by conjugation.
   workspace of BLS_GT_WORKSPACE bytes a value. */
FP_FUNCTION void gt_multi_power(const fp12 *values, const uint64_t *scalars, size_t count, fp12 *product, void *workspace)
{
    fp12 *table = workspace;
    int8_t *digits = (int8_t *)(table + 8 * count);
    int longest = 0;
    for (size_t i = 0; i < count; i++) {
        fp12 square, *odd = table + 8 * i;
        odd[0] = values[i];
        fp12_cyclotomic_sqr(&square, &odd[0]);
        for (int j = 1; j < 8; j++)
            fp12_mul(&odd[j], &odd[j - 1], &square);
        memset(digits + 264 * i, 0, 264);
        const int n = g1_recode_vartime(digits + 264 * i, scalars + 4 * i);
        longest = n > longest ? n : longest;
    }
    memset(product, 0, sizeof *product);
    product->c0.c0 = FP2_ONE;
    for (int bit = longest - 1; bit >= 0; bit--) {
        fp12_cyclotomic_sqr(product, product);
        for (size_t i = 0; i < count; i++) {
            const int digit = digits[264 * i + bit];
            if (digit > 0) {
                fp12_mul(product, product, &table[8 * i + (digit >> 1)]);
            } else if (digit < 0) {
                fp12 inverse;
                fp12_conjugate(&inverse, &table[8 * i + (-digit >> 1)]);
                fp12_mul(product, product, &inverse);
            }
        }
    }
}

#endif
