/* BLS12-381 in portable C, the choice of paths, and the entry points. */
#define BLS_PATHS fil_bls_portable
#include "bls_paths.h"

static const bls_paths *paths = &fil_bls_portable;

void fil_select_bls(uint64_t cpu)
{
    const char *path = "portable";
    paths = &fil_bls_portable;
#if FIL_X86_64
    if (FIL_HAS(cpu, FIL_CPU_BMI2 | FIL_CPU_ADX)) {
        paths = &fil_bls_adx;
        path = "adx";
    }
#else
    (void)cpu;
#endif
    fil_use("bls.fp", path);
}

/* group: 1 or 2. */
static const bls_group *group_of(uint32_t group)
{
    return group == 1 ? &paths->g1 : &paths->g2;
}

FIL_API int32_t fil_bls_decode(uint32_t group, const uint8_t *bytes, size_t count, uint32_t compressed, uint32_t checks, void *points,
                               size_t *malformed)
{
    return group_of(group)->decode(bytes, count, compressed, checks, points, malformed);
}

FIL_API uint32_t fil_bls_in_subgroup(uint32_t group, const void *affine)
{
    return group_of(group)->in_subgroup(affine);
}

FIL_API void fil_bls_multiply(uint32_t group, const void *point, const uint64_t *scalar, void *product)
{
    group_of(group)->multiply(point, scalar, product);
}

/* Constant time: see ec_point.h. */
FIL_API void fil_bls_multiply_secret(uint32_t group, const void *point, const uint64_t *scalar, void *product)
{
    group_of(group)->multiply_secret(point, scalar, product);
}

FIL_API void fil_bls_multiply_few(uint32_t group, const void *points, const uint64_t *scalars, size_t count, void *sum, void *workspace)
{
    group_of(group)->multiply_few(points, scalars, count, sum, workspace);
}

FIL_API size_t fil_bls_workspace(uint32_t group)
{
    static const size_t sizes[] = { BLS_MILLER_WORKSPACE, BLS_FEW_WORKSPACE_G1, BLS_FEW_WORKSPACE_G2, BLS_GT_WORKSPACE };
    return sizes[group];
}

FIL_API void fil_bls_miller_loops(const void *ps, const void *qs, size_t count, size_t lists, void *products, void *workspace)
{
    paths->miller_loops(ps, qs, count, lists, products, workspace);
}

FIL_API void fil_bls_final_exponentiation(const void *value, void *result)
{
    paths->final_exponentiation(value, result);
}

FIL_API uint32_t fil_bls_gt_in_subgroup(const void *value)
{
    return paths->gt_in_subgroup(value);
}

FIL_API void fil_bls_gt_from_torus(const void *fp6, void *fp12)
{
    paths->gt_from_torus(fp6, fp12);
}

FIL_API void fil_bls_gt_multi_power(const void *values, const uint64_t *scalars, size_t count, void *product, void *workspace)
{
    paths->gt_multi_power(values, scalars, count, product, workspace);
}
