/* The number-theoretic transform over Fr on eight columns or rows at once, for any form of eight elements. A form defines, before it
 * includes this file:
 *   vec                              eight elements, lazily reduced where the form likes
 *   CONSTANT_WORDS                   words of a constant in its tables
 *   vec_load, vec_store              eight neighbours in memory; stores bring below r
 *   vec_load_rows, vec_store_rows    eight elements a stride apart
 *   vec_finish                       makes the output of a transform fit to be stored
 *   vec_widen                        the factors of ntt_start as multipliers
 *   vec_mul, vec_mul_constant        products, which may be stored
 *   vec_first2, vec_first4, vec_pass4    butterflies, below
 *
 * The points form a matrix of 2^a rows and 2^(a+b) columns (b is 0 or 1), point n at row n >> (a+b). The transform of 2^(2a+b) points is
 *   columns: a transform of each column, then element (k, c) times w^(k c);
 *   rows:    a transform of each row; its output j goes to column (j mod 2^b) 2^a + (j >> b);
 *   swap:    with positions read as digits (x: a bits, h: b bits, y: a bits), elements (x, h, y) and (y, h, x) change places;
 * which leaves output k at place k. Columns and rows pass through a scratch vector that fits the cache, in bit-reversed order, so memory is
 * read and written twice, and the third time by the swap. The factors w^(k c), with those of a coset and of the inverse, are made on
 * the way: down a column group they form a geometric series per lane (ntt_start). */

/* Two stages on every run of 4h: runs of h become runs of 4h. Twiddles of place j: w_2h^j, w_4h^j, w_4h^(j+h). */
static const uint64_t *pass(vec *x, size_t n, size_t h, const uint64_t *twiddles)
{
    for (size_t j = 0; j < h; j++, twiddles += 3 * CONSTANT_WORDS)
        for (vec *p = x + j; p < x + n; p += 4 * h)
            vec_pass4(p, p + h, p + 2 * h, p + 3 * h, twiddles);
    return twiddles;
}

/* The first stage or two, whose twiddles are 1 and, in the second, w_4 = i. */
static const uint64_t *first_pass(vec *x, size_t n, unsigned log_n, const uint64_t *twiddles)
{
    if (log_n & 1) {
        for (size_t p = 0; p < n; p += 2)
            vec_first2(x + p, x + p + 1);
        return twiddles;
    }
    for (size_t p = 0; p < n; p += 4)
        vec_first4(x + p, x + p + 1, x + p + 2, x + p + 3, twiddles);
    return twiddles + CONSTANT_WORDS;
}

/* A transform of 2^log_n points, bit-reversed order in, natural order out. Runs that fit the first cache are finished one by one. */
static void transform(vec *x, unsigned log_n, const uint64_t *twiddles)
{
    const size_t n = (size_t)1 << log_n, first = log_n & 1 ? 2 : 4;
    size_t run = first;
    while (run < n && run < 64)
        run *= 4;
    const uint64_t *after = twiddles;
    for (size_t at = 0; at < n; at += run) {
        after = first_pass(x + at, run, log_n, twiddles);
        for (size_t h = first; h < run; h *= 4)
            after = pass(x + at, run, h, after);
    }
    for (size_t h = run; h < n; h *= 4)
        after = pass(x, n, h, after);
}

FIL_INLINE size_t next_reversed(size_t i, size_t n)
{
    size_t bit = n >> 1;
    while (i & bit) {
        i ^= bit;
        bit >>= 1;
    }
    return i | bit;
}

static void ntt_columns(fr *data, const ntt_plan *plan, const ntt_start *start, size_t first, size_t groups, void *scratch)
{
    vec *x = scratch;
    const size_t rows = (size_t)1 << plan->log_a, columns = rows << plan->log_b;
    vec group_factor = vec_widen(start->first), group_ratio = vec_widen(start->ratio);
    fr steps[2][8];
    for (int i = 0; i < 8; i++) {
        steps[0][i] = start->first_step;
        steps[1][i] = start->ratio_step;
    }
    const vec factor_step = vec_widen(steps[0]), ratio_step = vec_widen(steps[1]);

    for (fr *top = data + 8 * first, *end = top + 8 * groups; top < end; top += 8) {
        for (size_t r = 0, reversed = 0; r < rows; r++, reversed = next_reversed(reversed, rows)) {
            const vec v = vec_load(top + r * columns);
            x[reversed] = plan->row_factors ? vec_mul_constant(v, plan->row_factors + r * CONSTANT_WORDS) : v;
        }
        transform(x, plan->log_a, plan->column_twiddles);

        /* Two interleaved series, so that one's product need not wait for the other's. */
        vec even = group_factor, odd = vec_mul(group_factor, group_ratio);
        const vec square = vec_mul(group_ratio, group_ratio);
        for (size_t r = 0; r < rows; r += 2) {
            vec_store(top + r * columns, vec_mul(x[r], even));
            vec_store(top + (r + 1) * columns, vec_mul(x[r + 1], odd));
            even = vec_mul(even, square);
            odd = vec_mul(odd, square);
        }
        group_factor = vec_mul(group_factor, factor_step);
        group_ratio = vec_mul(group_ratio, ratio_step);
    }
}

static void ntt_rows(fr *data, const ntt_plan *plan, size_t first, size_t groups, void *scratch)
{
    vec *x = scratch;
    const unsigned log_columns = plan->log_a + plan->log_b;
    const size_t columns = (size_t)1 << log_columns, b = (size_t)1 << plan->log_b;
    for (fr *row = data + 8 * first * columns, *end = row + 8 * groups * columns; row < end; row += 8 * columns) {
        for (size_t c = 0, reversed = 0; c < columns; c++, reversed = next_reversed(reversed, columns))
            x[reversed] = vec_load_rows(row + c, columns);
        transform(x, log_columns, plan->row_twiddles);
        for (size_t j = 0; j < columns; j++) {
            const vec v = plan->output_factors ? vec_mul_constant(x[j], plan->output_factors + j * CONSTANT_WORDS) : vec_finish(x[j]);
            vec_store_rows(row + ((j & (b - 1)) << plan->log_a) + (j >> plan->log_b), columns, v);
        }
    }
}
