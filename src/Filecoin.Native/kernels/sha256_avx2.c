/* Pairs of nodes eight at a time with AVX2. */
#include <immintrin.h>

#include "sha256.h"

#define LANES 8
typedef __m256i vec;
#define vec_set(x) _mm256_set1_epi32((int)(x))
#define vec_add(x, y) _mm256_add_epi32(x, y)
#define vec_and(x, y) _mm256_and_si256(x, y)
#define vec_shr(x, n) _mm256_srli_epi32(x, n)
#define vec_rotr(x, n) _mm256_or_si256(_mm256_srli_epi32(x, n), _mm256_slli_epi32(x, 32 - (n)))
#define vec_xor3(x, y, z) _mm256_xor_si256(_mm256_xor_si256(x, y), z)
#define vec_choose(e, f, g) _mm256_xor_si256(g, _mm256_and_si256(e, _mm256_xor_si256(f, g)))
#define vec_majority(a, b, c) _mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(c, _mm256_or_si256(a, b)))

FIL_INLINE vec swap_bytes(vec x)
{
    return _mm256_shuffle_epi8(x, _mm256_broadcastsi128_si256(_mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203)));
}

/* Eight rows of eight words become eight columns. */
FIL_INLINE void transpose(vec x[8])
{
    vec a[8], b[8];
    for (int i = 0; i < 8; i += 2) {
        a[i] = _mm256_unpacklo_epi32(x[i], x[i + 1]);
        a[i + 1] = _mm256_unpackhi_epi32(x[i], x[i + 1]);
    }
    for (int i = 0; i < 8; i += 4) {
        b[i] = _mm256_unpacklo_epi64(a[i], a[i + 2]);
        b[i + 1] = _mm256_unpackhi_epi64(a[i], a[i + 2]);
        b[i + 2] = _mm256_unpacklo_epi64(a[i + 1], a[i + 3]);
        b[i + 3] = _mm256_unpackhi_epi64(a[i + 1], a[i + 3]);
    }
    for (int i = 0; i < 4; i++) {
        x[i] = _mm256_permute2x128_si256(b[i], b[i + 4], 0x20);
        x[i + 4] = _mm256_permute2x128_si256(b[i], b[i + 4], 0x31);
    }
}

FIL_INLINE void load_messages(vec w[16], const uint8_t *pairs)
{
    for (int half = 0; half < 2; half++) {
        for (int i = 0; i < LANES; i++)
            w[8 * half + i] = swap_bytes(_mm256_loadu_si256((const __m256i *)(pairs + SHA256_BLOCK * i + 32 * half)));
        transpose(w + 8 * half);
    }
}

FIL_INLINE void store_digests(uint8_t *parents, vec v[8])
{
    transpose(v);
    for (int i = 0; i < LANES; i++)
        _mm256_storeu_si256((__m256i *)(parents + SHA256_DIGEST * i), swap_bytes(v[i]));
}

#include "sha256_lanes.h"

void fil_sha256_pairs_avx2(const uint8_t *pairs, uint8_t *parents, size_t count, uint8_t last_byte_mask)
{
    for (; count >= LANES; count -= LANES, pairs += LANES * SHA256_BLOCK, parents += LANES * SHA256_DIGEST)
        hash_lanes(pairs, parents, 0xffffff00u | last_byte_mask);
}
