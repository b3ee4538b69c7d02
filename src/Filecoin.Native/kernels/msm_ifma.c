/* Multi-scalar multiplication, eight additions at a time with AVX-512 IFMA. A point in memory is x, then y, of each coefficient the
   eight 52-bit limbs: 128 bytes on G1, 256 on G2. x is canonical, y below 2 p; infinity is all zeros. */
#include "bls_groups.h"
#include "fp8_tower.h"
#include "fp_inverse.h"
#include "msm.h"

/* Inverts every lane, of values that are not zero: one inversion for the eight. */
static void fp8_invert(fp8 *r)
{
    /* 2^448 mod p: lanes hold x 2^416, which fp.h takes for (x 2^32) 2^384, and so gives its inverse 2^352 / x. */
    static const fp shift = { { 0x42b7fde37dba9366, 0x7784894e27525bc3, 0xb2b91b9dc1f5b1e9,
                                 0x206f497dfcafb872, 0x594137cc89a9b0bb, 0x0411cd9d20d7e399 } };
    uint64_t limbs[8][8] __attribute__((aligned(64)));
    fp lanes[8], products[8], inverse, t;
    fp8 a = *r;
    fp8_reduce(&a, FP8_8P);
    fp8_reduce(&a, FP8_4P);
    fp8_reduce(&a, FP8_2P);
    fp8_reduce(&a, FP8_P);
    fp8_transpose(a.l);
    for (int i = 0; i < 8; i++) {
        _mm512_store_si512(limbs[i], a.l[i]);
        fp8_pack(lanes[i].l, limbs[i]);
    }
    products[0] = lanes[0];
    for (int i = 1; i < 8; i++)
        fp_mul(&products[i], &products[i - 1], &lanes[i]);
    fp_inv_vartime(&inverse, &products[7]);
    for (int i = 7; i >= 0; i--) {
        if (i > 0) {
            fp_mul(&t, &inverse, &products[i - 1]);
            fp_mul(&inverse, &inverse, &lanes[i]);
        } else {
            t = inverse;
        }
        fp_mul(&t, &t, &shift);
        fp8_unpack(limbs[i], t.l);
    }
    for (int i = 0; i < 8; i++)
        r->l[i] = _mm512_load_si512(limbs[i]);
    fp8_transpose(r->l);
}

/* The addresses of eight entries; the lanes that are negated. */
FIL_INLINE unsigned v8_operands(const uint8_t *at[8], const uint64_t *entries)
{
    const __m512i e = _mm512_loadu_si512(entries), one = _mm512_set1_epi64(1);
    _mm512_store_si512((void *)at, _mm512_andnot_si512(one, e));
    return _mm512_test_epi64_mask(e, one);
}

FIL_INLINE unsigned w8_operands(const uint8_t *at[8], const uint64_t *entries)
{
    return v8_operands(at, entries);
}

/* Coordinates of G1. Canonical: x. Below 2 p: y, negated or not. Below 4 p: what sub gives. */
FIL_INLINE void v8_gather(fp8 *r, const uint8_t *const at[8], size_t offset)
{
    fp8_gather(r, at, offset);
}

FIL_INLINE void v8_scatter(uint8_t *const at[8], size_t offset, const fp8 *a)
{
    fp8_scatter(at, offset, a);
}

FIL_INLINE void v8_mul(fp8 *r, const fp8 *a, const fp8 *b)
{
    fp8_mul(r, a, b);
}

FIL_INLINE void v8_sqr(fp8 *r, const fp8 *a)
{
    fp8_mul(r, a, a);
}

FIL_INLINE void v8_add(fp8 *r, const fp8 *a, const fp8 *b)
{
    fp8_add(r, a, b);
}

FIL_INLINE void v8_sub(fp8 *r, const fp8 *a, const fp8 *b)
{
    fp8_sub(r, a, b, FP8_2P);
}

FIL_INLINE void v8_sub2(fp8 *r, const fp8 *a, const fp8 *b, const fp8 *c)
{
    fp8_sub2(r, a, b, c, FP8_2P);
}

/* A product minus two canonical values plus 2 p is below 3 p. */
FIL_INLINE void v8_reduce_x(fp8 *r)
{
    fp8_reduce(r, FP8_2P);
    fp8_reduce(r, FP8_P);
}

/* A product minus y plus 2 p is below 3 p. */
FIL_INLINE void v8_reduce_y(fp8 *r)
{
    fp8_reduce(r, FP8_2P);
}

/* From up to 2 p, included. */
FIL_INLINE void v8_canonical(fp8 *r)
{
    fp8_reduce(r, FP8_P);
    fp8_reduce(r, FP8_P);
}

FIL_INLINE unsigned v8_zero_mask(const fp8 *a)
{
    return fp8_zero_mask(a);
}

FIL_INLINE unsigned v8_equal_mask(const fp8 *a, const fp8 *b)
{
    return fp8_equal_mask(a, b);
}

FIL_INLINE void v8_blend(fp8 *r, unsigned mask, const fp8 *a)
{
    fp8_blend(r, mask, a);
}

FIL_INLINE void v8_negate(fp8 *r, unsigned mask)
{
    fp8 zero, t;
    memset(&zero, 0, sizeof zero);
    fp8_sub(&t, &zero, r, FP8_2P);
    fp8_blend(r, mask, &t);
}

FIL_INLINE void v8_one(fp8 *r)
{
    fp8_broadcast(r, FP8_ONE);
}

FIL_INLINE void v8_invert(fp8 *r)
{
    fp8_invert(r);
}

/* Coordinates of G2. Canonical: x. Below 2 p: y. */
FIL_INLINE void w8_gather(fp8x2 *r, const uint8_t *const at[8], size_t offset)
{
    fp8_gather(&r->c0, at, offset);
    fp8_gather(&r->c1, at, offset + 64);
}

FIL_INLINE void w8_scatter(uint8_t *const at[8], size_t offset, const fp8x2 *a)
{
    fp8_scatter(at, offset, &a->c0);
    fp8_scatter(at, offset + 64, &a->c1);
}

static __attribute__((noinline)) void w8_mul(fp8x2 *r, const fp8x2 *a, const fp8x2 *b)
{
    fp8x2_mul(r, a, b);
}

static __attribute__((noinline)) void w8_sqr(fp8x2 *r, const fp8x2 *a)
{
    fp8x2_sqr(r, a);
}

FIL_INLINE void w8_add(fp8x2 *r, const fp8x2 *a, const fp8x2 *b)
{
    fp8x2_add(r, a, b);
}

FIL_INLINE void w8_sub(fp8x2 *r, const fp8x2 *a, const fp8x2 *b)
{
    fp8x2_sub(r, a, b, FP8_2P);
}

FIL_INLINE void w8_sub2(fp8x2 *r, const fp8x2 *a, const fp8x2 *b, const fp8x2 *c)
{
    fp8_sub2(&r->c0, &a->c0, &b->c0, &c->c0, FP8_2P);
    fp8_sub2(&r->c1, &a->c1, &b->c1, &c->c1, FP8_2P);
}

/* A square, below p and 2 p, minus two canonical values plus 2 p is below 3 p and 4 p. */
FIL_INLINE void w8_reduce_x(fp8x2 *r)
{
    fp8_reduce(&r->c0, FP8_2P);
    fp8_reduce(&r->c0, FP8_P);
    fp8_reduce(&r->c1, FP8_2P);
    fp8_reduce(&r->c1, FP8_P);
    fp8_reduce(&r->c1, FP8_P);
}

/* A product, below 5 p, minus y plus 2 p is below 7 p. */
FIL_INLINE void w8_reduce_y(fp8x2 *r)
{
    fp8_reduce(&r->c0, FP8_4P);
    fp8_reduce(&r->c0, FP8_2P);
    fp8_reduce(&r->c1, FP8_4P);
    fp8_reduce(&r->c1, FP8_2P);
}

FIL_INLINE void w8_canonical(fp8x2 *r)
{
    v8_canonical(&r->c0);
    v8_canonical(&r->c1);
}

FIL_INLINE unsigned w8_zero_mask(const fp8x2 *a)
{
    return fp8_zero_mask(&a->c0) & fp8_zero_mask(&a->c1);
}

FIL_INLINE unsigned w8_equal_mask(const fp8x2 *a, const fp8x2 *b)
{
    return fp8_equal_mask(&a->c0, &b->c0) & fp8_equal_mask(&a->c1, &b->c1);
}

FIL_INLINE void w8_blend(fp8x2 *r, unsigned mask, const fp8x2 *a)
{
    fp8_blend(&r->c0, mask, &a->c0);
    fp8_blend(&r->c1, mask, &a->c1);
}

FIL_INLINE void w8_negate(fp8x2 *r, unsigned mask)
{
    v8_negate(&r->c0, mask);
    v8_negate(&r->c1, mask);
}

FIL_INLINE void w8_one(fp8x2 *r)
{
    fp8_broadcast(&r->c0, FP8_ONE);
    memset(&r->c1, 0, sizeof r->c1);
}

/* The conjugate over the norm. */
static void w8_invert(fp8x2 *r)
{
    fp8 n, t, zero;
    memset(&zero, 0, sizeof zero);
    fp8_mul(&n, &r->c0, &r->c0);
    fp8_mul(&t, &r->c1, &r->c1);
    fp8_add(&n, &n, &t);
    fp8_invert(&n);
    fp8_mul(&r->c0, &r->c0, &n);
    fp8_mul(&t, &r->c1, &n);
    fp8_sub(&r->c1, &zero, &t, FP8_2P);
}

#define V_LANES 8

#define VE fp8
#define V(name) v8_##name
#define M(name) msm_g1_##name
#define V_BYTES 64
#include "msm_add.h"
#undef VE
#undef V
#undef M
#undef V_BYTES

#define VE fp8x2
#define V(name) w8_##name
#define M(name) msm_g2_##name
#define V_BYTES 128
#include "msm_add.h"
#undef VE
#undef V
#undef M
#undef V_BYTES

#include "msm_ifma_convert.h"

#define MSM_GROUP(group, size)                                                                                             \
    { size, sizeof(msm_##group##_workspace), msm_##group##_add_pairs, msm_##group##_from_affine, msm_##group##_from_encoded, \
      msm_##group##_to_affine }

const msm_paths fil_msm_ifma = { MSM_GROUP(g1, 128), MSM_GROUP(g2, 256) };
