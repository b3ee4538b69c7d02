/* The transform's vectors as eight elements one after the other, see ntt_body.h; and the swap, which only moves bytes. */
#include "field.h"

#define CONSTANT_WORDS 4

typedef struct {
    fr e[8];
} vec;

#define EACH(i) for (int i = 0; i < 8; i++)

FIL_INLINE vec vec_load_rows(const fr *p, size_t stride)
{
    vec v;
    EACH(i) v.e[i] = p[i * stride];
    return v;
}

FIL_INLINE void vec_store_rows(fr *p, size_t stride, vec v)
{
    EACH(i) p[i * stride] = v.e[i];
}

FIL_INLINE vec vec_load(const fr *p)
{
    return vec_load_rows(p, 1);
}

FIL_INLINE void vec_store(fr *p, vec v)
{
    vec_store_rows(p, 1, v);
}

FIL_INLINE vec vec_finish(vec v)
{
    return v;
}

FIL_INLINE vec vec_widen(const fr p[8])
{
    return vec_load(p);
}

FIL_INLINE vec vec_mul(vec a, vec b)
{
    EACH(i) a.e[i] = fr_mul(a.e[i], b.e[i]);
    return a;
}

FIL_INLINE vec vec_mul_constant(vec a, const uint64_t *c)
{
    const fr f = fr_load(c);
    EACH(i) a.e[i] = fr_mul(a.e[i], f);
    return a;
}

FIL_INLINE void vec_first2(vec *p0, vec *p1)
{
    EACH(i) {
        const fr a = p0->e[i], b = p1->e[i];
        p0->e[i] = fr_add(a, b);
        p1->e[i] = fr_sub(a, b);
    }
}

FIL_INLINE void vec_first4(vec *p0, vec *p1, vec *p2, vec *p3, const uint64_t *w)
{
    const fr root = fr_load(w);
    EACH(i) {
        const fr a = fr_add(p0->e[i], p1->e[i]), b = fr_sub(p0->e[i], p1->e[i]);
        const fr c = fr_add(p2->e[i], p3->e[i]), d = fr_mul(fr_sub(p2->e[i], p3->e[i]), root);
        p0->e[i] = fr_add(a, c);
        p1->e[i] = fr_add(b, d);
        p2->e[i] = fr_sub(a, c);
        p3->e[i] = fr_sub(b, d);
    }
}

FIL_INLINE void vec_pass4(vec *p0, vec *p1, vec *p2, vec *p3, const uint64_t *w)
{
    const fr w1 = fr_load(w), w2 = fr_load(w + CONSTANT_WORDS), w3 = fr_load(w + 2 * CONSTANT_WORDS);
    EACH(i) {
        const fr v1 = fr_mul(p1->e[i], w1), v3 = fr_mul(p3->e[i], w1);
        const fr a = fr_add(p0->e[i], v1), b = fr_sub(p0->e[i], v1);
        const fr c = fr_mul(fr_add(p2->e[i], v3), w2), d = fr_mul(fr_sub(p2->e[i], v3), w3);
        p0->e[i] = fr_add(a, c);
        p1->e[i] = fr_add(b, d);
        p2->e[i] = fr_sub(a, c);
        p3->e[i] = fr_sub(b, d);
    }
}

#include "ntt_body.h"

void FR_FORM(fil_ntt_columns)(fr *data, const ntt_plan *plan, const ntt_start *start, size_t first, size_t groups, void *scratch)
{
    ntt_columns(data, plan, start, first, groups, scratch);
}

void FR_FORM(fil_ntt_rows)(fr *data, const ntt_plan *plan, size_t first, size_t groups, void *scratch)
{
    ntt_rows(data, plan, first, groups, scratch);
}

#if !defined(FIL_FR_ADX)

static void swap_tiles(fr *a, fr *b, size_t stride)
{
    for (size_t i = 0; i < 8; i++) {
        for (size_t j = a == b ? i + 1 : 0; j < 8; j++) {
            const fr t = a[i * stride + j];
            a[i * stride + j] = b[j * stride + i];
            b[j * stride + i] = t;
        }
    }
}

/* Swaps for the runs of eight rows first .. first + groups - 1: each row run with every column run at or after it. */
void fil_ntt_swap_tiles(fr *data, uint32_t log_a, uint32_t log_b, size_t first, size_t groups)
{
    const size_t rows = (size_t)1 << log_a, stride = rows << log_b;
    for (size_t x = 8 * first; x < 8 * (first + groups); x += 8)
        for (size_t h = 0; h < (size_t)1 << log_b; h++)
            for (size_t y = x; y < rows; y += 8)
                swap_tiles(data + x * stride + (h << log_a) + y, data + y * stride + (h << log_a) + x, stride);
}

#endif
