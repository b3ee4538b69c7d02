/* The table of paths, for the instructions of the file that includes this: BLS_PATHS names it. */
#include "target_group.h"

#define BLS_GROUP_FUNCTIONS(group)                                                                                             \
    static int group##_decode_many(const uint8_t *bytes, size_t count, uint32_t compressed, uint32_t checks, void *points,    \
                                   size_t *malformed)                                                                         \
    {                                                                                                                          \
        group##_affine *out = points;                                                                                          \
        const size_t size = sizeof(group##_affine) >> (compressed ? 1 : 0);                                                    \
        for (size_t i = 0; i < count; i++) {                                                                                   \
            const int error = group##_decode_vartime(&out[i], bytes + i * size, compressed != 0, checks);                     \
            if (error != BLS_POINT) {                                                                                          \
                *malformed = i;                                                                                                \
                return error;                                                                                                  \
            }                                                                                                                  \
        }                                                                                                                      \
        return BLS_POINT;                                                                                                      \
    }                                                                                                                          \
    static void group##_encode_many(const void *points, size_t count, uint8_t *bytes)                                         \
    {                                                                                                                          \
        const group##_affine *in = points;                                                                                     \
        for (size_t i = 0; i < count; i++)                                                                                     \
            group##_encode_uncompressed(bytes + i * sizeof *in, &in[i]);                                                       \
    }                                                                                                                          \
    static uint32_t group##_subgroup(const void *affine)                                                                      \
    {                                                                                                                          \
        return (uint32_t)group##_is_in_subgroup(affine);                                                                       \
    }                                                                                                                          \
    static void group##_multiply(const void *point, const uint64_t *scalar, void *product)                                    \
    {                                                                                                                          \
        group##_mul_vartime(product, point, scalar);                                                                           \
    }                                                                                                                          \
    static void group##_multiply_secret(const void *point, const uint64_t *scalar, void *product)                             \
    {                                                                                                                          \
        group##_mul_secret(product, point, scalar);                                                                            \
    }                                                                                                                          \
    static void group##_affine_of(const void *point, void *affine)                                                             \
    {                                                                                                                          \
        group##_to_affine(affine, point);                                                                                      \
    }                                                                                                                          \
    static void group##_of_affine(const void *affine, void *point)                                                             \
    {                                                                                                                          \
        group##_from_affine_vartime(point, affine);                                                                            \
    }                                                                                                                          \
    static void group##_weighted_sum(const void *rows, size_t row_count, const void *columns, size_t column_count, uint32_t shift, \
                                     void *sum)                                                                                \
    {                                                                                                                          \
        group##_weighted_sum_vartime(rows, row_count, columns, column_count, shift, sum);                                      \
    }                                                                                                                          \
    static void group##_multiply_few(const void *points, const uint64_t *scalars, size_t count, void *sum, void *workspace)   \
    {                                                                                                                          \
        group##_multiply_few_vartime(points, scalars, count, sum, workspace);                                                  \
    }

BLS_GROUP_FUNCTIONS(g1)
BLS_GROUP_FUNCTIONS(g2)

static void bls_miller_loops(const void *ps, const void *qs, size_t count, size_t lists, void *products, void *workspace)
{
    _Static_assert(sizeof(pairing_walk) <= BLS_MILLER_WORKSPACE, "a walk fits its workspace");
    pairing_miller_loops(ps, qs, count, lists, products, workspace);
}

static void bls_final_exponentiation(const void *value, void *result)
{
    pairing_final_exponentiation(value, result);
}

static uint32_t bls_gt_in_subgroup(const void *value)
{
    return (uint32_t)gt_is_in_subgroup(value);
}

static void bls_gt_from_torus(const void *fp6, void *fp12)
{
    gt_from_torus(fp12, fp6);
}

static void bls_gt_multi_power(const void *values, const uint64_t *scalars, size_t count, void *product, void *workspace)
{
    _Static_assert(8 * sizeof(fp12) + 264 <= BLS_GT_WORKSPACE, "a value's multiples and digits fit its workspace");
    gt_multi_power(values, scalars, count, product, workspace);
}

#define BLS_GROUP(group)                                                                                                       \
    { group##_decode_many, group##_encode_many, group##_subgroup, group##_multiply, group##_multiply_secret, group##_multiply_few, \
      group##_affine_of, group##_of_affine, group##_weighted_sum }

const bls_paths BLS_PATHS = { BLS_GROUP(g1), BLS_GROUP(g2), bls_miller_loops, bls_final_exponentiation,
                              bls_gt_in_subgroup, bls_gt_from_torus, bls_gt_multi_power };
