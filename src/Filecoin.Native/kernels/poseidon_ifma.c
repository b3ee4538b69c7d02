/* Poseidon over Fr, eight or sixteen hashes at once with AVX-512 IFMA.
 *
 * The permutation is the one with compressed round constants and sparse matrices. Three more steps are taken out of it:
 * - a sum of products is reduced once (wide accumulators), and round keys join it before that reduction;
 * - partial rounds run in blocks: within a block, elements 1.. stay as they were at its start, the first element gets what they would
 *   have gained through precomputed coefficients, and at its end each takes all its gains with one reduction;
 * - of the last matrix only the row of the digest is computed.
 *
 *
 * The table is that of poseidon.c, five 52-bit limbs a constant, multiplied by 2^260. */
#include "field.h"
#include "fr_ifma.h"

#define LIMBS 5
#define MAX_GROUPS 2

/* s[i] = s[i]^5 + key. */
FR8_INLINE void box(fr8 *s, const uint64_t *key, const size_t groups)
{
    fr8 square[MAX_GROUPS], fourth[MAX_GROUPS];
#pragma GCC unroll 2
    for (size_t g = 0; g < groups; g++) square[g] = fr8_sqr(s[g]);
#pragma GCC unroll 2
    for (size_t g = 0; g < groups; g++) fourth[g] = fr8_sqr(square[g]);
#pragma GCC unroll 2
    for (size_t g = 0; g < groups; g++) {
        fr8_wide w;
        fr8_wide_clear(&w);
        if (key) fr8_wide_add(&w, fr8_broadcast(key));
        fr8_mac(&w, fourth[g], s[g]);
        s[g] = fr8_reduce(&w);
    }
}

/* w += sum of n values times n constants. */
FR8_INLINE void dot(fr8_wide *w, const fr8 *values, size_t n, const uint64_t *constants, const size_t groups)
{
    for (size_t i = 0; i < n; i++) fr8_mac(w, values[i * groups], fr8_broadcast(constants + i * LIMBS));
}

FR8_INLINE const uint64_t *full_boxes(fr8 *s, size_t width, const uint64_t *keys, const size_t groups)
{
    for (size_t j = 0; j < width; j++) box(s + j * groups, keys + j * LIMBS, groups);
    return keys + width * LIMBS;
}

FR8_INLINE void multiply_matrix(fr8 *s, size_t width, const uint64_t *matrix, const size_t groups)
{
    fr8 next[POSEIDON_MAX_WIDTH * MAX_GROUPS];
    for (size_t j = 0; j < width; j++, matrix += width * LIMBS) {
        for (size_t g = 0; g < groups; g++) {
            fr8_wide w;
            fr8_wide_clear(&w);
            dot(&w, s + g, width, matrix, groups);
            next[j * groups + g] = fr8_reduce(&w);
        }
    }
    for (size_t j = 0; j < width * groups; j++) s[j] = next[j];
}

FR8_INLINE const uint64_t *partial_block(fr8 *s, size_t width, size_t rounds, const uint64_t *c, const size_t groups)
{
    fr8 x[POSEIDON_MAX_BLOCK * MAX_GROUPS];
    for (size_t l = 0; l < rounds; l++) {
        for (size_t g = 0; g < groups; g++) x[l * groups + g] = s[g];
        box(x + l * groups, c, groups);
        c += LIMBS;
        for (size_t g = 0; g < groups; g++) {
            fr8_wide w;
            fr8_wide_clear(&w);
            dot(&w, s + groups + g, width - 1, c + (l + 1) * LIMBS, groups);
            dot(&w, x + g, l, c + LIMBS, groups);
            fr8_mac(&w, x[l * groups + g], fr8_broadcast(c));
            s[g] = fr8_reduce(&w);
        }
        c += (l + width) * LIMBS;
    }
    for (size_t j = 1; j < width; j++, c += rounds * LIMBS) {
        for (size_t g = 0; g < groups; g++) {
            fr8_wide w;
            fr8_wide_clear(&w);
            fr8_wide_add(&w, s[j * groups + g]);
            dot(&w, x + g, rounds, c, groups);
            s[j * groups + g] = fr8_squeeze(fr8_reduce(&w));
        }
    }
    return c;
}

FR8_INLINE void permute(fr8 *s, const poseidon_constants *constants, const size_t groups)
{
    const size_t width = constants->width, partial_rounds = constants->partial_rounds, block = constants->block;
    const uint64_t *c = constants->table + width * LIMBS;
    const uint64_t *mds = c + POSEIDON_HALF * width * LIMBS, *pre_sparse = mds + width * width * LIMBS;
    for (int round = 0; round < POSEIDON_HALF; round++) {
        c = full_boxes(s, width, c, groups);
        multiply_matrix(s, width, round < POSEIDON_HALF - 1 ? mds : pre_sparse, groups);
    }
    c = pre_sparse + width * width * LIMBS;
    for (size_t done = 0; done < partial_rounds; done += block) {
        size_t rounds = partial_rounds - done < block ? partial_rounds - done : block;
        c = partial_block(s, width, rounds, c, groups);
    }
    for (int round = 1; round < POSEIDON_HALF; round++) {
        c = full_boxes(s, width, c, groups);
        multiply_matrix(s, width, mds, groups);
    }
    for (size_t j = 0; j < width; j++) box(s + j * groups, NULL, groups);
    for (size_t g = 0; g < groups; g++) {
        fr8_wide w;
        fr8_wide_clear(&w);
        dot(&w, s + g, width, mds + width * LIMBS, groups);
        s[groups + g] = fr8_reduce(&w);
    }
}

/* One value out of the form of the table, as canonical words. */
FR8_INLINE fr8_words canonical(fr8 a)
{
    fr8_wide w;
    fr8_wide_clear(&w);
    for (int i = 0; i < 5; i++) w.lo[i] = a.l[i];
    return fr8_to_words(fr8_reduce_once(fr8_reduce(&w)));
}

/* 8 * groups preimages. Returns -1 or the first with a bad element. */
FR8_INLINE int hash_full(const poseidon_constants *c, const uint8_t *const *elements, size_t stride, size_t first,
                         uint8_t *digests, const size_t groups)
{
    const uint64_t *table = c->table;
    const size_t width = c->width;
    fr8 s[POSEIDON_MAX_WIDTH * MAX_GROUPS];
    unsigned bad[MAX_GROUPS] = {0, 0};
    for (size_t g = 0; g < groups; g++) s[g] = fr8_broadcast(table);
    for (size_t j = 1; j < width; j++) {
        for (size_t g = 0; g < groups; g++) {
            fr8_words words = fr8_load_words_strided(elements[j - 1] + (first + 8 * g) * stride, stride);
            bad[g] |= (uint8_t)~fr8_words_below_r(words);
            fr8_wide w;
            fr8_wide_clear(&w);
            fr8_wide_add(&w, fr8_broadcast(table + j * LIMBS));
            fr8_mac(&w, fr8_from_words(words), fr8_broadcast(FR8_2_520));
            s[j * groups + g] = fr8_reduce(&w);
        }
    }
    for (size_t g = 0; g < groups; g++)
        if (bad[g]) return (int)(8 * g) + fr8_first_lane((__mmask8)bad[g]);
    permute(s, c, groups);
    for (size_t g = 0; g < groups; g++) fr8_store_words(digests + 256 * g, canonical(s[groups + g]));
    return -1;
}

static __attribute__((noinline)) int hash_8(const poseidon_constants *c, const uint8_t *const *elements, size_t stride,
                                              size_t first, uint8_t *digests)
{
    return hash_full(c, elements, stride, first, digests, 1);
}

static __attribute__((noinline)) int hash_16(const poseidon_constants *c, const uint8_t *const *elements, size_t stride,
                                              size_t first, uint8_t *digests)
{
    return hash_full(c, elements, stride, first, digests, 2);
}

int64_t fil_poseidon_ifma(const poseidon_constants *c, const uint8_t *const *elements, size_t stride, size_t count, uint8_t *digests)
{
    size_t done = 0;
    for (; count - done >= 16; done += 16) {
        int bad = hash_16(c, elements, stride, done, digests + 32 * done);
        if (bad >= 0) return (int64_t)done + bad;
    }
    for (; count - done >= 8; done += 8) {
        int bad = hash_8(c, elements, stride, done, digests + 32 * done);
        if (bad >= 0) return (int64_t)done + bad;
    }
    if (done < count) {
        /* The rest fills some lanes of a group; the others hash zeros. */
        size_t rest = count - done, width = c->width;
        uint8_t padded[POSEIDON_MAX_WIDTH - 1][8 * 32], out[8 * 32];
        const uint8_t *pointers[POSEIDON_MAX_WIDTH - 1];
        for (size_t j = 0; j + 1 < width; j++) {
            for (size_t i = 0; i < 8; i++) {
                __m256i e = i < rest ? _mm256_loadu_si256((const __m256i *)(elements[j] + (done + i) * stride)) : _mm256_setzero_si256();
                _mm256_storeu_si256((__m256i *)(padded[j] + 32 * i), e);
            }
            pointers[j] = padded[j];
        }
        int bad = hash_8(c, pointers, 32, 0, out);
        if (bad >= 0) return (int64_t)done + bad;
        for (size_t i = 0; i < rest; i++)
            _mm256_storeu_si256((__m256i *)(digests + 32 * (done + i)), _mm256_loadu_si256((const __m256i *)(out + 32 * i)));
    }
    return -1;
}
