/* Multi-scalar multiplication: what its paths provide. A path holds points in a form of its own, at multiples of 64 bytes where its
   vectors need that; infinity is all zeros. An entry is the address of such a point, with the lowest bit set where the negative is
   meant. */
#ifndef FIL_MSM_H
#define FIL_MSM_H

#include "fil.h"

/* Pairs added with one inversion at most: their points and what is kept of them fit a second-level cache. A multiple of MSM_PAD. */
#define MSM_BATCH 1024

/* The arrays of a batch have room for a multiple of this; what lies beyond the last pair repeats it, and goes to a sink. */
#define MSM_PAD 8

typedef struct {
    size_t point_size;
    /* Bytes that add_pairs needs. */
    size_t batch_workspace;
    /* For each of n <= MSM_BATCH pairs of entries a[i], b[i] stores the sum at outs[i]. Any operand may be infinity, equal to the other
       or its negative. A point that is stored to occurs in one pair alone. */
    void (*add_pairs)(const uint64_t *a, const uint64_t *b, uint8_t *const *outs, size_t n, void *workspace);
    /* Points from affine ones of the managed type at indexes live[0] to live[n - 1]. */
    void (*from_affine)(const void *affine, const uint32_t *live, size_t n, uint8_t *points);
    /* Points from uncompressed encodings at those indexes. Returns BLS_POINT, or what is wrong with malformed (an index of live). */
    int (*from_encoded)(const uint8_t *bytes, const uint32_t *live, size_t n, uint32_t checks, uint8_t *points, size_t *malformed);
    /* Back to affine points. */
    void (*to_affine)(const uint8_t *points, size_t n, void *affine);
} msm_group;

typedef struct {
    msm_group g1, g2;
} msm_paths;

extern const msm_paths fil_msm_portable;
#if FIL_X86_64
extern const msm_paths fil_msm_adx, fil_msm_ifma;
#endif

#endif
