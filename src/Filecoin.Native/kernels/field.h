/* The kernels over Fr and their forms: portable C, the same with ADX assembly, and AVX-512 IFMA. Callers have checked lengths; an output
 * is one of the inputs or overlaps none; elements are aligned to 8 bytes, bytes not at all. Functions that read canonical bytes return -1,
 * or the index of the first element that is not below r. */
#ifndef FIL_FIELD_H
#define FIL_FIELD_H

#include "fr.h"

#define POSEIDON_HALF 4      /* half the full rounds, at every width of this security level */
#define POSEIDON_MAX_WIDTH 37
#define POSEIDON_MAX_BLOCK 8

/* Constants of one width; see poseidon.c for the order of the table. */
typedef struct {
    const uint64_t *table;
    uint32_t width;
    uint32_t partial_rounds;
    uint32_t block;
    uint32_t reserved;
} poseidon_constants;

/* A transform of 2^(2 * log_a + log_b) points; see ntt_body.h. */
typedef struct {
    const uint64_t *column_twiddles; /* of transforms of 2^log_a points */
    const uint64_t *row_twiddles;    /* of transforms of 2^(log_a + log_b) points */
    const uint64_t *row_factors;     /* 2^log_a constants that multiply the rows as they are read, or null */
    const uint64_t *output_factors;  /* 2^(log_a + log_b) constants that multiply the outputs of a row, or null */
    uint32_t log_a;
    uint32_t log_b;
} ntt_plan;

/* Where a run of column groups starts, memory form: per lane the twiddle of row 0, its ratio from row to row; and what those are
 * multiplied by from one group to the next. */
typedef struct {
    fr first[8], ratio[8];
    fr first_step, ratio_step;
} ntt_start;

typedef struct {
    void (*multiply)(const fr *a, const fr *b, fr *out, size_t n);
    void (*add)(const fr *a, const fr *b, fr *out, size_t n);
    void (*subtract)(const fr *a, const fr *b, fr *out, size_t n);
    void (*scale)(const fr *a, const fr *factor, fr *out, size_t n);
    void (*scale_add)(const fr *a, const fr *factor, fr *accumulator, size_t n);
    void (*scale_powers)(fr *a, const fr *first, const fr *ratio, size_t n);
    void (*invert)(fr *a, size_t n);
    int64_t (*read)(const uint8_t *bytes, fr *out, size_t n);
    void (*write)(const fr *a, uint8_t *bytes, size_t n);
    int64_t (*add_nodes)(const uint8_t *a, const uint8_t *b, uint8_t *out, size_t n);
    int64_t (*subtract_nodes)(const uint8_t *a, const uint8_t *b, uint8_t *out, size_t n);
    int64_t (*poseidon)(const poseidon_constants *c, const uint8_t *const *elements, size_t stride, size_t count, uint8_t *digests);
    void (*ntt_columns)(fr *data, const ntt_plan *plan, const ntt_start *start, size_t first, size_t groups, void *scratch);
    void (*ntt_rows)(fr *data, const ntt_plan *plan, size_t first, size_t groups, void *scratch);
} field_form;

/* The step of a transform that only moves bytes, one form for all. */
void fil_ntt_swap_tiles(fr *data, uint32_t log_a, uint32_t log_b, size_t first, size_t groups);

/* The pieces of each form that have a file of their own, and the form. */
#define FIELD_FORM(form)                                                                                                        \
    int64_t fil_poseidon_##form(const poseidon_constants *c, const uint8_t *const *elements, size_t stride, size_t count,       \
                                uint8_t *digests);                                                                              \
    void fil_ntt_columns_##form(fr *data, const ntt_plan *plan, const ntt_start *start, size_t first, size_t groups,            \
                                void *scratch);                                                                                 \
    void fil_ntt_rows_##form(fr *data, const ntt_plan *plan, size_t first, size_t groups, void *scratch);                       \
    extern const field_form fil_field_##form

FIELD_FORM(portable);
#if FIL_X86_64
FIELD_FORM(adx);
FIELD_FORM(ifma);
#endif

#endif
