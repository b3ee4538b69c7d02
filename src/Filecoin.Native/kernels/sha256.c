/* SHA-256 in portable C, and the choice of its paths. */
#include <string.h>

#include "sha256.h"

const uint32_t fil_sha256_iv[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

const uint32_t fil_sha256_k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

const uint32_t fil_sha256_k64[64] = {
    0xc28a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf374,
    0x649b69c1, 0xf0fe4786, 0x0fe1edc6, 0x240cf254, 0x4fe9346f, 0x6cc984be, 0x61b9411e, 0x16f988fa,
    0xf2c65152, 0xa88e5a6d, 0xb019fc65, 0xb9d99ec7, 0x9a1231c3, 0xe70eeaa0, 0xfdb1232b, 0xc7353eb0,
    0x3069bad5, 0xcb976d5f, 0x5a0f118f, 0xdc1eeefd, 0x0a35b689, 0xde0b7a04, 0x58f4ca9d, 0xe15d5b16,
    0x007f3e86, 0x37088980, 0xa507ea32, 0x6fab9537, 0x17406110, 0x0d8cd6f1, 0xcdaa3b6d, 0xc0bbbe37,
    0x83613bda, 0xdb48a363, 0x0b02e931, 0x6fd15ca7, 0x521afaca, 0x31338431, 0x6ed41a95, 0x6d437890,
    0xc39c91f2, 0x9eccabbd, 0xb5c9a0e6, 0x532fb63c, 0xd2c741c6, 0x07237ea3, 0xa4954b68, 0x4c191d76,
};

FIL_INLINE uint32_t rotr(uint32_t x, int n)
{
    return (x >> n) | (x << (32 - n));
}

FIL_INLINE uint32_t load_be32(const uint8_t *p)
{
    return ((uint32_t)p[0] << 24) | ((uint32_t)p[1] << 16) | ((uint32_t)p[2] << 8) | p[3];
}

FIL_INLINE void store_be32(uint8_t *p, uint32_t x)
{
    p[0] = (uint8_t)(x >> 24);
    p[1] = (uint8_t)(x >> 16);
    p[2] = (uint8_t)(x >> 8);
    p[3] = (uint8_t)x;
}

/* One round; the caller rotates the names of the eight working variables. */
#define ROUND(a, b, c, d, e, f, g, h, kw)                                                          \
    do {                                                                                           \
        const uint32_t t1 = h + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + (g ^ (e & (f ^ g))) + (kw); \
        const uint32_t t2 = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) | (c & (a | b)));  \
        d += t1;                                                                                   \
        h = t1 + t2;                                                                               \
    } while (0)

#define EIGHT_ROUNDS(kw, t)                       \
    do {                                          \
        ROUND(a, b, c, d, e, f, g, h, kw(t));     \
        ROUND(h, a, b, c, d, e, f, g, kw(t + 1)); \
        ROUND(g, h, a, b, c, d, e, f, kw(t + 2)); \
        ROUND(f, g, h, a, b, c, d, e, kw(t + 3)); \
        ROUND(e, f, g, h, a, b, c, d, kw(t + 4)); \
        ROUND(d, e, f, g, h, a, b, c, kw(t + 5)); \
        ROUND(c, d, e, f, g, h, a, b, kw(t + 6)); \
        ROUND(b, c, d, e, f, g, h, a, kw(t + 7)); \
    } while (0)

#define LOAD_STATE(s)                                           \
    uint32_t a = (s)[0], b = (s)[1], c = (s)[2], d = (s)[3];    \
    uint32_t e = (s)[4], f = (s)[5], g = (s)[6], h = (s)[7]

#define ADD_STATE(s) \
    do {             \
        (s)[0] += a; \
        (s)[1] += b; \
        (s)[2] += c; \
        (s)[3] += d; \
        (s)[4] += e; \
        (s)[5] += f; \
        (s)[6] += g; \
        (s)[7] += h; \
    } while (0)

void fil_sha256_compress_portable(uint32_t state[8], const uint8_t *blocks, size_t count)
{
    uint32_t w[16];

    for (; count > 0; count--, blocks += SHA256_BLOCK) {
        LOAD_STATE(state);
        for (int t = 0; t < 16; t++)
            w[t] = load_be32(blocks + 4 * t);

#define FIRST(t) (fil_sha256_k[t] + w[t])
        EIGHT_ROUNDS(FIRST, 0);
        EIGHT_ROUNDS(FIRST, 8);
#undef FIRST

        for (int base = 16; base < 64; base += 16) {
            for (int t = 0; t < 16; t++) {
                const uint32_t w15 = w[(t + 1) & 15], w2 = w[(t + 14) & 15];
                w[t] += (rotr(w15, 7) ^ rotr(w15, 18) ^ (w15 >> 3)) + w[(t + 9) & 15] + (rotr(w2, 17) ^ rotr(w2, 19) ^ (w2 >> 10));
            }
#define LATER(t) (fil_sha256_k[base + (t)] + w[t])
            EIGHT_ROUNDS(LATER, 0);
            EIGHT_ROUNDS(LATER, 8);
#undef LATER
        }
        ADD_STATE(state);
    }
}

/* The padding block of a 64-byte message: nothing but rounds. */
static void compress_padding(uint32_t state[8])
{
    LOAD_STATE(state);
#define SCHEDULED(t) fil_sha256_k64[t]
    for (int t = 0; t < 64; t += 8)
        EIGHT_ROUNDS(SCHEDULED, t);
#undef SCHEDULED
    ADD_STATE(state);
}

void fil_sha256_pairs_portable(const uint8_t *pairs, uint8_t *parents, size_t count, uint8_t last_byte_mask)
{
    for (; count > 0; count--, pairs += SHA256_BLOCK, parents += SHA256_DIGEST) {
        uint32_t state[8];
        memcpy(state, fil_sha256_iv, sizeof state);
        fil_sha256_compress_portable(state, pairs, 1);
        compress_padding(state);
        for (int i = 0; i < 8; i++)
            store_be32(parents + 4 * i, state[i]);
        parents[SHA256_DIGEST - 1] &= last_byte_mask;
    }
}

static sha256_compress_fn *compress = fil_sha256_compress_portable;

/* Groups of a power of two of pairs go to one path, what is left to the other. */
static sha256_pairs_fn *grouped_pairs = fil_sha256_pairs_portable;
static sha256_pairs_fn *single_pairs = fil_sha256_pairs_portable;
static size_t group = 1;

void fil_select_sha256(uint64_t cpu)
{
    const char *compress_path = "portable", *pairs_path = "portable";
    compress = fil_sha256_compress_portable;
    grouped_pairs = single_pairs = fil_sha256_pairs_portable;
    group = 1;
#if FIL_X86_64
    if (FIL_HAS(cpu, FIL_CPU_SHANI)) {
        compress = fil_sha256_compress_shani;
        compress_path = "sha-ni";
        grouped_pairs = single_pairs = fil_sha256_pairs_shani;
        pairs_path = "sha-ni x2";
    }
    /* Fastest measured kind: sixteen lanes beat the SHA extensions, eight do not. */
    if (FIL_HAS(cpu, FIL_CPU_AVX512)) {
        grouped_pairs = fil_sha256_pairs_avx512;
        group = 16;
        pairs_path = "avx512 x16";
    } else if (FIL_HAS(cpu, FIL_CPU_AVX2) && !FIL_HAS(cpu, FIL_CPU_SHANI)) {
        grouped_pairs = fil_sha256_pairs_avx2;
        group = 8;
        pairs_path = "avx2 x8";
    }
#else
    (void)cpu;
#endif
    fil_use("sha256.compress", compress_path);
    fil_use("sha256.pairs", pairs_path);
}

FIL_API void fil_sha256_compress(uint32_t state[8], const uint8_t *blocks, size_t count)
{
    compress(state, blocks, count);
}

FIL_API void fil_sha256_pairs(const uint8_t *pairs, uint8_t *parents, size_t count, uint32_t last_byte_mask)
{
    const size_t grouped = count & ~(group - 1);
    grouped_pairs(pairs, parents, grouped, (uint8_t)last_byte_mask);
    single_pairs(pairs + SHA256_BLOCK * grouped, parents + SHA256_DIGEST * grouped, count - grouped, (uint8_t)last_byte_mask);
}
