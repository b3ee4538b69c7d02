/* Groups and pairing of BLS12-381: what the paths of bls.c provide. Points and field elements are those of the managed types:
   Montgomery form, affine infinity all zeros, projective coordinates homogeneous. */
#ifndef FIL_BLS_H
#define FIL_BLS_H

#include "fil.h"

/* What is wrong with an encoding: the values of PointDecodingError, and one for nothing. */
enum {
    BLS_POINT = -1,
    BLS_COMPRESSION_FLAG = 1,
    BLS_INFINITY_ENCODING = 2,
    BLS_SIGN_FLAG = 3,
    BLS_NON_CANONICAL = 4,
    BLS_NOT_ON_CURVE = 5,
    BLS_NOT_IN_SUBGROUP = 6,
};

/* PointChecks */
#define BLS_CHECK_CURVE 1u
#define BLS_CHECK_SUBGROUP 2u

/* The operations on one group. */
typedef struct {
    /* Decodes count points; returns BLS_POINT, or what is wrong with the first malformed one, whose index is stored then. */
    int (*decode)(const uint8_t *bytes, size_t count, uint32_t compressed, uint32_t checks, void *points, size_t *malformed);
    void (*encode)(const void *points, size_t count, uint8_t *bytes);
    uint32_t (*in_subgroup)(const void *affine);
    /* product = scalar * point, all projective; scalars are four limbs of an integer. */
    void (*multiply)(const void *point, const uint64_t *scalar, void *product);
    /* The same in constant time. */
    void (*multiply_secret)(const void *point, const uint64_t *scalar, void *product);
    /* sum of scalar_i * point_i for few terms, points affine, sum projective; workspace of BLS_FEW_WORKSPACE_G1 or _G2 bytes a term. */
    void (*multiply_few)(const void *points, const uint64_t *scalars, size_t count, void *sum, void *workspace);
    void (*to_affine)(const void *point, void *affine);
    void (*from_affine)(const void *affine, void *point);
    /* 2^shift * (sum of i * rows[i]) + (sum of (i + 1) * columns[i]), of affine points, projective. */
    void (*weighted_sum)(const void *rows, size_t row_count, const void *columns, size_t column_count, uint32_t shift, void *sum);
} bls_group;

typedef struct {
    bls_group g1, g2;
    /* Lists of count affine points of G1, one after the other, each against the same count of G2: of each list the product of its Miller
       loops; workspace of BLS_MILLER_WORKSPACE bytes a point of G2. */
    void (*miller_loops)(const void *ps, const void *qs, size_t count, size_t lists, void *products, void *workspace);
    void (*final_exponentiation)(const void *value, void *result);
    /* The subgroup of order r of Fp12: membership, an element (c + w) / (c - w) from its c, and the product of powers of members;
       workspace of BLS_GT_WORKSPACE bytes a value. */
    uint32_t (*gt_in_subgroup)(const void *value);
    void (*gt_from_torus)(const void *fp6, void *fp12);
    void (*gt_multi_power)(const void *values, const uint64_t *scalars, size_t count, void *product, void *workspace);
} bls_paths;

#define BLS_MILLER_WORKSPACE 320

/* Eight odd multiples, projective, and the digits of a scalar. */
#define BLS_FEW_WORKSPACE_G1 (8 * 144 + 264)
#define BLS_FEW_WORKSPACE_G2 (8 * 288 + 264)
#define BLS_GT_WORKSPACE (8 * 576 + 264)

extern const bls_paths fil_bls_portable;
#if FIL_X86_64
extern const bls_paths fil_bls_adx;
#endif

#endif
