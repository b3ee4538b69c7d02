/* Fp, the base field of BLS12-381, in six 64-bit limbs: Montgomery form a * 2^384 mod p, always fully reduced.
   Included by files that are compiled for different instructions: everything is static. With ADX and BMI2 the arithmetic is the
   assembly of fp_adx.h, else the portable C of fp_portable.h. Constant time: no branch and no address depends on an operand,
   except where a name ends in _vartime. Results may alias operands. */
#ifndef FIL_FP_H
#define FIL_FP_H

#include <string.h>

#include "fil.h"

typedef struct {
    uint64_t l[6];
} fp;

typedef struct {
    fp c0, c1;
} fp2;

#define FP_P0 UINT64_C(0xb9feffffffffaaab)
#define FP_P1 UINT64_C(0x1eabfffeb153ffff)
#define FP_P2 UINT64_C(0x6730d2a0f6b0f624)
#define FP_P3 UINT64_C(0x64774b84f38512bf)
#define FP_P4 UINT64_C(0x4b1ba7b6434bacd7)
#define FP_P5 UINT64_C(0x1a0111ea397fe69a)

/* -1/p mod 2^64 */
#define FP_NEGATIVE_INVERSE UINT64_C(0x89f3fffcfffcfffd)

static const uint64_t FP_P[6] = { FP_P0, FP_P1, FP_P2, FP_P3, FP_P4, FP_P5 };

#define FP_FUNCTION static __attribute__((noinline, unused))
#define FP_SMALL static inline __attribute__((unused))

#if defined(__ADX__) && defined(__BMI2__)
#include "fp_adx.h"
#else
#include "fp_portable.h"
#endif

#include "bls_params.h"

FP_SMALL void fp_sqr(fp *r, const fp *a)
{
    fp_mul(r, a, a);
}

FP_SMALL void fp_dbl(fp *r, const fp *a)
{
    fp_add(r, a, a);
}

FP_SMALL int fp_is_zero(const fp *a)
{
    return (a->l[0] | a->l[1] | a->l[2] | a->l[3] | a->l[4] | a->l[5]) == 0;
}

FP_SMALL int fp_is_equal(const fp *a, const fp *b)
{
    uint64_t d = 0;
    for (int i = 0; i < 6; i++)
        d |= a->l[i] ^ b->l[i];
    return d == 0;
}

FP_SMALL void fp_neg(fp *r, const fp *a)
{
    static const fp zero;
    fp_sub(r, &zero, a);
}

/* r = a where mask is all ones; r stays where it is zero. */
FP_SMALL void fp_select(fp *r, const fp *a, uint64_t mask)
{
    for (int i = 0; i < 6; i++)
        r->l[i] ^= (r->l[i] ^ a->l[i]) & mask;
}

/* The canonical integer. */
FP_SMALL void fp_from_montgomery(fp *r, const fp *a)
{
    static const fp one = { { 1 } };
    fp_mul(r, a, &one);
}

/* a to a public exponent, which alone decides the operations. */
FP_FUNCTION void fp_pow(fp *r, const fp *a, const uint64_t exponent[6])
{
    fp table[16], t = FP_ONE;
    table[0] = FP_ONE;
    for (int i = 1; i < 16; i++)
        fp_mul(&table[i], &table[i - 1], a);
    for (int i = 95; i >= 0; i--) {
        const unsigned digit = (exponent[i >> 4] >> ((i & 15) * 4)) & 15;
        if (i != 95)
            for (int j = 0; j < 4; j++)
                fp_sqr(&t, &t);
        if (digit)
            fp_mul(&t, &t, &table[digit]);
    }
    *r = t;
}

/* 1/a; of zero, zero. */
FP_SMALL void fp_inv(fp *r, const fp *a)
{
    fp_pow(r, a, FP_INVERSE_EXPONENT);
}

/* Whether a has a root, which r is then. */
FP_SMALL int fp_sqrt_vartime(fp *r, const fp *a)
{
    fp root, square;
    fp_pow(&root, a, FP_SQRT_EXPONENT);
    fp_sqr(&square, &root);
    const int found = fp_is_equal(&square, a);
    *r = root;
    return found;
}

/* Whether the canonical integer is above (p - 1) / 2: its double, reduced, is odd then. */
FP_SMALL int fp_is_largest_vartime(const fp *a)
{
    fp t;
    fp_from_montgomery(&t, a);
    fp_dbl(&t, &t);
    return (int)(t.l[0] & 1);
}

FP_SMALL int fp_is_below_modulus(const uint64_t l[6])
{
    for (int i = 5; i >= 0; i--)
        if (l[i] != FP_P[i])
            return l[i] < FP_P[i];
    return 0;
}

FP_SMALL uint64_t fp_load_be64(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, 8);
    return __builtin_bswap64(v);
}

/* 48 bytes big-endian, of which the bits of clear are ignored in the first byte. False where the integer is not below p. */
FP_SMALL int fp_read_be_vartime(fp *r, const uint8_t *bytes, uint8_t clear)
{
    fp t;
    for (int i = 0; i < 6; i++)
        t.l[i] = fp_load_be64(bytes + 40 - 8 * i);
    t.l[5] &= ~((uint64_t)clear << 56);
    if (!fp_is_below_modulus(t.l))
        return 0;
    fp_mul(r, &t, &FP_R2);
    return 1;
}

FP_SMALL void fp_write_be(uint8_t *bytes, const fp *a)
{
    fp t;
    fp_from_montgomery(&t, a);
    for (int i = 0; i < 6; i++) {
        const uint64_t v = __builtin_bswap64(t.l[i]);
        memcpy(bytes + 40 - 8 * i, &v, 8);
    }
}

#endif
