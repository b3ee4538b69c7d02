/* SHA-256 on the SHA extensions: one stream, and pairs two by two to fill the latency of sha256rnds2. */
#include "sha256_shani.h"

void fil_sha256_compress_shani(uint32_t state[8], const uint8_t *blocks, size_t count)
{
    shani_state s = state_load(state);
    for (; count > 0; count--, blocks += SHA256_BLOCK)
        compress_n(1, &s, &blocks);
    state_store(state, s);
}

/* The padding block of n 64-byte messages: its schedule is a constant. */
FIL_INLINE void compress_padding_n(int n, shani_state s[])
{
    shani_state before[4];
    UNROLL for (int i = 0; i < n; i++)
        before[i] = s[i];
    UNROLL for (int t = 0; t < 16; t++) {
        const __m128i kw = _mm_loadu_si128((const __m128i *)(fil_sha256_k64 + 4 * t));
        UNROLL for (int i = 0; i < n; i++)
            s[i] = four_rounds(s[i], kw);
    }
    UNROLL for (int i = 0; i < n; i++)
        s[i] = state_add(s[i], before[i]);
}

FIL_INLINE void pairs_n(int n, const uint8_t *pairs, uint8_t *parents, __m128i high_mask)
{
    shani_state s[4];
    const uint8_t *blocks[4];
    UNROLL for (int i = 0; i < n; i++) {
        s[i] = state_load(fil_sha256_iv);
        blocks[i] = pairs + SHA256_BLOCK * i;
    }
    compress_n(n, s, blocks);
    compress_padding_n(n, s);
    UNROLL for (int i = 0; i < n; i++)
        state_digest(parents + SHA256_DIGEST * i, s[i], high_mask);
}

void fil_sha256_pairs_shani(const uint8_t *pairs, uint8_t *parents, size_t count, uint8_t last_byte_mask)
{
    const __m128i high_mask = _mm_set_epi32((int)(((uint32_t)last_byte_mask << 24) | 0xffffff), -1, -1, -1);
    for (; count >= 2; count -= 2, pairs += 2 * SHA256_BLOCK, parents += 2 * SHA256_DIGEST)
        pairs_n(2, pairs, parents, high_mask);
    if (count > 0)
        pairs_n(1, pairs, parents, high_mask);
}
