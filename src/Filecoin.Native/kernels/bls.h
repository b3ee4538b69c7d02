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
    /* The product of the Miller loops of pairs of affine points; workspace of BLS_MILLER_WORKSPACE bytes a pair. */
    void (*miller_loop)(const void *ps, const void *qs, size_t count, void *fp12, void *workspace);
    void (*final_exponentiation)(const void *value, void *result);
} bls_paths;

#define BLS_MILLER_WORKSPACE 640

/* Eight odd multiples, projective, and the digits of a scalar. */
#define BLS_FEW_WORKSPACE_G1 (8 * 144 + 264)
#define BLS_FEW_WORKSPACE_G2 (8 * 288 + 264)

extern const bls_paths fil_bls_portable;
#if FIL_X86_64
extern const bls_paths fil_bls_adx;
#endif

#endif
