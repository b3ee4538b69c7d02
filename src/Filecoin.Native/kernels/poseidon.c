/* Poseidon over Fr, one hash at a time, with compressed round constants and sparse matrices.
 *
 * A table holds all constants of a width in order of use, in the form's own representation:
 *   width      first keys, the domain tag added to the first
 *   half       full rounds: width keys each
 *   width^2    matrix of full rounds, by output
 *   width^2    matrix of the last full round before the partial ones, by output
 *   for each block of partial rounds
 *     for each of its rounds l: key; coefficients of x_l, of x_0 .. x_(l-1), of elements 1 .. width-1
 *     for each element 1 .. width-1: coefficients of x_0, x_1 ..
 *   half - 1   full rounds: width keys each
 * where x_l is the first element of round l after its S-box and key. Within a block, elements 1.. stay as they were at its start: the first
 * element gets what they would have gained through the coefficients of x_0 .. x_(l-1), and at the end each takes its gains. A block of one
 * round is the plain sparse matrix. */
#include "field.h"

#define LIMBS 4

static fr box(fr x, const uint64_t *key)
{
    const fr square = fr_sqr(x);
    const fr fifth = fr_mul(fr_sqr(square), x);
    return key ? fr_add(fifth, fr_load(key)) : fifth;
}

static fr dot(fr sum, const fr *values, size_t n, const uint64_t *constants)
{
    for (size_t i = 0; i < n; i++)
        sum = fr_add(sum, fr_mul(values[i], fr_load(constants + i * LIMBS)));
    return sum;
}

static const uint64_t *full_boxes(fr *s, size_t width, const uint64_t *keys)
{
    for (size_t j = 0; j < width; j++)
        s[j] = box(s[j], keys + j * LIMBS);
    return keys + width * LIMBS;
}

static void multiply_matrix(fr *s, size_t width, const uint64_t *matrix)
{
    fr next[POSEIDON_MAX_WIDTH];
    for (size_t j = 0; j < width; j++)
        next[j] = dot((fr){{0}}, s, width, matrix + j * width * LIMBS);
    for (size_t j = 0; j < width; j++)
        s[j] = next[j];
}

static const uint64_t *partial_block(fr *s, size_t width, size_t rounds, const uint64_t *c)
{
    fr x[POSEIDON_MAX_BLOCK];
    for (size_t l = 0; l < rounds; l++) {
        x[l] = box(s[0], c);
        c += LIMBS;
        s[0] = dot(fr_mul(x[l], fr_load(c)), x, l, c + LIMBS);
        s[0] = dot(s[0], s + 1, width - 1, c + (l + 1) * LIMBS);
        c += (l + width) * LIMBS;
    }
    for (size_t j = 1; j < width; j++, c += rounds * LIMBS)
        s[j] = dot(s[j], x, rounds, c);
    return c;
}

static fr permute(fr *s, const poseidon_constants *constants)
{
    const size_t width = constants->width, partial_rounds = constants->partial_rounds, block = constants->block;
    const uint64_t *c = constants->table + width * LIMBS;
    const uint64_t *mds = c + POSEIDON_HALF * width * LIMBS, *pre_sparse = mds + width * width * LIMBS;
    for (int round = 0; round < POSEIDON_HALF; round++) {
        c = full_boxes(s, width, c);
        multiply_matrix(s, width, round < POSEIDON_HALF - 1 ? mds : pre_sparse);
    }
    c = pre_sparse + width * width * LIMBS;
    for (size_t done = 0; done < partial_rounds; done += block)
        c = partial_block(s, width, partial_rounds - done < block ? partial_rounds - done : block, c);
    for (int round = 1; round < POSEIDON_HALF; round++) {
        c = full_boxes(s, width, c);
        multiply_matrix(s, width, mds);
    }
    for (size_t j = 0; j < width; j++)
        s[j] = box(s[j], NULL);
    return dot((fr){{0}}, s, width, mds + width * LIMBS);
}

static int64_t hash(const poseidon_constants *c, const uint8_t *const *elements, size_t stride, size_t count, uint8_t *digests)
{
    for (size_t i = 0; i < count; i++) {
        fr s[POSEIDON_MAX_WIDTH];
        s[0] = fr_load(c->table);
        for (size_t j = 1; j < c->width; j++) {
            const fr integer = fr_load(elements[j - 1] + i * stride);
            if (!fr_is_canonical(integer))
                return (int64_t)i;
            s[j] = fr_add(fr_mul(integer, FR_SQUARED), fr_load(c->table + j * LIMBS));
        }
        fr_store(digests + FR_SIZE * i, fr_mul(permute(s, c), (fr){{1, 0, 0, 0}}));
    }
    return -1;
}

int64_t FR_FORM(fil_poseidon)(const poseidon_constants *c, const uint8_t *const *elements, size_t stride, size_t count, uint8_t *digests)
{
    return hash(c, elements, stride, count, digests);
}
