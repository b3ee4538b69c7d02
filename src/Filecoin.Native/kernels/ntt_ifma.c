/* The transform's vectors as eight IFMA lanes: see ntt_body.h. Values grow by at most 4r in a pass and stay below 32r over 14 stages:
 * what is multiplied by a twiddle comes back below 2r, so a difference needs only 2r added to stay positive. */
#include "field.h"
#include "fr_ifma.h"

#define CONSTANT_WORDS 5

typedef fr8 vec;

FR8_INLINE vec vec_load(const fr *p)
{
    return fr8_from_words(fr8_load_words(p));
}

FR8_INLINE vec vec_load_rows(const fr *p, size_t stride)
{
    return fr8_from_words(fr8_load_words_strided(p, stride * FR_SIZE));
}

FR8_INLINE void vec_store(fr *p, vec a)
{
    fr8_store_words(p, fr8_to_words(fr8_reduce_once(a)));
}

FR8_INLINE void vec_store_rows(fr *p, size_t stride, vec a)
{
    fr8_store_words_strided(p, stride * FR_SIZE, fr8_to_words(fr8_reduce_once(a)));
}

FR8_INLINE vec vec_finish(vec a)
{
    return fr8_squeeze(a);
}

FR8_INLINE vec vec_widen(const fr p[8])
{
    return fr8_mul(fr8_from_words(fr8_load_words(p)), fr8_broadcast(FR8_2_264));
}

FR8_INLINE vec vec_mul(vec a, vec b)
{
    return fr8_mul(a, b);
}

FR8_INLINE vec vec_mul_constant(vec a, const uint64_t *c)
{
    return fr8_mul(a, fr8_broadcast(c));
}

FR8_INLINE vec add(vec a, vec b)
{
    return fr8_carry(fr8_add_lazy(a, b));
}

/* a - b + k r, for b below k r. */
FR8_INLINE vec subtract(vec a, vec b, uint64_t k)
{
    for (int i = 0; i < 5; i++)
        a.l[i] = _mm512_add_epi64(_mm512_sub_epi64(a.l[i], b.l[i]), fr8_set1(k * FR8_R[i]));
    return fr8_carry_signed(a);
}

FR8_INLINE void vec_first2(vec *p0, vec *p1)
{
    const vec a = *p0, b = *p1;
    *p0 = add(a, b);
    *p1 = subtract(a, b, 2);
}

FR8_INLINE void vec_first4(vec *p0, vec *p1, vec *p2, vec *p3, const uint64_t *i)
{
    const vec a = add(*p0, *p1), b = subtract(*p0, *p1, 2), c = add(*p2, *p3);
    const vec d = vec_mul_constant(subtract(*p2, *p3, 2), i);
    *p0 = add(a, c);
    *p1 = add(b, d);
    *p2 = subtract(a, c, 4);
    *p3 = subtract(b, d, 2);
}

FR8_INLINE void vec_pass4(vec *p0, vec *p1, vec *p2, vec *p3, const uint64_t *w)
{
    const vec v1 = vec_mul_constant(*p1, w), v3 = vec_mul_constant(*p3, w);
    const vec a = add(*p0, v1), b = subtract(*p0, v1, 2);
    const vec c = vec_mul_constant(add(*p2, v3), w + CONSTANT_WORDS);
    const vec d = vec_mul_constant(subtract(*p2, v3, 2), w + 2 * CONSTANT_WORDS);
    *p0 = add(a, c);
    *p1 = add(b, d);
    *p2 = subtract(a, c, 2);
    *p3 = subtract(b, d, 2);
}

#include "ntt_body.h"

void fil_ntt_columns_ifma(fr *data, const ntt_plan *plan, const ntt_start *start, size_t first, size_t groups, void *scratch)
{
    ntt_columns(data, plan, start, first, groups, scratch);
}

void fil_ntt_rows_ifma(fr *data, const ntt_plan *plan, size_t first, size_t groups, void *scratch)
{
    ntt_rows(data, plan, first, groups, scratch);
}
