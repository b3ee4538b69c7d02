/* G1 over Fp and G2 over Fp2, from one template; their endomorphisms. */
#ifndef FIL_BLS_GROUPS_H
#define FIL_BLS_GROUPS_H

#include "bls.h"
#include "fp_tower.h"

FP_SMALL void g1_times_3b(fp *r, const fp *a)
{
    fp t;
    fp_dbl(&t, a);
    fp_dbl(&t, &t);
    fp_dbl(r, &t);
    fp_add(r, r, &t);
}

FP_SMALL void g2_times_3b(fp2 *r, const fp2 *a)
{
    fp2 t;
    fp2_mul_nonresidue(&t, a);
    fp2_dbl(&t, &t);
    fp2_dbl(&t, &t);
    fp2_dbl(r, &t);
    fp2_add(r, r, &t);
}


#define FE fp
#define F(name) fp_##name
#define E(name) g1_##name
#define E_AFFINE g1_affine
#define E_POINT g1_point
#define E_TIMES_3B g1_times_3b
#define E_ONE FP_ONE
#define E_CURVE_B FP_FOUR
#define E_BYTES 48
#include "ec_point.h"

/* (BETA x, y) = -z^2 (x, y) on G1, and nowhere else on the curve (eprint 2021/1130). */
FP_FUNCTION int g1_is_in_subgroup(const g1_affine *a)
{
    g1_point p, m;
    g1_from_affine_vartime(&p, a);
    g1_mul_z(&m, &p);
    g1_mul_z(&m, &m);
    g1_neg(&m, &m);
    fp_mul(&p.x, &p.x, &FP_BETA);
    return g1_is_equal_vartime(&p, &m);
}

#include "ec_encoding.h"
#undef FE
#undef F
#undef E
#undef E_AFFINE
#undef E_POINT
#undef E_TIMES_3B
#undef E_ONE
#undef E_CURVE_B
#undef E_BYTES

static const fp2 G2_CURVE_B = { { { 0xaa270000000cfff3, 0x53cc0032fc34000a, 0x478fe97a6b0a807f,
                                    0xb1d37ebee6ba24d7, 0x8ec9733bbf78ab2f, 0x09d645513d83de7e } },
                                { { 0xaa270000000cfff3, 0x53cc0032fc34000a, 0x478fe97a6b0a807f,
                                    0xb1d37ebee6ba24d7, 0x8ec9733bbf78ab2f, 0x09d645513d83de7e } } };

#define FE fp2
#define F(name) fp2_##name
#define E(name) g2_##name
#define E_AFFINE g2_affine
#define E_POINT g2_point
#define E_TIMES_3B g2_times_3b
#define E_ONE FP2_ONE
#define E_CURVE_B G2_CURVE_B
#define E_BYTES 96
#include "ec_point.h"

/* Frobenius seen through the twist. */
FP_SMALL void g2_psi(g2_point *r, const g2_point *a)
{
    fp2_conjugate(&r->x, &a->x);
    fp2_mul(&r->x, &r->x, &FP2_PSI_X);
    fp2_conjugate(&r->y, &a->y);
    fp2_mul(&r->y, &r->y, &FP2_PSI_Y);
    fp2_conjugate(&r->z, &a->z);
}

/* psi multiplies G2 by z, and nothing else on the twist (eprint 2021/1130). */
FP_FUNCTION int g2_is_in_subgroup(const g2_affine *a)
{
    g2_point p, m;
    g2_from_affine_vartime(&p, a);
    g2_mul_z(&m, &p);
    g2_neg(&m, &m);
    g2_psi(&p, &p);
    return g2_is_equal_vartime(&p, &m);
}

#include "ec_encoding.h"
#undef FE
#undef F
#undef E
#undef E_AFFINE
#undef E_POINT
#undef E_TIMES_3B
#undef E_ONE
#undef E_CURVE_B
#undef E_BYTES

#endif
