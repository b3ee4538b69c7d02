/* Labels of two or three sectors on the SHA extensions, their message schedules on AVX-512.

   Two sectors nearly fill the unit of the SHA extensions with rounds alone, and sha256msg1 and sha256msg2 of nine blocks a node
   come on top. So sixteen blocks at a time, eight of either sector, are scheduled in vectors, one node ahead, beside the rounds:
   - the four blocks of expander parents, two of the three of base parents, and the last block of the next node;
   - the prefix of the node after it.
   The third block of base parents is scheduled as it runs, as is each that holds the label of the node before: in a graph's
   order of parents that is one block. One sector waits for its own rounds and layer 1 has few blocks to schedule: both stay with the SHA extensions.

   The SHA extensions here run among instructions on wide registers: free on AMD's cores, ruinous on Intel's (FIL_CPU_FREE_MIX). */
#include <immintrin.h>

/* Kept schedules, with the round constants added, of the sixteen blocks of two lanes: quad t of block 4p + r is
   the 128-bit part p of rows[t][r]. A lane has the blocks of two neighbouring parts. */
typedef struct {
    __m512i rows[16][4];
} schedules;

#define LANE_QUAD(i, t) ((ptrdiff_t)(sizeof(schedules) / sizeof(__m128i)) * ((i) / 2) + 2 * ((i) & 1) + 16 * (t))

#include "labels_shani.h"

#define PAIRS ((LABEL_MAX_LANES + 1) / 2)

/* The blocks of a lane: its parts' eight columns. */
enum {
    EXPANDER_BLOCKS = 0, /* four */
    BASE_BLOCKS = 4,     /* two */
    LAST_BLOCK = 6,      /* with the padding */
    PREFIX_BLOCK = 7,    /* of one node later */
    LANE_BLOCKS = 8
};

/* The two 32-byte halves of the blocks of each lane. */
typedef const uint8_t *block_sources[2 * PAIRS][LANE_BLOCKS][2];

/* The words of sixteen blocks, a vector a word. */
typedef __m512i block_words[64];

/* Quad 0 of a block, a column of a part, in the first lane. */
FIL_INLINE const __m128i *block_of(const schedules *s, int block)
{
    return (const __m128i *)&s->rows[0][block & 3] + (block >> 2);
}

FIL_INLINE __m512i sigma0(__m512i x)
{
    return _mm512_ternarylogic_epi32(_mm512_ror_epi32(x, 7), _mm512_ror_epi32(x, 18), _mm512_srli_epi32(x, 3), 0x96);
}

FIL_INLINE __m512i sigma1(__m512i x)
{
    return _mm512_ternarylogic_epi32(_mm512_ror_epi32(x, 17), _mm512_ror_epi32(x, 19), _mm512_srli_epi32(x, 10), 0x96);
}

/* Within each 128-bit part four rows of four words become four columns. */
FIL_INLINE void transpose_parts(__m512i x[4])
{
    const __m512i a = _mm512_unpacklo_epi32(x[0], x[1]), b = _mm512_unpackhi_epi32(x[0], x[1]);
    const __m512i c = _mm512_unpacklo_epi32(x[2], x[3]), d = _mm512_unpackhi_epi32(x[2], x[3]);
    x[0] = _mm512_unpacklo_epi64(a, c);
    x[1] = _mm512_unpackhi_epi64(a, c);
    x[2] = _mm512_unpacklo_epi64(b, d);
    x[3] = _mm512_unpackhi_epi64(b, d);
}

FIL_INLINE void keep_quad(schedules *to, int t, const __m512i x[4])
{
    const __m512i k = _mm512_broadcast_i32x4(round_constants(t));
    UNROLL for (int r = 0; r < 4; r++)
        to->rows[t][r] = _mm512_add_epi32(x[r], k);
}

/* The part's 16 bytes, quad t of the first four, of a block of two lanes' sources. */
#define SOURCE(from, part, r, t) \
    _mm_loadu_si128((const __m128i *)((from)[(part) / 2][4 * ((part) & 1) + (r)][(t) / 2] + 16 * ((t) & 1)))

/* Quad t of sixteen blocks: of the first four, their bytes. */
FIL_INLINE void load_quad(schedules *to, block_words w, const uint8_t *const (*from)[LANE_BLOCKS][2], int t)
{
    const __m512i swap = _mm512_broadcast_i32x4(_mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
    __m512i x[4];
    UNROLL for (int r = 0; r < 4; r++) {
        x[r] = _mm512_castsi128_si512(SOURCE(from, 0, r, t));
        x[r] = _mm512_inserti32x4(x[r], SOURCE(from, 1, r, t), 1);
        x[r] = _mm512_inserti32x4(x[r], SOURCE(from, 2, r, t), 2);
        x[r] = _mm512_inserti32x4(x[r], SOURCE(from, 3, r, t), 3);
        x[r] = _mm512_shuffle_epi8(x[r], swap);
    }
    keep_quad(to, t, x);
    transpose_parts(x);
    UNROLL for (int j = 0; j < 4; j++)
        w[4 * t + j] = x[j];
}

/* Quad t of sixteen blocks: of the later ones, from the words before. */
FIL_INLINE void next_quad(schedules *to, block_words w, int t)
{
    __m512i x[4];
    UNROLL for (int j = 0; j < 4; j++) {
        const __m512i *at = w + 4 * t + j;
        x[j] = _mm512_add_epi32(_mm512_add_epi32(at[-16], sigma0(at[-15])),
                                _mm512_add_epi32(at[-7], sigma1(j < 2 ? at[-2] : x[j - 2])));
        w[4 * t + j] = x[j];
    }
    transpose_parts(x);
    keep_quad(to, t, x);
}

/* One kept block through each state, beside quad q of the next node's prefix, and of the schedules of its other blocks. */
FIL_INLINE void rounds_beside_n(int n, shani_state s[], const __m128i *w, shani_state prefix[], const __m128i *prefix_w,
                                schedules next[], block_words words[], block_sources from, int q)
{
    shani_state before[LABEL_MAX_LANES];
    UNROLL for (int i = 0; i < n; i++)
        before[i] = s[i];
    UNROLL for (int t = 0; t < 16; t++) {
        quad_rounds_n(n, s, w, t);
        if (t == 3)
            quad_rounds_n(n, prefix, prefix_w, q);
        if (t == 7) {
            for (int pair = 0; pair < (n + 1) / 2; pair++) {
                if (from)
                    load_quad(&next[pair], words[pair], from + 2 * pair, q);
                else
                    next_quad(&next[pair], words[pair], q);
            }
        }
    }
    UNROLL for (int i = 0; i < n; i++)
        s[i] = state_add(s[i], before[i]);
}

/* The block of base parents that is not scheduled ahead: the first that holds the label of the node before, else the first. */
FIL_INLINE int block_left_out(const uint32_t *parents, uint64_t node)
{
    for (int p = 0; p < LABEL_BASE_PARENTS; p++) {
        if (parents[p] + UINT64_C(1) == node)
            return p / 2;
    }
    return 0;
}

/* Where the blocks of a node are that are scheduled ahead. */
FIL_INLINE void find_sources(int n, block_sources from, const fil_layer *layer, const uint32_t *parents, int left_out, const uint8_t *prefix_tail)
{
    const int base[2] = {left_out == 0 ? 2 : 0, left_out == 2 ? 2 : 4};
    UNROLL for (int i = 0; i < 2 * ((n + 1) / 2); i++) {
        const int lane = i < n ? i : n - 1;
        const uint8_t *current = layer->current[lane], *previous = layer->previous[lane];
        UNROLL for (int half = 0; half < 2; half++) {
            UNROLL for (int b = 0; b < 4; b++)
                from[i][EXPANDER_BLOCKS + b][half] = previous + LABEL_SIZE * (size_t)parents[LABEL_BASE_PARENTS + 2 * b + half];
            UNROLL for (int b = 0; b < 2; b++)
                from[i][BASE_BLOCKS + b][half] = current + LABEL_SIZE * (size_t)parents[base[b] + half];
        }
        from[i][LAST_BLOCK][0] = previous + LABEL_SIZE * (size_t)parents[8];
        from[i][LAST_BLOCK][1] = padding;
        from[i][PREFIX_BLOCK][0] = layer->replica_ids + LABEL_SIZE * lane;
        from[i][PREFIX_BLOCK][1] = prefix_tail;
    }
}

/* A node is its prefix, whose state the node before leaves, and 19 blocks: three of base parents; the sixteen after them, which have
   schedules in any case, each beside a quad of the next node's prefix and schedules. */
FIL_INLINE void encode_n(int n, const fil_layer *layer)
{
    /* Blocks 3 to 18 of a node: the rest of a turn of seven, a turn, four of a turn, the last. */
    static const uint8_t order[16] = {3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 7};
    const shani_state iv = state_load(fil_sha256_iv);
    const uint64_t end = layer->first_node + layer->count;
    uint64_t node = first_with_parents(n, layer);
    schedules ahead[2][PAIRS], fresh[PAIRS];
    block_words words[PAIRS];
    block_sources from;
    shani_state s[LABEL_MAX_LANES], prefix[LABEL_MAX_LANES];
    __m128i m[LABEL_MAX_LANES][4], last[LABEL_MAX_LANES][2];
    uint8_t prefix_tail[LABEL_SIZE] = {0};

    if (node >= end)
        return;

    /* What the node before would have left: the prefix's state, and schedules. */
    const uint32_t *parents = layer->parents + LABEL_PARENTS * (node - layer->first_node);
    int left_out = block_left_out(parents, node);
    store_be32(prefix_tail, layer->layer);
    store_be64(prefix_tail + 4, node);
    begin_n(n, layer, node, prefix_tail, prefix, last);
    store_be64(prefix_tail + 4, node + 1);
    find_sources(n, from, layer, parents, left_out, prefix_tail);
    for (int pair = 0; pair < (n + 1) / 2; pair++) {
        for (int q = 0; q < 4; q++)
            load_quad(&ahead[node & 1][pair], words[pair], from + 2 * pair, q);
        for (int q = 4; q < 16; q++)
            next_quad(&ahead[node & 1][pair], words[pair], q);
    }

    for (; node < end; node++) {
        const uint64_t index = node - layer->first_node;
        const schedules *kept = ahead[node & 1];
        schedules *next = ahead[(node + 1) & 1];
        /* At the end of the batch the node's own parents stand in for those to come. */
        const uint32_t *coming = index + FETCH_AHEAD < layer->count ? parents + LABEL_PARENTS * FETCH_AHEAD : parents;
        const uint32_t *next_parents = node + 1 < end ? parents + LABEL_PARENTS : parents;
        const int next_left_out = block_left_out(next_parents, node + 1);
        const __m128i *blocks[LABEL_PARENTS / 2 + 1];

        store_be64(prefix_tail + 4, node + 2);
        find_sources(n, from, layer, next_parents, next_left_out, prefix_tail);

        UNROLL for (int i = 0; i < n; i++) {
            s[i] = prefix[i];
            prefix[i] = iv;
        }
        for (int b = 0, at = BASE_BLOCKS; b < LABEL_BASE_PARENTS / 2; b++) {
            const uint32_t *pair = parents + 2 * b;
            blocks[b] = block_of(kept, at);
            at += b != left_out;
            if (b != left_out && pair[0] + UINT64_C(1) != node && pair[1] + UINT64_C(1) != node) {
                rounds_n(n, s, blocks[b]);
                continue;
            }
            blocks[b] = block_of(fresh, b);
            UNROLL for (int i = 0; i < n; i++) {
                base_words(m[i], layer->current[i], pair[0], node, last[i]);
                base_words(m[i] + 2, layer->current[i], pair[1], node, last[i]);
            }
            rounds_of_fresh_n(n, s, (__m128i *)blocks[b], m);
        }
        UNROLL for (int b = 0; b < 4; b++)
            blocks[LABEL_BASE_PARENTS / 2 + b] = block_of(kept, EXPANDER_BLOCKS + b);
        blocks[7] = block_of(kept, LAST_BLOCK);

        const __m128i *prefix_w = block_of(kept, PREFIX_BLOCK);
        for (int q = 0; q < 4; q++)
            rounds_beside_n(n, s, blocks[order[q]], prefix, prefix_w, next, words, from, q);
        for (int q = 4; q < 16; q++) {
            fetch_parents(layer, n, coming, LABEL_PARENTS, 2 * (q - 4), 2 * (q - 4) + 2);
            rounds_beside_n(n, s, blocks[order[q]], prefix, prefix_w, next, words, 0, q);
        }
        UNROLL for (int i = 0; i < n; i++)
            prefix[i] = state_add(prefix[i], iv);

        store_labels_n(n, layer, node, s, last);
        parents = next_parents;
        left_out = next_left_out;
    }
}

static void encode_2(const fil_layer *layer)
{
    encode_n(2, layer);
}

static void encode_3(const fil_layer *layer)
{
    encode_n(3, layer);
}

void fil_labels_layer_avx512sha(const fil_layer *layer)
{
    if (layer->lanes == 1 || layer->layer == 1)
        fil_labels_layer_shani(layer);
    else if (layer->lanes == 2)
        encode_2(layer);
    else
        encode_3(layer);
}
