/* The paths of multi-scalar multiplication that go one addition at a time: points as the managed types have them. MSM_PATHS names the
   table. Included by msm.c and msm_adx.c, with the arithmetic of fp.h for their instructions. */
#include "bls_groups.h"
#include "fp_inverse.h"
#include "msm.h"

FP_SMALL void fp2_inv_vartime(fp2 *r, const fp2 *a)
{
    fp n, t;
    fp_sqr(&n, &a->c0);
    fp_sqr(&t, &a->c1);
    fp_add(&n, &n, &t);
    fp_inv_vartime(&n, &n);
    fp_mul(&r->c0, &a->c0, &n);
    fp_mul(&t, &a->c1, &n);
    fp_neg(&r->c1, &t);
}

/* Vectors of one lane. */
#define V_ONE_LANE(e, constant)                                                        \
    FIL_INLINE unsigned v_##e##_operands(const uint8_t *at[1], const uint64_t *entry)  \
    {                                                                                  \
        at[0] = (const uint8_t *)(uintptr_t)(*entry & ~UINT64_C(1));                   \
        return (unsigned)(*entry & 1);                                                 \
    }                                                                                  \
    FIL_INLINE void v_##e##_gather(e *r, const uint8_t *const at[1], size_t offset)    \
    {                                                                                  \
        memcpy(r, at[0] + offset, sizeof *r);                                          \
    }                                                                                  \
    FIL_INLINE void v_##e##_scatter(uint8_t *const at[1], size_t offset, const e *a)   \
    {                                                                                  \
        memcpy(at[0] + offset, a, sizeof *a);                                          \
    }                                                                                  \
    FIL_INLINE void v_##e##_mul(e *r, const e *a, const e *b)                          \
    {                                                                                  \
        e##_mul(r, a, b);                                                              \
    }                                                                                  \
    FIL_INLINE void v_##e##_sqr(e *r, const e *a)                                      \
    {                                                                                  \
        e##_sqr(r, a);                                                                 \
    }                                                                                  \
    FIL_INLINE void v_##e##_add(e *r, const e *a, const e *b)                          \
    {                                                                                  \
        e##_add(r, a, b);                                                              \
    }                                                                                  \
    FIL_INLINE void v_##e##_sub(e *r, const e *a, const e *b)                          \
    {                                                                                  \
        e##_sub(r, a, b);                                                              \
    }                                                                                  \
    FIL_INLINE void v_##e##_sub2(e *r, const e *a, const e *b, const e *c)             \
    {                                                                                  \
        e##_sub(r, a, b);                                                              \
        e##_sub(r, r, c);                                                              \
    }                                                                                  \
    FIL_INLINE void v_##e##_reduce_x(e *r)                                             \
    {                                                                                  \
        (void)r;                                                                       \
    }                                                                                  \
    FIL_INLINE void v_##e##_reduce_y(e *r)                                             \
    {                                                                                  \
        (void)r;                                                                       \
    }                                                                                  \
    FIL_INLINE void v_##e##_canonical(e *r)                                            \
    {                                                                                  \
        (void)r;                                                                       \
    }                                                                                  \
    FIL_INLINE unsigned v_##e##_zero_mask(const e *a)                                  \
    {                                                                                  \
        return (unsigned)e##_is_zero(a);                                               \
    }                                                                                  \
    FIL_INLINE unsigned v_##e##_equal_mask(const e *a, const e *b)                     \
    {                                                                                  \
        return (unsigned)e##_is_equal(a, b);                                           \
    }                                                                                  \
    FIL_INLINE void v_##e##_blend(e *r, unsigned mask, const e *a)                     \
    {                                                                                  \
        if (mask)                                                                      \
            *r = *a;                                                                   \
    }                                                                                  \
    FIL_INLINE void v_##e##_negate(e *r, unsigned mask)                                \
    {                                                                                  \
        (void)mask;                                                                    \
        e##_neg(r, r);                                                                 \
    }                                                                                  \
    FIL_INLINE void v_##e##_one(e *r)                                                  \
    {                                                                                  \
        *r = constant;                                                                 \
    }                                                                                  \
    FIL_INLINE void v_##e##_invert(e *r)                                               \
    {                                                                                  \
        e##_inv_vartime(r, r);                                                         \
    }

V_ONE_LANE(fp, FP_ONE)
V_ONE_LANE(fp2, FP2_ONE)

#define MSM_SCALAR_FUNCTIONS(group)                                                                                       \
    static void msm_##group##_from_affine(const void *affine, const uint32_t *live, size_t n, uint8_t *points)           \
    {                                                                                                                     \
        const group##_affine *in = affine;                                                                                \
        for (size_t i = 0; i < n; i++)                                                                                    \
            memcpy(points + i * sizeof *in, &in[live[i]], sizeof *in);                                                    \
    }                                                                                                                     \
    static int msm_##group##_from_encoded(const uint8_t *bytes, const uint32_t *live, size_t n, uint32_t checks,         \
                                          uint8_t *points, size_t *malformed)                                            \
    {                                                                                                                     \
        for (size_t i = 0; i < n; i++) {                                                                                  \
            group##_affine point;                                                                                         \
            const int error = group##_decode_vartime(&point, bytes + (size_t)live[i] * sizeof point, 0, checks);         \
            if (error != BLS_POINT) {                                                                                     \
                *malformed = live[i];                                                                                     \
                return error;                                                                                             \
            }                                                                                                             \
            memcpy(points + i * sizeof point, &point, sizeof point);                                                      \
        }                                                                                                                 \
        return BLS_POINT;                                                                                                 \
    }                                                                                                                     \
    static void msm_##group##_to_affine(const uint8_t *points, size_t n, void *affine)                                   \
    {                                                                                                                     \
        memcpy(affine, points, n * sizeof(group##_affine));                                                               \
    }

MSM_SCALAR_FUNCTIONS(g1)
MSM_SCALAR_FUNCTIONS(g2)

#define V_LANES 1

#define VE fp
#define V(name) v_fp_##name
#define M(name) msm_g1_##name
#define V_BYTES 48
#include "msm_add.h"
#undef VE
#undef V
#undef M
#undef V_BYTES

#define VE fp2
#define V(name) v_fp2_##name
#define M(name) msm_g2_##name
#define V_BYTES 96
#include "msm_add.h"
#undef VE
#undef V
#undef M
#undef V_BYTES

#define MSM_GROUP(group)                                                                                                \
    { sizeof(group##_affine), sizeof(msm_##group##_workspace), msm_##group##_add_pairs, msm_##group##_from_affine,      \
      msm_##group##_from_encoded, msm_##group##_to_affine }

const msm_paths MSM_PATHS = { MSM_GROUP(g1), MSM_GROUP(g2) };
