/* Pairs of nodes sixteen at a time with AVX-512. */
#include <immintrin.h>

#include "sha256.h"

#define LANES 16
typedef __m512i vec;
#define vec_set(x) _mm512_set1_epi32((int)(x))
#define vec_add(x, y) _mm512_add_epi32(x, y)
#define vec_and(x, y) _mm512_and_si512(x, y)
#define vec_shr(x, n) _mm512_srli_epi32(x, n)
#define vec_rotr(x, n) _mm512_ror_epi32(x, n)
#define vec_xor3(x, y, z) _mm512_ternarylogic_epi32(x, y, z, 0x96)
#define vec_choose(e, f, g) _mm512_ternarylogic_epi32(e, f, g, 0xca)
#define vec_majority(a, b, c) _mm512_ternarylogic_epi32(a, b, c, 0xe8)

FIL_INLINE vec swap_bytes(vec x)
{
    return _mm512_shuffle_epi8(x, _mm512_broadcast_i32x4(_mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203)));
}

/* Within each 128-bit part: four rows of four words become four columns, for every group of four registers. */
FIL_INLINE void transpose_parts(vec x[], int count)
{
    for (int i = 0; i < count; i += 4) {
        const vec a = _mm512_unpacklo_epi32(x[i], x[i + 1]), b = _mm512_unpackhi_epi32(x[i], x[i + 1]);
        const vec c = _mm512_unpacklo_epi32(x[i + 2], x[i + 3]), d = _mm512_unpackhi_epi32(x[i + 2], x[i + 3]);
        x[i] = _mm512_unpacklo_epi64(a, c);
        x[i + 1] = _mm512_unpackhi_epi64(a, c);
        x[i + 2] = _mm512_unpacklo_epi64(b, d);
        x[i + 3] = _mm512_unpackhi_epi64(b, d);
    }
}

FIL_INLINE void load_messages(vec w[16], const uint8_t *pairs)
{
    vec x[16];
    for (int i = 0; i < LANES; i++)
        x[i] = swap_bytes(_mm512_loadu_si512(pairs + SHA256_BLOCK * i));
    transpose_parts(x, 16);
    /* Register 4g + j, part p, holds word 4p + j of messages 4g to 4g + 3. */
    for (int j = 0; j < 4; j++) {
        const vec a = _mm512_shuffle_i32x4(x[j], x[4 + j], 0x88), b = _mm512_shuffle_i32x4(x[8 + j], x[12 + j], 0x88);
        const vec c = _mm512_shuffle_i32x4(x[j], x[4 + j], 0xdd), d = _mm512_shuffle_i32x4(x[8 + j], x[12 + j], 0xdd);
        w[j] = _mm512_shuffle_i32x4(a, b, 0x88);
        w[4 + j] = _mm512_shuffle_i32x4(c, d, 0x88);
        w[8 + j] = _mm512_shuffle_i32x4(a, b, 0xdd);
        w[12 + j] = _mm512_shuffle_i32x4(c, d, 0xdd);
    }
}

FIL_INLINE void store_digests(uint8_t *parents, vec v[8])
{
    transpose_parts(v, 8);
    /* Register j, part p, holds words 0 to 3 of message 4p + j; register 4 + j words 4 to 7. */
    for (int j = 0; j < 4; j++) {
        const vec low = swap_bytes(v[j]), high = swap_bytes(v[4 + j]);
        uint8_t *to = parents + SHA256_DIGEST * j;
#define STORE(p)                                                                                          \
    _mm_storeu_si128((__m128i *)(to + 4 * SHA256_DIGEST * p), _mm512_extracti32x4_epi32(low, p));         \
    _mm_storeu_si128((__m128i *)(to + 4 * SHA256_DIGEST * p + 16), _mm512_extracti32x4_epi32(high, p))
        STORE(0);
        STORE(1);
        STORE(2);
        STORE(3);
#undef STORE
    }
}

#include "sha256_lanes.h"

void fil_sha256_pairs_avx512(const uint8_t *pairs, uint8_t *parents, size_t count, uint8_t last_byte_mask)
{
    for (; count >= LANES; count -= LANES, pairs += LANES * SHA256_BLOCK, parents += LANES * SHA256_DIGEST)
        hash_lanes(pairs, parents, 0xffffff00u | last_byte_mask);
}
