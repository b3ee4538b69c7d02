/* The AVX-512 IFMA form of the kernels over Fr. */
#ifndef FIL_FIELD_IFMA_H
#define FIL_FIELD_IFMA_H

#include "field.h"
#include "fr_ifma.h"

int64_t fil_poseidon_ifma(const poseidon_constants *c, const uint8_t *const *elements, size_t stride, size_t count, uint8_t *digests);
void fil_ntt_columns_ifma(fr *data, const ntt_plan *plan, const ntt_start *start, size_t first, size_t groups, void *scratch);
void fil_ntt_rows_ifma(fr *data, const ntt_plan *plan, size_t first, size_t groups, void *scratch);

#endif
