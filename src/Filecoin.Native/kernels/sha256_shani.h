/* SHA-256 steps on the SHA extensions, shared by the *_shani.c files. A state is the pair of registers
   ABEF and CDGH that sha256rnds2 works on. Functions with a count n are unrolled for a constant n. */
#ifndef FIL_SHA256_SHANI_H
#define FIL_SHA256_SHANI_H

#include <immintrin.h>

#include "sha256.h"

/* Loops over lanes must vanish, or the states end up in memory. */
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 64")
#endif

typedef struct {
    __m128i abef, cdgh;
} shani_state;

FIL_INLINE __m128i swap_words(__m128i x)
{
    return _mm_shuffle_epi8(x, _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
}

FIL_INLINE shani_state state_load(const uint32_t words[8])
{
    const __m128i dcba = _mm_loadu_si128((const __m128i *)words);
    const __m128i hgfe = _mm_loadu_si128((const __m128i *)(words + 4));
    const __m128i cdab = _mm_shuffle_epi32(dcba, 0xb1);
    const __m128i efgh = _mm_shuffle_epi32(hgfe, 0x1b);
    return (shani_state){_mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0xf0)};
}

/* The state as words: *low is A to D, *high E to H. */
FIL_INLINE void state_words(shani_state s, __m128i *low, __m128i *high)
{
    const __m128i feba = _mm_shuffle_epi32(s.abef, 0x1b);
    const __m128i dchg = _mm_shuffle_epi32(s.cdgh, 0xb1);
    *low = _mm_blend_epi16(feba, dchg, 0xf0);
    *high = _mm_alignr_epi8(dchg, feba, 8);
}

FIL_INLINE void state_store(uint32_t words[8], shani_state s)
{
    __m128i low, high;
    state_words(s, &low, &high);
    _mm_storeu_si128((__m128i *)words, low);
    _mm_storeu_si128((__m128i *)(words + 4), high);
}

FIL_INLINE void state_digest(uint8_t digest[32], shani_state s, __m128i high_mask)
{
    __m128i low, high;
    state_words(s, &low, &high);
    _mm_storeu_si128((__m128i *)digest, swap_words(low));
    _mm_storeu_si128((__m128i *)(digest + 16), _mm_and_si128(swap_words(high), high_mask));
}

FIL_INLINE shani_state state_add(shani_state x, shani_state y)
{
    return (shani_state){_mm_add_epi32(x.abef, y.abef), _mm_add_epi32(x.cdgh, y.cdgh)};
}

/* Four rounds; kw holds four words of the schedule with their constants added. */
FIL_INLINE shani_state four_rounds(shani_state s, __m128i kw)
{
    s.cdgh = _mm_sha256rnds2_epu32(s.cdgh, s.abef, kw);
    s.abef = _mm_sha256rnds2_epu32(s.abef, s.cdgh, _mm_shuffle_epi32(kw, 0x0e));
    return s;
}

/* The next four words of a schedule from the sixteen before, oldest first. */
FIL_INLINE __m128i next_words(__m128i m0, __m128i m1, __m128i m2, __m128i m3)
{
    return _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(m0, m1), _mm_alignr_epi8(m3, m2, 4)), m3);
}

/* One block through each of n states. */
FIL_INLINE void compress_n(int n, shani_state s[], const uint8_t *const blocks[])
{
    shani_state before[4];
    __m128i m[4][4];
    UNROLL for (int i = 0; i < n; i++)
        before[i] = s[i];
    UNROLL for (int t = 0; t < 16; t++) {
        const __m128i k = _mm_loadu_si128((const __m128i *)(fil_sha256_k + 4 * t));
        UNROLL for (int i = 0; i < n; i++) {
            m[i][t & 3] = t < 4 ? swap_words(_mm_loadu_si128((const __m128i *)(blocks[i] + 16 * t)))
                                : next_words(m[i][t & 3], m[i][(t + 1) & 3], m[i][(t + 2) & 3], m[i][(t + 3) & 3]);
            s[i] = four_rounds(s[i], _mm_add_epi32(m[i][t & 3], k));
        }
    }
    UNROLL for (int i = 0; i < n; i++)
        s[i] = state_add(s[i], before[i]);
}

#endif
