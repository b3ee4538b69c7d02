/* Batch operations on Fr, one element at a time. */
#include "field.h"

static void multiply(const fr *a, const fr *b, fr *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = fr_mul(a[i], b[i]);
}

static void add(const fr *a, const fr *b, fr *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = fr_add(a[i], b[i]);
}

static void subtract(const fr *a, const fr *b, fr *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = fr_sub(a[i], b[i]);
}

static void scale(const fr *a, const fr *factor, fr *out, size_t n)
{
    const fr f = *factor;
    for (size_t i = 0; i < n; i++)
        out[i] = fr_mul(a[i], f);
}

static void scale_add(const fr *a, const fr *factor, fr *accumulator, size_t n)
{
    const fr f = *factor;
    for (size_t i = 0; i < n; i++)
        accumulator[i] = fr_add(accumulator[i], fr_mul(a[i], f));
}

static void scale_powers(fr *a, const fr *first, const fr *ratio, size_t n)
{
    fr power = *first;
    for (size_t i = 0; i < n; i++) {
        a[i] = fr_mul(a[i], power);
        power = fr_mul(power, *ratio);
    }
}

/* One inversion for each block: products of all before go up, the inverse of their product comes down. */
static void invert(fr *a, size_t n)
{
    enum { BLOCK = 256 };
    fr before[BLOCK];
    for (size_t start = 0; start < n; start += BLOCK) {
        const size_t m = n - start < BLOCK ? n - start : BLOCK;
        fr *x = a + start;
        fr product = FR_ONE;
        for (size_t i = 0; i < m; i++) {
            before[i] = product;
            if (!fr_is_zero(x[i]))
                product = fr_mul(product, x[i]);
        }
        product = fr_inverse(product);
        for (size_t i = m; i-- > 0;) {
            if (fr_is_zero(x[i]))
                continue;
            const fr value = x[i];
            x[i] = fr_mul(product, before[i]);
            product = fr_mul(product, value);
        }
    }
}

static int64_t read(const uint8_t *bytes, fr *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const fr integer = fr_load(bytes + FR_SIZE * i);
        if (!fr_is_canonical(integer))
            return (int64_t)i;
        out[i] = fr_mul(integer, FR_SQUARED);
    }
    return -1;
}

static void write(const fr *a, uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fr_store(bytes + FR_SIZE * i, fr_mul(a[i], (fr){{1, 0, 0, 0}}));
}

static int64_t add_nodes(const uint8_t *a, const uint8_t *b, uint8_t *out, size_t n)
{
    for (size_t i = 0; i < FR_SIZE * n; i += FR_SIZE) {
        const fr x = fr_load(a + i), y = fr_load(b + i);
        if (!fr_is_canonical(x) || !fr_is_canonical(y))
            return (int64_t)(i / FR_SIZE);
        fr_store(out + i, fr_add(x, y));
    }
    return -1;
}

static int64_t subtract_nodes(const uint8_t *a, const uint8_t *b, uint8_t *out, size_t n)
{
    for (size_t i = 0; i < FR_SIZE * n; i += FR_SIZE) {
        const fr x = fr_load(a + i), y = fr_load(b + i);
        if (!fr_is_canonical(x) || !fr_is_canonical(y))
            return (int64_t)(i / FR_SIZE);
        fr_store(out + i, fr_sub(x, y));
    }
    return -1;
}

const field_form FR_FORM(fil_field) = {
    .multiply = multiply,
    .add = add,
    .subtract = subtract,
    .scale = scale,
    .scale_add = scale_add,
    .scale_powers = scale_powers,
    .invert = invert,
    .read = read,
    .write = write,
    .add_nodes = add_nodes,
    .subtract_nodes = subtract_nodes,
    .poseidon = FR_FORM(fil_poseidon),
    .ntt_columns = FR_FORM(fil_ntt_columns),
    .ntt_rows = FR_FORM(fil_ntt_rows),
};
