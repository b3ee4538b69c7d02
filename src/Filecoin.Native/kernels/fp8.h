/* Eight elements of Fp at once with AVX-512 IFMA: radix 2^52, eight limbs, limb k of lane i in element i of l[k]; Montgomery form
   a * 2^416 mod p. Included by *_ifma.c files only.

   416 bits leave 35 above p, and values are reduced lazily. A product of values below A p and B p is below (1 + A B 2^-35) p, so that
   operands up to 2^12 p give one just above p at most ("below p" in the bounds here means below 1.001 p). The multiplier reads the low
   52 bits of a limb: limbs that were added or subtracted are carried before they are multiplied. No branch depends on a value. */
#ifndef FIL_FP8_H
#define FIL_FP8_H

#include <immintrin.h>

#include "fp.h"

typedef struct {
    __m512i l[8];
} fp8;

#define FP8_MASK 0xfffffffffffffull

/* p */
static const uint64_t FP8_P[8] __attribute__((unused)) = { 0xeffffffffaaab, 0xfeb153ffffb9f, 0x6b0f6241eabff, 0x12bf6730d2a0f,
                                  0x764774b84f385, 0x1ba7b6434bacd, 0x1ea397fe69a4b, 0x1a011 };

/* 2 p */
static const uint64_t FP8_2P[8] __attribute__((unused)) = { 0xdffffffff5556, 0xfd62a7ffff73f, 0xd61ec483d57ff, 0x257ece61a541e,
                                  0xec8ee9709e70a, 0x374f6c869759a, 0x3d472ffcd3496, 0x34022 };

/* 4 p */
static const uint64_t FP8_4P[8] __attribute__((unused)) = { 0xbfffffffeaaac, 0xfac54ffffee7f, 0xac3d8907aafff, 0x4afd9cc34a83d,
                                  0xd91dd2e13ce14, 0x6e9ed90d2eb35, 0x7a8e5ff9a692c, 0x68044 };

/* 8 p */
static const uint64_t FP8_8P[8] __attribute__((unused)) = { 0x7fffffffd5558, 0xf58a9ffffdcff, 0x587b120f55fff, 0x95fb39869507b,
                                  0xb23ba5c279c28, 0xdd3db21a5d66b, 0xf51cbff34d258, 0xd0088 };

/* 1 */
static const uint64_t FP8_ONE[8] __attribute__((unused)) = { 0x6480ea8e9b9af, 0x65766c8fe444f, 0x8b540fea96f7d, 0x3b2ee82efd422,
                                  0xa6723e5f0ade5, 0xff6eb6fdd4230, 0xe06ef23c24a25, 0x14c8e };

/* 2^832 mod p: a product with it brings an integer into this form */
static const uint64_t FP8_FROM_INTEGER[8] __attribute__((unused)) = { 0xa5bf4cb89af51, 0x3afbba7ca31a2, 0x2646160ec71f1, 0xa84d710465903,
                                  0x3480a4a188311, 0x98e5907ad91f5, 0x2075d74507266, 0x8746 };

/* 2^448 mod p: the same for a * 2^384 */
static const uint64_t FP8_FROM_MONTGOMERY[8] __attribute__((unused)) = { 0x7fde37dba9366, 0x4e27525bc342b, 0x1f5b1e9778489, 0xb872b2b91b9dc,
                                  0xb206f497dfcaf, 0x4137cc89a9b0b, 0xd9d20d7e39959, 0x411c };

/* 2^384 mod p: back to a * 2^384 */
static const uint64_t FP8_TO_MONTGOMERY[8] __attribute__((unused)) = { 0x900000002fffd, 0xbc40c0002760, 0x3c758baebf400, 0x57455f4898575,
                                  0xd77ce58537052, 0x71a97a256ec6, 0xec3fa80e4935c, 0x15f65 };

/* -1/p mod 2^52 */
#define FP8_NEGATIVE_INVERSE 0x3fffcfffcfffdull

FIL_INLINE __m512i fp8_set1(uint64_t x)
{
    return _mm512_set1_epi64((long long)x);
}

FIL_INLINE void fp8_broadcast(fp8 *r, const uint64_t c[8])
{
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++)
        r->l[i] = fp8_set1(c[i]);
}

/* Carries signed limbs; the value as a whole is not negative. */
FIL_INLINE void fp8_carry(fp8 *r)
{
    const __m512i mask = fp8_set1(FP8_MASK);
#pragma GCC unroll 8
    for (int i = 0; i < 7; i++) {
        r->l[i + 1] = _mm512_add_epi64(r->l[i + 1], _mm512_srai_epi64(r->l[i], 52));
        r->l[i] = _mm512_and_si512(r->l[i], mask);
    }
}

/* Row by row: t = (t + a_i b + q p) / 2^52. */
static __attribute__((noinline, unused)) void fp8_mul(fp8 *r, const fp8 *a, const fp8 *b)
{
    const __m512i zero = _mm512_setzero_si512(), inverse = fp8_set1(FP8_NEGATIVE_INVERSE);
    __m512i t[9], p[8], v[8];
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) {
        t[i] = zero;
        p[i] = fp8_set1(FP8_P[i]);
        v[i] = b->l[i];
    }
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) {
        const __m512i ai = a->l[i];
        t[8] = zero;
#pragma GCC unroll 8
        for (int j = 0; j < 8; j++)
            t[j] = _mm512_madd52lo_epu64(t[j], ai, v[j]);
        const __m512i q = _mm512_madd52lo_epu64(zero, t[0], inverse);
#pragma GCC unroll 8
        for (int j = 0; j < 8; j++)
            t[j + 1] = _mm512_madd52hi_epu64(t[j + 1], ai, v[j]);
#pragma GCC unroll 8
        for (int j = 0; j < 8; j++)
            t[j] = _mm512_madd52lo_epu64(t[j], q, p[j]);
        t[1] = _mm512_add_epi64(t[1], _mm512_srli_epi64(t[0], 52));
#pragma GCC unroll 8
        for (int j = 0; j < 8; j++)
            t[j] = _mm512_madd52hi_epu64(t[j + 1], q, p[j]);
    }
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++)
        r->l[i] = t[i];
    fp8_carry(r);
}

FIL_INLINE void fp8_add(fp8 *r, const fp8 *a, const fp8 *b)
{
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++)
        r->l[i] = _mm512_add_epi64(a->l[i], b->l[i]);
    fp8_carry(r);
}

/* a - b + m, for a multiple m of p that is not below b. */
FIL_INLINE void fp8_sub(fp8 *r, const fp8 *a, const fp8 *b, const uint64_t m[8])
{
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++)
        r->l[i] = _mm512_add_epi64(_mm512_sub_epi64(a->l[i], b->l[i]), fp8_set1(m[i]));
    fp8_carry(r);
}

/* a - b - c + m */
FIL_INLINE void fp8_sub2(fp8 *r, const fp8 *a, const fp8 *b, const fp8 *c, const uint64_t m[8])
{
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++)
        r->l[i] = _mm512_add_epi64(_mm512_sub_epi64(_mm512_sub_epi64(a->l[i], b->l[i]), c->l[i]), fp8_set1(m[i]));
    fp8_carry(r);
}

/* Subtracts m where the value is not below it. */
FIL_INLINE void fp8_reduce(fp8 *r, const uint64_t m[8])
{
    fp8 d;
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++)
        d.l[i] = _mm512_sub_epi64(r->l[i], fp8_set1(m[i]));
    fp8_carry(&d);
    const __mmask8 keep = _mm512_movepi64_mask(d.l[7]);
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++)
        r->l[i] = _mm512_mask_mov_epi64(d.l[i], keep, r->l[i]);
}

/* r = a in the lanes of mask */
FIL_INLINE void fp8_blend(fp8 *r, unsigned mask, const fp8 *a)
{
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++)
        r->l[i] = _mm512_mask_mov_epi64(r->l[i], (__mmask8)mask, a->l[i]);
}

/* The lanes that are zero; for values that are canonical, or exactly zero where they stand for infinity. */
FIL_INLINE unsigned fp8_zero_mask(const fp8 *a)
{
    __m512i t = a->l[0];
#pragma GCC unroll 8
    for (int i = 1; i < 8; i++)
        t = _mm512_or_si512(t, a->l[i]);
    return _mm512_testn_epi64_mask(t, t);
}

/* The lanes that are equal, of canonical values. */
FIL_INLINE unsigned fp8_equal_mask(const fp8 *a, const fp8 *b)
{
    __m512i t = _mm512_xor_si512(a->l[0], b->l[0]);
#pragma GCC unroll 8
    for (int i = 1; i < 8; i++)
        t = _mm512_or_si512(t, _mm512_xor_si512(a->l[i], b->l[i]));
    return _mm512_testn_epi64_mask(t, t);
}

/* Rows become columns. */
FIL_INLINE void fp8_transpose(__m512i r[8])
{
    __m512i t[8], u[8];
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        t[2 * i] = _mm512_unpacklo_epi64(r[2 * i], r[2 * i + 1]);
        t[2 * i + 1] = _mm512_unpackhi_epi64(r[2 * i], r[2 * i + 1]);
    }
#pragma GCC unroll 2
    for (int i = 0; i < 2; i++) {
        u[4 * i] = _mm512_shuffle_i64x2(t[4 * i], t[4 * i + 2], 0x88);
        u[4 * i + 1] = _mm512_shuffle_i64x2(t[4 * i + 1], t[4 * i + 3], 0x88);
        u[4 * i + 2] = _mm512_shuffle_i64x2(t[4 * i], t[4 * i + 2], 0xdd);
        u[4 * i + 3] = _mm512_shuffle_i64x2(t[4 * i + 1], t[4 * i + 3], 0xdd);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        r[i] = _mm512_shuffle_i64x2(u[i], u[i + 4], 0x88);
        r[i + 4] = _mm512_shuffle_i64x2(u[i], u[i + 4], 0xdd);
    }
}

/* Eight elements of 64 aligned bytes, one at each pointer plus offset. */
FIL_INLINE void fp8_gather(fp8 *r, const uint8_t *const at[8], size_t offset)
{
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++)
        r->l[i] = _mm512_load_si512(at[i] + offset);
    fp8_transpose(r->l);
}

FIL_INLINE void fp8_scatter(uint8_t *const at[8], size_t offset, const fp8 *a)
{
    fp8 t = *a;
    fp8_transpose(t.l);
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++)
        _mm512_store_si512(at[i] + offset, t.l[i]);
}

/* One lane's integer in six 64-bit limbs; the value is canonical. */
FIL_INLINE void fp8_pack(uint64_t r[6], const uint64_t l[8])
{
    r[0] = l[0] | l[1] << 52;
    r[1] = l[1] >> 12 | l[2] << 40;
    r[2] = l[2] >> 24 | l[3] << 28;
    r[3] = l[3] >> 36 | l[4] << 16;
    r[4] = l[4] >> 48 | l[5] << 4 | l[6] << 56;
    r[5] = l[6] >> 8 | l[7] << 44;
}

FIL_INLINE void fp8_unpack(uint64_t l[8], const uint64_t r[6])
{
    l[0] = r[0] & FP8_MASK;
    l[1] = (r[0] >> 52 | r[1] << 12) & FP8_MASK;
    l[2] = (r[1] >> 40 | r[2] << 24) & FP8_MASK;
    l[3] = (r[2] >> 28 | r[3] << 36) & FP8_MASK;
    l[4] = (r[3] >> 16 | r[4] << 48) & FP8_MASK;
    l[5] = r[4] >> 4 & FP8_MASK;
    l[6] = (r[4] >> 56 | r[5] << 8) & FP8_MASK;
    l[7] = r[5] >> 44 & FP8_MASK;
}

#endif
