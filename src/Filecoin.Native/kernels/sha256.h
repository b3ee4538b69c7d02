/* SHA-256 (FIPS 180-4). A state is eight words in host order. */
#ifndef FIL_SHA256_H
#define FIL_SHA256_H

#include "fil.h"

#define SHA256_BLOCK 64
#define SHA256_DIGEST 32

extern const uint32_t fil_sha256_iv[8];
extern const uint32_t fil_sha256_k[64];

/* The second block of every 64-byte message: its schedule with the round constants added. */
extern const uint32_t fil_sha256_k64[64];

/* Runs count blocks through a state. */
typedef void sha256_compress_fn(uint32_t state[8], const uint8_t *blocks, size_t count);

/* Digests of count 64-byte messages; each digest's last byte is masked. Paths with lanes take whole groups of them alone. */
typedef void sha256_pairs_fn(const uint8_t *pairs, uint8_t *parents, size_t count, uint8_t last_byte_mask);

/* The path in use. */
void fil_sha256_compress(uint32_t state[8], const uint8_t *blocks, size_t count);

sha256_compress_fn fil_sha256_compress_portable;
sha256_pairs_fn fil_sha256_pairs_portable;

#if FIL_X86_64
sha256_compress_fn fil_sha256_compress_shani;
sha256_pairs_fn fil_sha256_pairs_shani;
sha256_pairs_fn fil_sha256_pairs_avx2;
sha256_pairs_fn fil_sha256_pairs_avx512;
#endif

#endif
