/* Multi-scalar multiplication by buckets (Pippenger) with signed digits, and multiples of a fixed base: the schedule of additions,
   the choice of paths, and the entry points. Additions are affine and go in batches that share an inversion: the terms of a bucket
   are added in pairs, then the sums in pairs, until one is left, which is added to what the bucket holds. */
#define MSM_PATHS fil_msm_portable
#include "msm_scalar.h"

#include "fr.h"

/* Which path an entry point takes, in the bits of its group argument above the lowest eight; zero is the best there is. */
enum { PATH_BEST, PATH_PORTABLE, PATH_ADX, PATH_IFMA, PATH_COUNT };

static const msm_paths *paths[PATH_COUNT] = { &fil_msm_portable, &fil_msm_portable };
static const bls_paths *bls = &fil_bls_portable;

void fil_select_msm(uint64_t cpu)
{
    const char *path = "portable";
    paths[PATH_BEST] = &fil_msm_portable;
    paths[PATH_ADX] = paths[PATH_IFMA] = NULL;
    bls = &fil_bls_portable;
#if FIL_X86_64
    if (FIL_HAS(cpu, FIL_CPU_BMI2 | FIL_CPU_ADX)) {
        paths[PATH_BEST] = paths[PATH_ADX] = &fil_msm_adx;
        bls = &fil_bls_adx;
        path = "adx";
    }
    if (FIL_HAS(cpu, FIL_CPU_BMI2 | FIL_CPU_AVX512 | FIL_CPU_AVX512IFMA | FIL_CPU_AVX512VBMI2)) {
        paths[PATH_BEST] = paths[PATH_IFMA] = &fil_msm_ifma;
        path = "avx512-ifma x8";
    }
#else
    (void)cpu;
#endif
    fil_use("msm", path);
}

/* Whether a path is there to be asked for, as tests and benchmarks do. */
FIL_API uint32_t fil_msm_has_path(uint32_t path)
{
    return path < PATH_COUNT && paths[path] != NULL;
}

static const msm_group *group_of(uint32_t group)
{
    const msm_paths *const p = paths[group >> 8];
    return (group & 0xff) == 1 ? &p->g1 : &p->g2;
}

static const bls_group *bls_of(uint32_t group)
{
    return (group & 0xff) == 1 ? &bls->g1 : &bls->g2;
}

static size_t affine_size(uint32_t group)
{
    return (group & 0xff) == 1 ? 96 : 192;
}

/* What one thread works in: a queue of pairs to add, and entries with the group that each belongs to. */
typedef struct {
    const msm_group *group;
    uint8_t *batch;
    uint64_t *a, *b;
    uint8_t **outs;
    uint8_t *sink;
    size_t queued;
    uint64_t *entries;
    uint16_t *keys;
    uint32_t *counts;
    uint8_t *scratch;
} work;

/* No group has this number. */
#define NO_KEY 0xffff

static size_t rounded(size_t bytes)
{
    return (bytes + 63) & ~(size_t)63;
}

static uint8_t *aligned(void *p)
{
    return (uint8_t *)(((uintptr_t)p + 63) & ~(uintptr_t)63);
}

static uint8_t *take(uint8_t **p, size_t bytes)
{
    uint8_t *const taken = *p;
    *p += rounded(bytes);
    return taken;
}

/* Lays a workspace out; returns its size. */
static size_t work_init(work *w, const msm_group *g, size_t entries, size_t counts, void *workspace)
{
    uint8_t *p = aligned(workspace);
    w->group = g;
    w->batch = take(&p, g->batch_workspace);
    w->a = (uint64_t *)take(&p, MSM_BATCH * sizeof *w->a);
    w->b = (uint64_t *)take(&p, MSM_BATCH * sizeof *w->b);
    w->outs = (uint8_t **)take(&p, MSM_BATCH * sizeof *w->outs);
    w->sink = take(&p, g->point_size);
    w->entries = (uint64_t *)take(&p, (entries + 1) * sizeof *w->entries);
    w->keys = (uint16_t *)take(&p, (entries + 1) * sizeof *w->keys);
    w->counts = (uint32_t *)take(&p, counts * sizeof *w->counts);
    w->scratch = take(&p, entries * g->point_size);
    w->queued = 0;
    return (size_t)(p - (uint8_t *)workspace) + 64;
}

static size_t work_size(const msm_group *g, size_t entries, size_t counts)
{
    /* Laid out at an aligned address, where nothing is read or written. */
    work w;
    return work_init(&w, g, entries, counts, (void *)(uintptr_t)64);
}

static void flush(work *w)
{
    if (w->queued == 0)
        return;
    for (size_t i = w->queued; i % MSM_PAD != 0; i++) {
        w->a[i] = w->a[w->queued - 1];
        w->b[i] = w->b[w->queued - 1];
        w->outs[i] = w->sink;
    }
    w->group->add_pairs(w->a, w->b, w->outs, w->queued, w->batch);
    w->queued = 0;
}

FIL_INLINE void queue(work *w, uint64_t a, uint64_t b, uint8_t *out)
{
    w->a[w->queued] = a;
    w->b[w->queued] = b;
    w->outs[w->queued] = out;
    if (++w->queued == MSM_BATCH)
        flush(w);
}

/* Sums the n entries of each group, which follow each other and have the group's number as key: in rounds, neighbours of one group
   in pairs. Returns the number of groups; of each, its sum and number are left. How many entries a group has is not predictable, and
   so nothing branches on it. */
static size_t sum_groups(work *w, size_t n)
{
    const size_t size = w->group->point_size;
    uint64_t *const e = w->entries;
    uint16_t *const keys = w->keys;
    uint8_t *next = w->scratch;
    for (int again = 1; again;) {
        size_t from = 0, to = 0;
        uint32_t last = NO_KEY;
        again = 0;
        keys[n] = NO_KEY;
        e[n] = 0;
        while (from < n) {
            const uint32_t key = keys[from];
            const uint64_t entry = e[from], pair = key == keys[from + 1];
            const size_t q = w->queued;
            w->a[q] = entry;
            w->b[q] = e[from + 1];
            w->outs[q] = next;
            e[to] = entry ^ ((entry ^ (uint64_t)(uintptr_t)next) & (0 - pair));
            keys[to++] = (uint16_t)key;
            again |= key == last;
            last = key;
            from += 1 + pair;
            next += size & (0 - pair);
            w->queued = q + pair;
            if (FIL_UNLIKELY(w->queued == MSM_BATCH))
                flush(w);
        }
        flush(w);
        n = to;
    }
    return n;
}

static int is_infinity(const uint8_t *point, size_t size)
{
    const uint64_t *words = (const uint64_t *)point;
    uint64_t any = 0;
    for (size_t i = 0; i < size / 8; i++)
        any |= words[i];
    return any == 0;
}

/* Signed digits of c bits, the lowest window first, into rows of the given stride; each in [-2^(c - 1), 2^(c - 1)). */
static void recode(const uint64_t scalar[4], uint32_t c, uint32_t windows, int16_t *digits, size_t stride)
{
    const uint32_t half = 1u << (c - 1);
    uint32_t carry = 0;
    for (uint32_t w = 0; w < windows; w++) {
        const uint32_t bit = w * c, word = bit >> 6, shift = bit & 63;
        uint64_t v = word < 4 ? scalar[word] >> shift : 0;
        if (shift + c > 64 && word + 1 < 4)
            v |= scalar[word + 1] << (64 - shift);
        const uint32_t digit = (uint32_t)(v & ((1u << c) - 1)) + carry;
        carry = digit >= half;
        digits[w * stride] = (int16_t)((int32_t)digit - (int32_t)(carry << c));
    }
}

static void canonical_scalar(uint64_t r[4], const uint64_t *scalar, uint32_t montgomery)
{
    static const fr one = { { 1 } };
    fr t;
    memcpy(t.l, scalar, sizeof t.l);
    if (montgomery)
        t = fr_mul(t, one);
    memcpy(r, t.l, sizeof t.l);
}

FIL_API size_t fil_msm_point_size(uint32_t group)
{
    return group_of(group)->point_size;
}

/* Bytes that accumulate, reduce and fixed_multiply need for so many terms and buckets. */
FIL_API size_t fil_msm_workspace(uint32_t group, size_t terms, size_t buckets)
{
    const size_t most = terms > buckets ? terms : buckets;
    return work_size(group_of(group), most, buckets + 1) + 2 * (buckets + 1) * affine_size(group) + 64;
}

/* Takes n terms: points of those whose scalar is not zero, and digits of all (of the others zero), in windows rows of the given
   stride. The terms at the front of the slice are those that are not zero. live has room for n indexes. Returns BLS_POINT, or what is
   wrong with the base whose index is stored. */
FIL_API int32_t fil_msm_load(uint32_t group, const uint8_t *bases, uint32_t encoded, uint32_t checks, const uint64_t *scalars, size_t n,
                             uint32_t montgomery, uint32_t c, uint32_t windows, int16_t *digits, size_t stride, uint8_t *points,
                             uint32_t *live, size_t *malformed)
{
    const msm_group *const g = group_of(group);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t s[4];
        if ((scalars[4 * i] | scalars[4 * i + 1] | scalars[4 * i + 2] | scalars[4 * i + 3]) == 0)
            continue;
        canonical_scalar(s, &scalars[4 * i], montgomery);
        recode(s, c, windows, digits + count, stride);
        live[count++] = (uint32_t)i;
    }
    for (uint32_t w = 0; w < windows; w++)
        memset(digits + w * stride + count, 0, (n - count) * sizeof *digits);
    if (count == 0)
        return BLS_POINT;
    if (encoded)
        return g->from_encoded(bases, live, count, checks, points, malformed);
    g->from_affine(bases, live, count, points);
    return BLS_POINT;
}

/* Adds n points to the buckets of one window: bucket |digit| - 1 takes the point, or its negative. */
FIL_API void fil_msm_accumulate(uint32_t group, const uint8_t *points, const int16_t *digits, size_t n, uint32_t c, uint8_t *buckets,
                                void *workspace)
{
    const msm_group *const g = group_of(group);
    const size_t count = (size_t)1 << (c - 1), size = g->point_size;
    work w;
    work_init(&w, g, n > count ? n : count, count + 1, workspace);
    memset(w.counts, 0, (count + 1) * sizeof *w.counts);
    for (size_t i = 0; i < n; i++)
        w.counts[digits[i] < 0 ? -digits[i] : digits[i]]++;

    /* Counting sort, digit zero left out: counts become starts, and starts ends while entries are placed. */
    uint32_t end = 0;
    for (size_t b = 1; b <= count; b++) {
        const uint32_t some = w.counts[b];
        w.counts[b] = end;
        end += some;
    }
    for (size_t i = 0; i < n; i++) {
        const int digit = digits[i], bucket = digit < 0 ? -digit : digit;
        if (digit != 0) {
            const uint32_t at = w.counts[bucket]++;
            w.entries[at] = (uint64_t)(uintptr_t)(points + i * size) | (digit < 0);
            w.keys[at] = (uint16_t)(bucket - 1);
        }
    }

    const size_t groups = sum_groups(&w, end);
    for (size_t k = 0; k < groups; k++) {
        uint8_t *const bucket = buckets + w.keys[k] * size;
        queue(&w, (uint64_t)(uintptr_t)bucket, w.entries[k], bucket);
    }
    flush(&w);
}

/* The sum of (i + 1) * bucket i, projective. Buckets are a table of rows and columns, i = row * columns + column: the sums of its rows
   and of its columns are few, and what weights them is small. */
FIL_API void fil_msm_reduce(uint32_t group, const uint8_t *buckets, uint32_t c, void *sum, void *workspace)
{
    const msm_group *const g = group_of(group);
    const size_t count = (size_t)1 << (c - 1), size = g->point_size;
    const uint32_t column_bits = (c - 1) / 2;
    const size_t columns = (size_t)1 << column_bits, rows = count / columns;
    work w;
    work_init(&w, g, count, count + 1, workspace);
    uint8_t *const affine = aligned((uint8_t *)workspace + work_size(g, count, count + 1));
    uint8_t *const sums[2] = { affine, affine + rows * affine_size(group) };
    for (int by_column = 0; by_column < 2; by_column++) {
        const size_t groups = by_column ? columns : rows, members = by_column ? rows : columns;
        size_t entries = 0;
        for (size_t i = 0; i < groups; i++) {
            for (size_t j = 0; j < members; j++) {
                const uint8_t *const bucket = buckets + (by_column ? j * columns + i : i * columns + j) * size;
                if (!is_infinity(bucket, size)) {
                    w.entries[entries] = (uint64_t)(uintptr_t)bucket;
                    w.keys[entries++] = (uint16_t)i;
                }
            }
        }
        entries = sum_groups(&w, entries);
        memset(sums[by_column], 0, groups * affine_size(group));
        for (size_t k = 0; k < entries; k++)
            g->to_affine((const uint8_t *)(uintptr_t)w.entries[k], 1, sums[by_column] + w.keys[k] * affine_size(group));
    }
    bls_of(group)->weighted_sum(sums[0], rows, sums[1], columns, column_bits, sum);
}

/* The table of a fixed base: of each window w the multiples 1 to 2^(c - 1) of 2^(c w) times the point. */
FIL_API void fil_msm_fixed_table(uint32_t group, const void *point, uint32_t c, uint32_t windows, uint8_t *table, void *workspace)
{
    static const uint32_t first = 0;
    const msm_group *const g = group_of(group);
    const size_t digits = (size_t)1 << (c - 1), size = g->point_size;
    /* A coordinate is a third of a projective point and half of an affine one. */
    uint8_t projective[288] __attribute__((aligned(64))), shifted[288] __attribute__((aligned(64))), affine[192];
    work w;
    work_init(&w, g, 1, 1, workspace);
    bls_of(group)->from_affine(point, projective);
    for (uint32_t k = 0; k < windows; k++) {
        uint64_t scalar[4] = { 0 };
        scalar[(k * c) >> 6] = UINT64_C(1) << ((k * c) & 63);
        bls_of(group)->multiply(projective, scalar, shifted);
        bls_of(group)->to_affine(shifted, affine);
        g->from_affine(affine, &first, 1, table + k * digits * size);
    }
    for (size_t known = 1; known < digits; known *= 2) {
        for (uint32_t k = 0; k < windows; k++) {
            uint8_t *const row = table + k * digits * size;
            for (size_t i = 0; i < known; i++)
                queue(&w, (uint64_t)(uintptr_t)(row + i * size), (uint64_t)(uintptr_t)(row + (known - 1) * size), row + (known + i) * size);
        }
        flush(&w);
    }
}

/* n multiples of the base of a table, affine or encoded. Window by window, so that one window's part of the table is in use at a time.
   digits has room for windows * n. */
FIL_API void fil_msm_fixed_multiply(uint32_t group, const uint8_t *table, uint32_t c, uint32_t windows, const uint64_t *scalars, size_t n,
                                    uint32_t montgomery, uint32_t encoded, uint8_t *products, int16_t *digits, void *workspace)
{
    const msm_group *const g = group_of(group);
    const size_t size = g->point_size, row = ((size_t)1 << (c - 1)) * size;
    work w;
    work_init(&w, g, n, 1, workspace);
    uint8_t *const sums = w.scratch;
    memset(sums, 0, n * size);
    for (size_t i = 0; i < n; i++) {
        uint64_t s[4];
        canonical_scalar(s, &scalars[4 * i], montgomery);
        recode(s, c, windows, digits + i, n);
    }
    for (uint32_t k = 0; k < windows; k++) {
        for (size_t i = 0; i < n; i++) {
            const int digit = digits[k * n + i];
            if (digit == 0)
                continue;
            const uint8_t *const multiple = table + k * row + ((size_t)(digit < 0 ? -digit : digit) - 1) * size;
            queue(&w, (uint64_t)(uintptr_t)(sums + i * size), (uint64_t)(uintptr_t)multiple | (digit < 0), sums + i * size);
        }
        flush(&w);
    }
    if (!encoded) {
        g->to_affine(sums, n, products);
        return;
    }
    for (size_t i = 0; i < n; i += 64) {
        uint8_t affine[64 * 192];
        const size_t some = n - i < 64 ? n - i : 64;
        g->to_affine(sums + i * size, some, affine);
        bls_of(group)->encode(affine, some, products + i * affine_size(group));
    }
}
