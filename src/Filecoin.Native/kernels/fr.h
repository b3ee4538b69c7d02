/* The scalar field of BLS12-381, r = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001, portable arithmetic.
 * An element in memory is four little-endian 64-bit limbs of a * 2^256 mod r, below r: the managed type Fr. Not constant time. */
#ifndef FIL_FR_H
#define FIL_FR_H

#include "fil.h"

#define FR_SIZE 32

/* The scalar forms are one source: x.c is the portable one, x_adx.c includes it with FIL_FR_ADX defined. */
#if defined(FIL_FR_ADX)
#define FR_FORM(name) name##_adx
#else
#define FR_FORM(name) name##_portable
#endif

typedef struct {
    uint64_t l[4];
} fr;

typedef unsigned __int128 fr_u128;

#define FR_R0 UINT64_C(0xffffffff00000001)
#define FR_R1 UINT64_C(0x53bda402fffe5bfe)
#define FR_R2 UINT64_C(0x3339d80809a1d805)
#define FR_R3 UINT64_C(0x73eda753299d7d48)

/* -1 / r mod 2^64. */
#define FR_NEGATIVE_INVERSE UINT64_C(0xfffffffeffffffff)

static const fr FR_ONE = {{UINT64_C(0x00000001fffffffe), UINT64_C(0x5884b7fa00034802), UINT64_C(0x998c4fefecbc4ff5),
                           UINT64_C(0x1824b159acc5056f)}};

/* 2^512 mod r. */
static const fr FR_SQUARED = {{UINT64_C(0xc999e990f3f29c6d), UINT64_C(0x2b6cedcb87925c23), UINT64_C(0x05d314967254398f),
                               UINT64_C(0x0748d9d99f59ff11)}};

/* The low word of a * b + c + *carry; the high word becomes the carry. */
FIL_INLINE uint64_t fr_mac(uint64_t a, uint64_t b, uint64_t c, uint64_t *carry)
{
    const fr_u128 t = (fr_u128)a * b + c + *carry;
    *carry = (uint64_t)(t >> 64);
    return (uint64_t)t;
}

FIL_INLINE uint64_t fr_sub_word(uint64_t a, uint64_t b, uint64_t *borrow)
{
    const fr_u128 t = (fr_u128)a - b - *borrow;
    *borrow = (uint64_t)(t >> 64) & 1;
    return (uint64_t)t;
}

FIL_INLINE uint64_t fr_add_word(uint64_t a, uint64_t b, uint64_t *carry)
{
    const fr_u128 t = (fr_u128)a + b + *carry;
    *carry = (uint64_t)(t >> 64);
    return (uint64_t)t;
}

/* A value below 2r brought below r. */
FIL_INLINE fr fr_reduce_once(fr a)
{
    uint64_t borrow = 0;
    fr s;
    s.l[0] = fr_sub_word(a.l[0], FR_R0, &borrow);
    s.l[1] = fr_sub_word(a.l[1], FR_R1, &borrow);
    s.l[2] = fr_sub_word(a.l[2], FR_R2, &borrow);
    s.l[3] = fr_sub_word(a.l[3], FR_R3, &borrow);
    const uint64_t keep = 0 - borrow;
    for (int i = 0; i < 4; i++)
        s.l[i] ^= (s.l[i] ^ a.l[i]) & keep;
    return s;
}

#if defined(FIL_FR_ADX)
#include "fr_adx.h"
#else

FIL_INLINE fr fr_add(fr a, fr b)
{
    uint64_t carry = 0;
    fr s;
    for (int i = 0; i < 4; i++)
        s.l[i] = fr_add_word(a.l[i], b.l[i], &carry);
    return fr_reduce_once(s);
}

FIL_INLINE fr fr_sub(fr a, fr b)
{
    uint64_t borrow = 0, carry = 0;
    fr d;
    for (int i = 0; i < 4; i++)
        d.l[i] = fr_sub_word(a.l[i], b.l[i], &borrow);
    const uint64_t mask = 0 - borrow;
    d.l[0] = fr_add_word(d.l[0], FR_R0 & mask, &carry);
    d.l[1] = fr_add_word(d.l[1], FR_R1 & mask, &carry);
    d.l[2] = fr_add_word(d.l[2], FR_R2 & mask, &carry);
    d.l[3] = fr_add_word(d.l[3], FR_R3 & mask, &carry);
    return d;
}

/* Montgomery product a * b / 2^256: operand scanning; r leaves its top bit free, so no fifth word is carried. */
FIL_INLINE fr fr_mul(fr a, fr b)
{
    uint64_t t0 = 0, t1 = 0, t2 = 0, t3 = 0;
    for (int i = 0; i < 4; i++) {
        const uint64_t y = b.l[i];
        uint64_t high = 0, carry = 0;
        t0 = fr_mac(a.l[0], y, t0, &high);
        const uint64_t factor = t0 * FR_NEGATIVE_INVERSE;
        (void)fr_mac(factor, FR_R0, t0, &carry);
        t1 = fr_mac(a.l[1], y, t1, &high);
        t0 = fr_mac(factor, FR_R1, t1, &carry);
        t2 = fr_mac(a.l[2], y, t2, &high);
        t1 = fr_mac(factor, FR_R2, t2, &carry);
        t3 = fr_mac(a.l[3], y, t3, &high);
        t2 = fr_mac(factor, FR_R3, t3, &carry);
        t3 = high + carry;
    }
    return fr_reduce_once((fr){{t0, t1, t2, t3}});
}

#endif

FIL_INLINE fr fr_sqr(fr a)
{
    return fr_mul(a, a);
}

FIL_INLINE int fr_is_zero(fr a)
{
    return (a.l[0] | a.l[1] | a.l[2] | a.l[3]) == 0;
}

/* Little-endian words at any address. */
FIL_INLINE fr fr_load(const void *p)
{
    fr a;
    __builtin_memcpy(&a, p, sizeof a);
    return a;
}

FIL_INLINE void fr_store(void *p, fr a)
{
    __builtin_memcpy(p, &a, sizeof a);
}

FIL_INLINE int fr_is_canonical(fr a)
{
    uint64_t borrow = 0;
    (void)fr_sub_word(a.l[0], FR_R0, &borrow);
    (void)fr_sub_word(a.l[1], FR_R1, &borrow);
    (void)fr_sub_word(a.l[2], FR_R2, &borrow);
    (void)fr_sub_word(a.l[3], FR_R3, &borrow);
    return (int)borrow;
}

/* 1 / a; zero stays zero. Fermat's exponent r - 2. */
static inline fr fr_inverse(fr a)
{
    static const uint64_t exponent[4] = {FR_R0 - 2, FR_R1, FR_R2, FR_R3};
    fr result = FR_ONE;
    for (int bit = 254; bit >= 0; bit--) {
        result = fr_sqr(result);
        if (exponent[bit >> 6] >> (bit & 63) & 1)
            result = fr_mul(result, a);
    }
    return result;
}

#endif
