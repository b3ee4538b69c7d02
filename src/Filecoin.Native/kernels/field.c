/* The exported kernels over Fr. A caller names the form: the one that fil_field_best gives, or any that this processor has, which is how
 * tests hold the forms against each other. */
#include "field.h"

enum { PORTABLE = 0, ADX = 1, IFMA = 2 };

static uint32_t best = PORTABLE;

void fil_select_field(uint64_t cpu)
{
    best = PORTABLE;
#if FIL_X86_64
    if (FIL_HAS(cpu, FIL_CPU_AVX512IFMA | FIL_CPU_AVX512VBMI2))
        best = IFMA;
    else if (FIL_HAS(cpu, FIL_CPU_ADX | FIL_CPU_BMI2))
        best = ADX;
#else
    (void)cpu;
#endif
    const char *path = best == IFMA ? "avx512-ifma x8" : best == ADX ? "adx" : "portable";
    fil_use("fr", path);
    fil_use("poseidon", path);
    fil_use("ntt", path);
}

static const field_form *form_of(uint32_t form)
{
#if FIL_X86_64
    if (form == IFMA)
        return &fil_field_ifma;
    if (form == ADX)
        return &fil_field_adx;
#else
    (void)form;
#endif
    return &fil_field_portable;
}

FIL_API uint32_t fil_field_best(void)
{
    return best;
}

FIL_API void fil_fr_multiply(uint32_t form, const fr *a, const fr *b, fr *out, size_t n)
{
    form_of(form)->multiply(a, b, out, n);
}

FIL_API void fil_fr_add(uint32_t form, const fr *a, const fr *b, fr *out, size_t n)
{
    form_of(form)->add(a, b, out, n);
}

FIL_API void fil_fr_subtract(uint32_t form, const fr *a, const fr *b, fr *out, size_t n)
{
    form_of(form)->subtract(a, b, out, n);
}

FIL_API void fil_fr_scale(uint32_t form, const fr *a, const fr *factor, fr *out, size_t n)
{
    form_of(form)->scale(a, factor, out, n);
}

FIL_API void fil_fr_scale_add(uint32_t form, const fr *a, const fr *factor, fr *accumulator, size_t n)
{
    form_of(form)->scale_add(a, factor, accumulator, n);
}

FIL_API void fil_fr_scale_powers(uint32_t form, fr *a, const fr *first, const fr *ratio, size_t n)
{
    form_of(form)->scale_powers(a, first, ratio, n);
}

FIL_API void fil_fr_invert(uint32_t form, fr *a, size_t n)
{
    form_of(form)->invert(a, n);
}

FIL_API int64_t fil_fr_read(uint32_t form, const uint8_t *bytes, fr *out, size_t n)
{
    return form_of(form)->read(bytes, out, n);
}

FIL_API void fil_fr_write(uint32_t form, const fr *a, uint8_t *bytes, size_t n)
{
    form_of(form)->write(a, bytes, n);
}

FIL_API int64_t fil_fr_add_nodes(uint32_t form, const uint8_t *a, const uint8_t *b, uint8_t *out, size_t n)
{
    return form_of(form)->add_nodes(a, b, out, n);
}

FIL_API int64_t fil_fr_subtract_nodes(uint32_t form, const uint8_t *a, const uint8_t *b, uint8_t *out, size_t n)
{
    return form_of(form)->subtract_nodes(a, b, out, n);
}

/* Hashes count preimages of width - 1 elements. Element j of preimage i lies at elements[j] + i * stride; digest i goes to digests + 32 i.
 * Returns -1, or the index of a preimage with an element that is not below r. */
FIL_API int64_t fil_poseidon(uint32_t form, const poseidon_constants *c, const uint8_t *const *elements, size_t stride, size_t count,
                             uint8_t *digests)
{
    return form_of(form)->poseidon(c, elements, stride, count, digests);
}

/* Scratch: 320 bytes, aligned to 64, for each row of the matrix. */
FIL_API void fil_ntt_columns(uint32_t form, fr *data, const ntt_plan *plan, const ntt_start *start, size_t first, size_t groups,
                             void *scratch)
{
    form_of(form)->ntt_columns(data, plan, start, first, groups, scratch);
}

/* Scratch: 320 bytes, aligned to 64, for each column of the matrix. */
FIL_API void fil_ntt_rows(uint32_t form, fr *data, const ntt_plan *plan, size_t first, size_t groups, void *scratch)
{
    form_of(form)->ntt_rows(data, plan, first, groups, scratch);
}

FIL_API void fil_ntt_swap(fr *data, const ntt_plan *plan, size_t first, size_t groups)
{
    fil_ntt_swap_tiles(data, plan->log_a, plan->log_b, first, groups);
}
