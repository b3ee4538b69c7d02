/* Batch operations on Fr, eight at once with AVX-512 IFMA. The last few, that fill no eight lanes, take the portable form. */
#include "field.h"
#include "fr_ifma.h"

/* 2^516 mod r: a product with it brings an integer a to a * 2^256. */
static const uint64_t TWO_516[5] = {0xe99103f29c6cf, 0xb57927663d999, 0xba1c0ed631138, 0x73c829f7715f1, 0x9ff646cc02};

/* One in memory's form, and in the multiplier's. */
static const uint64_t TWO_256[5] = {0x1fffffffe, 0xfa00034802000, 0xcbc4ff55884b7, 0x56f998c4fefe, 0x1824b159acc5};
static const uint64_t TWO_260[5] = {0x22ffffffdd, 0x9700396c23000, 0xedf77458d1293, 0xdf20ff1776e6a, 0x26821fa14f77};

FIL_INLINE fr8 load(const fr *p)
{
    return fr8_from_words(fr8_load_words(p));
}

/* As a * 2^260: the multiplier whose product with memory is memory again. */
FIL_INLINE fr8 load_times16(const fr *p)
{
    return fr8_from_words_times16(fr8_load_words(p));
}

FIL_INLINE void store(fr *p, fr8 a)
{
    fr8_store_words(p, fr8_to_words(fr8_reduce_once(a)));
}

static fr8 broadcast_times16(const fr *p)
{
    fr copies[8];
    for (int i = 0; i < 8; i++)
        copies[i] = *p;
    return fr8_mul(load(copies), fr8_broadcast(FR8_2_264));
}

FIL_INLINE fr8 difference(fr8 a, fr8 b)
{
    __mmask8 negative;
    const fr8 d = fr8_sub_borrow(a, b, &negative);
    return fr8_select(negative, d, fr8_carry(fr8_add_lazy(d, fr8_broadcast(FR8_R))));
}

static void multiply(const fr *a, const fr *b, fr *out, size_t n)
{
    size_t i = 0;
    for (; n - i >= 8; i += 8)
        store(out + i, fr8_mul(load_times16(a + i), load(b + i)));
    fil_field_portable.multiply(a + i, b + i, out + i, n - i);
}

static void add(const fr *a, const fr *b, fr *out, size_t n)
{
    size_t i = 0;
    for (; n - i >= 8; i += 8)
        store(out + i, fr8_carry(fr8_add_lazy(load(a + i), load(b + i))));
    fil_field_portable.add(a + i, b + i, out + i, n - i);
}

static void subtract(const fr *a, const fr *b, fr *out, size_t n)
{
    size_t i = 0;
    for (; n - i >= 8; i += 8)
        fr8_store_words(out + i, fr8_to_words(difference(load(a + i), load(b + i))));
    fil_field_portable.subtract(a + i, b + i, out + i, n - i);
}

static void scale(const fr *a, const fr *factor, fr *out, size_t n)
{
    const fr8 f = broadcast_times16(factor);
    size_t i = 0;
    for (; n - i >= 8; i += 8)
        store(out + i, fr8_mul(load(a + i), f));
    fil_field_portable.scale(a + i, factor, out + i, n - i);
}

static void scale_add(const fr *a, const fr *factor, fr *accumulator, size_t n)
{
    const fr8 f = broadcast_times16(factor);
    size_t i = 0;
    for (; n - i >= 8; i += 8) {
        const fr8 product = fr8_reduce_once(fr8_mul(load(a + i), f));
        store(accumulator + i, fr8_carry(fr8_add_lazy(product, load(accumulator + i))));
    }
    fil_field_portable.scale_add(a + i, factor, accumulator + i, n - i);
}

static void scale_powers(fr *a, const fr *first, const fr *ratio, size_t n)
{
    size_t i = 0;
    fr power = *first;
    if (n >= 8) {
        fr powers[8], eighth;
        for (int lane = 0; lane < 8; lane++) {
            powers[lane] = power;
            power = fr_mul(power, *ratio);
        }
        eighth = fr_sqr(fr_sqr(fr_sqr(*ratio)));
        fr8 p = fr8_mul(load(powers), fr8_broadcast(FR8_2_264));
        const fr8 step = broadcast_times16(&eighth);
        for (; n - i >= 8; i += 8) {
            store(a + i, fr8_mul(load(a + i), p));
            p = fr8_mul(p, step);
        }
        power = *first;
        fr e = *ratio;
        for (size_t bits = i; bits; bits >>= 1, e = fr_sqr(e))
            if (bits & 1)
                power = fr_mul(power, e);
    }
    fil_field_portable.scale_powers(a + i, &power, ratio, n - i);
}

/* 1 / a for a below 2r in the multiplier's form, by Fermat with a window of four bits. */
static fr8 inverse(fr8 a)
{
    static const uint64_t exponent[4] = {FR_R0 - 2, FR_R1, FR_R2, FR_R3};
    fr8 powers[16];
    powers[1] = a;
    for (int i = 2; i < 16; i++)
        powers[i] = fr8_mul(powers[i - 1], a);
    fr8 result = powers[exponent[3] >> 60];
    for (int bit = 248; bit >= 0; bit -= 4) {
        for (int i = 0; i < 4; i++)
            result = fr8_sqr(result);
        const unsigned digit = (unsigned)(exponent[bit >> 6] >> (bit & 63)) & 15;
        if (digit)
            result = fr8_mul(result, powers[digit]);
    }
    return result;
}

/* As the portable form, with a chain of products in each lane. Zeros count as one in the chain. */
static void invert(fr *a, size_t n)
{
    enum { BLOCK = 128 };
    fr8 before[BLOCK], value[BLOCK];
    __mmask8 zero[BLOCK];
    size_t start = 0;
    while (n - start >= 8) {
        const size_t m = (n - start) / 8 < BLOCK ? (n - start) / 8 : BLOCK;
        fr *x = a + start;
        fr8 product = fr8_broadcast(TWO_260);
        for (size_t i = 0; i < m; i++) {
            const fr8_words words = fr8_load_words(x + 8 * i);
            const __m512i any = _mm512_or_si512(_mm512_or_si512(words.w[0], words.w[1]), _mm512_or_si512(words.w[2], words.w[3]));
            zero[i] = _mm512_testn_epi64_mask(any, any);
            const fr8 widened = fr8_mul(fr8_from_words(words), fr8_broadcast(FR8_2_264));
            value[i] = fr8_select(zero[i], widened, fr8_broadcast(TWO_260));
            before[i] = product;
            product = fr8_mul(product, value[i]);
        }
        /* A factor in memory's form keeps the products that it goes through in that form. */
        product = fr8_mul(inverse(product), fr8_broadcast(TWO_256));
        for (size_t i = m; i-- > 0;) {
            fr8 inverted = fr8_mul(product, before[i]);
            for (int k = 0; k < 5; k++)
                inverted.l[k] = _mm512_maskz_mov_epi64((__mmask8)~zero[i], inverted.l[k]);
            store(x + 8 * i, inverted);
            product = fr8_mul(product, value[i]);
        }
        start += 8 * m;
    }
    fil_field_portable.invert(a + start, n - start);
}

/* The first lane in order of memory that is set, or 8. */
FIL_INLINE int64_t first_bad(size_t i, __mmask8 bad)
{
    return (int64_t)i + fr8_first_lane(bad);
}

static int64_t read(const uint8_t *bytes, fr *out, size_t n)
{
    size_t i = 0;
    for (; n - i >= 8; i += 8) {
        const fr8_words words = fr8_load_words(bytes + FR_SIZE * i);
        const __mmask8 bad = (__mmask8)~fr8_words_below_r(words);
        if (bad)
            return first_bad(i, bad);
        store(out + i, fr8_mul(fr8_from_words(words), fr8_broadcast(TWO_516)));
    }
    const int64_t bad = fil_field_portable.read(bytes + FR_SIZE * i, out + i, n - i);
    return bad < 0 ? bad : (int64_t)i + bad;
}

static void write(const fr *a, uint8_t *bytes, size_t n)
{
    size_t i = 0;
    for (; n - i >= 8; i += 8) {
        /* 16 a * 2^256 / 2^260 = a: the reduction alone. */
        fr8_wide w;
        fr8_wide_clear(&w);
        const fr8 x = load_times16(a + i);
        for (int k = 0; k < 5; k++)
            w.lo[k] = _mm512_and_si512(x.l[k], fr8_set1(FR8_MASK));
        fr8_store_words(bytes + FR_SIZE * i, fr8_to_words(fr8_reduce_once(fr8_reduce(&w))));
    }
    fil_field_portable.write(a + i, bytes + FR_SIZE * i, n - i);
}

#define NODES(name, combine)                                                                              \
    static int64_t name(const uint8_t *a, const uint8_t *b, uint8_t *out, size_t n)                       \
    {                                                                                                     \
        size_t i = 0;                                                                                     \
        for (; n - i >= 8; i += 8) {                                                                      \
            const fr8_words x = fr8_load_words(a + FR_SIZE * i), y = fr8_load_words(b + FR_SIZE * i);     \
            const __mmask8 bad = (__mmask8) ~(fr8_words_below_r(x) & fr8_words_below_r(y));               \
            if (bad)                                                                                      \
                return first_bad(i, bad);                                                                 \
            const fr8 s = combine(fr8_from_words(x), fr8_from_words(y));                                  \
            fr8_store_words(out + FR_SIZE * i, fr8_to_words(s));                                          \
        }                                                                                                 \
        const int64_t bad = fil_field_portable.name(a + FR_SIZE * i, b + FR_SIZE * i, out + FR_SIZE * i, n - i); \
        return bad < 0 ? bad : (int64_t)i + bad;                                                          \
    }

FIL_INLINE fr8 sum(fr8 a, fr8 b)
{
    return fr8_reduce_once(fr8_carry(fr8_add_lazy(a, b)));
}

NODES(add_nodes, sum)
NODES(subtract_nodes, difference)

const field_form fil_field_ifma = {
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
    .poseidon = fil_poseidon_ifma,
    .ntt_columns = fil_ntt_columns_ifma,
    .ntt_rows = fil_ntt_rows_ifma,
};
