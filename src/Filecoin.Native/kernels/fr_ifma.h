/* Eight elements of Fr at once with AVX-512 IFMA: radix 2^52, five limbs, limb k of lane i in element i of l[k].
 *
 * Montgomery products here divide by 2^260, while memory holds a * 2^256. A kernel that multiplies two values of memory loads
 * one of them shifted left by four bits; a kernel with constants keeps those multiplied by 2^260 and leaves the data as it is.
 *
 * Values are lazily reduced. With A < a*r and B < b*r their product is below (a*b/35 + 1) * r, and five limbs hold up to 35 * r.
 * Only what goes to memory is brought below r. The multiplier reads the low 52 bits of a limb, so limbs that were added up must be
 * carried (fr8_carry) before they are multiplied. No branch depends on a value. Included by *_ifma.c files only. */
#ifndef FIL_FR_IFMA_H
#define FIL_FR_IFMA_H

#include <immintrin.h>

#include "fr.h"

#define FR8_INLINE FIL_INLINE
#define FR8_MASK 0xfffffffffffffull

typedef struct {
    __m512i l[5];
} fr8;

/* An unreduced sum of products: column k holds the low halves of weight 2^(52k) in lo[k], the high halves of weight 2^(52(k+1)) in
 * hi[k]. Each product adds at most five halves of 52 bits to a column, so hundreds fit. Two accumulators a column keep the dependent
 * chains of the multiplier short. */
typedef struct {
    __m512i lo[9], hi[9];
} fr8_wide;

/* r and 2^260 - r, in five limbs. */
static const uint64_t FR8_R[5] = {0xfffff00000001, 0x2fffe5bfefff, 0x9a1d80553bda4, 0x7d483339d8080, 0x73eda753299d};
static const uint64_t FR8_NEGATIVE_R[5] = {0x00000ffffffff, 0xfd0001a401000, 0x65e27faac425b, 0x82b7ccc627f7f, 0xf8c1258acd662};

/* 2^264 mod r: a product with it brings a * 2^256 of memory to a * 2^260, reduced. */
static const uint64_t FR8_2_264[5] = {0x234fffffdcb, 0x61039ef635000, 0xdce3c3e2e7505, 0x7fa6f1563642b, 0x247db575276a};

/* 2^520 mod r: a product with it brings an integer a to a * 2^260. */
static const uint64_t FR8_2_520[5] = {0x99103f29c6cf0, 0x57927663d999e, 0xa1c0ed631138b, 0x3c829f7715f1b, 0x9ff646cc027};

FR8_INLINE __m512i fr8_set1(uint64_t x)
{
    return _mm512_set1_epi64((long long)x);
}

FR8_INLINE fr8 fr8_broadcast(const uint64_t c[5])
{
    fr8 v;
#pragma GCC unroll 5
    for (int i = 0; i < 5; i++) v.l[i] = fr8_set1(c[i]);
    return v;
}

FR8_INLINE void fr8_wide_clear(fr8_wide *w)
{
#pragma GCC unroll 9
    for (int i = 0; i < 9; i++) w->lo[i] = w->hi[i] = _mm512_setzero_si512();
}

/* w += a * 2^260: what reduction will give back as + a. */
FR8_INLINE void fr8_wide_add(fr8_wide *w, fr8 a)
{
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) w->lo[5 + i] = _mm512_add_epi64(w->lo[5 + i], a.l[i]);
    w->hi[8] = _mm512_add_epi64(w->hi[8], a.l[4]);
}

/* w += a * b. */
FR8_INLINE void fr8_mac(fr8_wide *w, fr8 a, fr8 b)
{
#pragma GCC unroll 5
    for (int i = 0; i < 5; i++) {
#pragma GCC unroll 5
        for (int j = 0; j < 5; j++) {
            w->lo[i + j] = _mm512_madd52lo_epu64(w->lo[i + j], a.l[i], b.l[j]);
            w->hi[i + j] = _mm512_madd52hi_epu64(w->hi[i + j], a.l[i], b.l[j]);
        }
    }
}

/* w = a * a: the mixed products once, doubled, then the squares. */
FR8_INLINE void fr8_wide_sqr(fr8_wide *w, fr8 a)
{
    fr8_wide_clear(w);
#pragma GCC unroll 5
    for (int i = 0; i < 5; i++) {
#pragma GCC unroll 5
        for (int j = i + 1; j < 5; j++) {
            w->lo[i + j] = _mm512_madd52lo_epu64(w->lo[i + j], a.l[i], a.l[j]);
            w->hi[i + j] = _mm512_madd52hi_epu64(w->hi[i + j], a.l[i], a.l[j]);
        }
    }
#pragma GCC unroll 9
    for (int k = 1; k < 8; k++) {
        w->lo[k] = _mm512_add_epi64(w->lo[k], w->lo[k]);
        w->hi[k] = _mm512_add_epi64(w->hi[k], w->hi[k]);
    }
#pragma GCC unroll 5
    for (int i = 0; i < 5; i++) {
        w->lo[2 * i] = _mm512_madd52lo_epu64(w->lo[2 * i], a.l[i], a.l[i]);
        w->hi[2 * i] = _mm512_madd52hi_epu64(w->hi[2 * i], a.l[i], a.l[i]);
    }
}

/* Carries limbs of any 64-bit size down to 52 bits; what leaves the fifth limb is dropped. */
FR8_INLINE fr8 fr8_carry(fr8 a)
{
    const __m512i mask = fr8_set1(FR8_MASK);
    fr8 c;
    __m512i carry = _mm512_setzero_si512();
#pragma GCC unroll 5
    for (int i = 0; i < 5; i++) {
        __m512i t = _mm512_add_epi64(a.l[i], carry);
        c.l[i] = _mm512_and_si512(t, mask);
        carry = _mm512_srli_epi64(t, 52);
    }
    return c;
}

/* The same for limbs that may be negative, of a value that is not. */
FR8_INLINE fr8 fr8_carry_signed(fr8 a)
{
    const __m512i mask = fr8_set1(FR8_MASK);
    fr8 c;
    __m512i carry = _mm512_setzero_si512();
#pragma GCC unroll 5
    for (int i = 0; i < 5; i++) {
        __m512i t = _mm512_add_epi64(a.l[i], carry);
        c.l[i] = _mm512_and_si512(t, mask);
        carry = _mm512_srai_epi64(t, 52);
    }
    return c;
}

/* Subtracts nearly floor(a / r) times r from a carried value: below 4/3 r after.
 * 35 / 2^52 of the top limb never exceeds a / r, and falls short of it by less than 4/3. */
FR8_INLINE fr8 fr8_squeeze(fr8 a)
{
    const __m512i quotient = _mm512_madd52hi_epu64(_mm512_setzero_si512(), a.l[4], fr8_set1(35));
#pragma GCC unroll 5
    for (int i = 0; i < 5; i++)
        a.l[i] = _mm512_madd52lo_epu64(a.l[i], quotient, fr8_set1(FR8_NEGATIVE_R[i]));
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
        a.l[i + 1] = _mm512_madd52hi_epu64(a.l[i + 1], quotient, fr8_set1(FR8_NEGATIVE_R[i]));
    return fr8_carry(a);
}

/* Montgomery reduction: w / 2^260 modulo r, below (w / 2^260) + r, carried.
 * r = 1 - 2^32 modulo 2^52, so -1/r = -(1 + 2^32): the factor takes a shift instead of a product. The lowest column then cancels to
 * zero or 2^52, which is its carry, so the low half of factor * r[0] need not be formed either. */
FR8_INLINE fr8 fr8_reduce(const fr8_wide *w)
{
    const __m512i mask = fr8_set1(FR8_MASK);
    __m512i t[10];
    t[0] = w->lo[0];
#pragma GCC unroll 9
    for (int k = 1; k < 9; k++) t[k] = _mm512_add_epi64(w->lo[k], w->hi[k - 1]);
    t[9] = w->hi[8];
#pragma GCC unroll 5
    for (int i = 0; i < 5; i++) {
        __m512i factor = _mm512_add_epi64(t[i], _mm512_slli_epi64(t[i], 32));
        __m512i carry = _mm512_srli_epi64(_mm512_add_epi64(t[i], mask), 52);
        factor = _mm512_sub_epi64(_mm512_setzero_si512(), factor);
        t[i + 1] = _mm512_add_epi64(t[i + 1], carry);
        t[i + 1] = _mm512_madd52hi_epu64(t[i + 1], factor, fr8_set1(FR8_R[0]));
#pragma GCC unroll 4
        for (int j = 1; j < 5; j++) {
            t[i + j] = _mm512_madd52lo_epu64(t[i + j], factor, fr8_set1(FR8_R[j]));
            t[i + j + 1] = _mm512_madd52hi_epu64(t[i + j + 1], factor, fr8_set1(FR8_R[j]));
        }
    }
    fr8 result = {{t[5], t[6], t[7], t[8], t[9]}};
    return fr8_carry(result);
}

FR8_INLINE fr8 fr8_mul(fr8 a, fr8 b)
{
    fr8_wide w;
    fr8_wide_clear(&w);
    fr8_mac(&w, a, b);
    return fr8_reduce(&w);
}

FR8_INLINE fr8 fr8_sqr(fr8 a)
{
    fr8_wide w;
    fr8_wide_sqr(&w, a);
    return fr8_reduce(&w);
}

/* Sum without carry: the caller carries before it multiplies. */
FR8_INLINE fr8 fr8_add_lazy(fr8 a, fr8 b)
{
    fr8 c;
#pragma GCC unroll 5
    for (int i = 0; i < 5; i++) c.l[i] = _mm512_add_epi64(a.l[i], b.l[i]);
    return c;
}

/* Difference a - b, limbs carried; a lane that is negative wraps modulo 2^260 and is set in *negative. */
FR8_INLINE fr8 fr8_sub_borrow(fr8 a, fr8 b, __mmask8 *negative)
{
    const __m512i mask = fr8_set1(FR8_MASK);
    fr8 c;
    __m512i borrow = _mm512_setzero_si512();
#pragma GCC unroll 5
    for (int i = 0; i < 5; i++) {
        __m512i t = _mm512_add_epi64(_mm512_sub_epi64(a.l[i], b.l[i]), borrow);
        c.l[i] = _mm512_and_si512(t, mask);
        borrow = _mm512_srai_epi64(t, 52);
    }
    *negative = _mm512_movepi64_mask(borrow);
    return c;
}

FR8_INLINE fr8 fr8_select(__mmask8 m, fr8 where_clear, fr8 where_set)
{
    fr8 c;
#pragma GCC unroll 5
    for (int i = 0; i < 5; i++) c.l[i] = _mm512_mask_blend_epi64(m, where_clear.l[i], where_set.l[i]);
    return c;
}

/* A carried value below 2r, brought below r. */
FR8_INLINE fr8 fr8_reduce_once(fr8 a)
{
    __mmask8 negative;
    fr8 d = fr8_sub_borrow(a, fr8_broadcast(FR8_R), &negative);
    return fr8_select(negative, d, a);
}

/* ---- memory: eight elements of four 64-bit limbs ----
 * Lanes within a register come in the order 0 2 1 3 4 6 5 7, the same for every load and store. */

typedef struct {
    __m512i w[4];
} fr8_words;

/* Limb vectors of four registers with two elements each. */
FR8_INLINE fr8_words fr8_transpose_in(__m512i e01, __m512i e23, __m512i e45, __m512i e67)
{
    __m512i a = _mm512_unpacklo_epi64(e01, e23), b = _mm512_unpackhi_epi64(e01, e23);
    __m512i c = _mm512_unpacklo_epi64(e45, e67), d = _mm512_unpackhi_epi64(e45, e67);
    fr8_words v;
    v.w[0] = _mm512_shuffle_i64x2(a, c, 0x88);
    v.w[1] = _mm512_shuffle_i64x2(b, d, 0x88);
    v.w[2] = _mm512_shuffle_i64x2(a, c, 0xdd);
    v.w[3] = _mm512_shuffle_i64x2(b, d, 0xdd);
    return v;
}

FR8_INLINE fr8_words fr8_load_words(const void *p)
{
    const char *q = (const char *)p;
    return fr8_transpose_in(_mm512_loadu_si512(q), _mm512_loadu_si512(q + 64), _mm512_loadu_si512(q + 128),
                            _mm512_loadu_si512(q + 192));
}

/* Eight elements that lie stride bytes apart. */
FR8_INLINE fr8_words fr8_load_words_strided(const void *p, size_t stride)
{
    const char *q = (const char *)p;
#define FR8_PAIR(i)                                                                                              \
    _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)(q + (i) * stride))),           \
                       _mm256_loadu_si256((const __m256i *)(q + ((i) + 1) * stride)), 1)
    return fr8_transpose_in(FR8_PAIR(0), FR8_PAIR(2), FR8_PAIR(4), FR8_PAIR(6));
#undef FR8_PAIR
}

/* Inverse of fr8_transpose_in: registers with two elements each, in order. */
FR8_INLINE fr8_words fr8_transpose_out(fr8_words v)
{
    const __m512i low = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11), high = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
    const __m512i a = _mm512_unpacklo_epi64(v.w[0], v.w[1]), b = _mm512_unpackhi_epi64(v.w[0], v.w[1]);
    const __m512i c = _mm512_unpacklo_epi64(v.w[2], v.w[3]), d = _mm512_unpackhi_epi64(v.w[2], v.w[3]);
    fr8_words e;
    e.w[0] = _mm512_permutex2var_epi64(a, low, c);
    e.w[1] = _mm512_permutex2var_epi64(b, low, d);
    e.w[2] = _mm512_permutex2var_epi64(a, high, c);
    e.w[3] = _mm512_permutex2var_epi64(b, high, d);
    return e;
}

FR8_INLINE void fr8_store_words(void *p, fr8_words v)
{
    const fr8_words e = fr8_transpose_out(v);
    for (int i = 0; i < 4; i++)
        _mm512_storeu_si512((char *)p + 64 * i, e.w[i]);
}

FR8_INLINE void fr8_store_words_strided(void *p, size_t stride, fr8_words v)
{
    const fr8_words e = fr8_transpose_out(v);
    for (size_t i = 0; i < 4; i++) {
        _mm256_storeu_si256((__m256i *)((char *)p + 2 * i * stride), _mm512_castsi512_si256(e.w[i]));
        _mm256_storeu_si256((__m256i *)((char *)p + (2 * i + 1) * stride), _mm512_extracti64x4_epi64(e.w[i], 1));
    }
}

/* The lanes whose integer is below r. */
FR8_INLINE __mmask8 fr8_words_below_r(fr8_words v)
{
    static const uint64_t r[4] = {0xffffffff00000001, 0x53bda402fffe5bfe, 0x3339d80809a1d805, 0x73eda753299d7d48};
    __mmask8 below = _mm512_cmplt_epu64_mask(v.w[0], fr8_set1(r[0]));
#pragma GCC unroll 3
    for (int i = 1; i < 4; i++) {
        __mmask8 equal = _mm512_cmpeq_epu64_mask(v.w[i], fr8_set1(r[i]));
        below = (__mmask8)(_mm512_cmplt_epu64_mask(v.w[i], fr8_set1(r[i])) | (equal & below));
    }
    return below;
}

/* The first of some lanes in order of memory; 8 of none. */
static inline int fr8_first_lane(__mmask8 lanes)
{
    static const uint8_t element_of_lane[8] = {0, 2, 1, 3, 4, 6, 5, 7};
    int first = 8;
    for (int lane = 0; lane < 8; lane++)
        if ((lanes >> lane & 1) && element_of_lane[lane] < first)
            first = element_of_lane[lane];
    return first;
}

FR8_INLINE fr8 fr8_from_words(fr8_words v)
{
    const __m512i mask = fr8_set1(FR8_MASK);
    fr8 a;
    a.l[0] = _mm512_and_si512(v.w[0], mask);
    a.l[1] = _mm512_and_si512(_mm512_shrdi_epi64(v.w[0], v.w[1], 52), mask);
    a.l[2] = _mm512_and_si512(_mm512_shrdi_epi64(v.w[1], v.w[2], 40), mask);
    a.l[3] = _mm512_and_si512(_mm512_shrdi_epi64(v.w[2], v.w[3], 28), mask);
    a.l[4] = _mm512_srli_epi64(v.w[3], 16);
    return a;
}

/* Sixteen times the value: a * 2^256 in memory becomes a * 2^260, below 16 r. Only for multiplication: limbs are not masked. */
FR8_INLINE fr8 fr8_from_words_times16(fr8_words v)
{
    fr8 a;
    a.l[0] = _mm512_slli_epi64(v.w[0], 4);
    a.l[1] = _mm512_shrdi_epi64(v.w[0], v.w[1], 48);
    a.l[2] = _mm512_shrdi_epi64(v.w[1], v.w[2], 36);
    a.l[3] = _mm512_shrdi_epi64(v.w[2], v.w[3], 24);
    a.l[4] = _mm512_srli_epi64(v.w[3], 12);
    return a;
}

FR8_INLINE fr8_words fr8_to_words(fr8 a)
{
    fr8_words v;
    v.w[0] = _mm512_or_si512(a.l[0], _mm512_slli_epi64(a.l[1], 52));
    v.w[1] = _mm512_or_si512(_mm512_srli_epi64(a.l[1], 12), _mm512_slli_epi64(a.l[2], 40));
    v.w[2] = _mm512_or_si512(_mm512_srli_epi64(a.l[2], 24), _mm512_slli_epi64(a.l[3], 28));
    v.w[3] = _mm512_or_si512(_mm512_srli_epi64(a.l[3], 36), _mm512_slli_epi64(a.l[4], 16));
    return v;
}

#endif
