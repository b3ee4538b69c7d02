/* What the paths of labels on the SHA extensions share. A path says first where it keeps the schedules of a block: quad t of lane i stands
   LANE_QUAD(i, t) vectors after the first of lane 0. Functions with a count n are unrolled for a constant n. */
#ifndef FIL_LABELS_SHANI_H
#define FIL_LABELS_SHANI_H

#include <string.h>

#include "labels.h"
#include "sha256_shani.h"

/* Nodes between the one being labelled and the one whose parents are fetched into the cache. */
#define FETCH_AHEAD 12

FIL_INLINE __m128i round_constants(int t)
{
    return _mm_loadu_si128((const __m128i *)(fil_sha256_k + 4 * t));
}

FIL_INLINE __m128i load_words(const uint8_t *p)
{
    return swap_words(_mm_loadu_si128((const __m128i *)p));
}

/* A legacy load would wait for the upper halves of its register where the file uses them. */
#if defined(__AVX__)
#define LOAD_HALF "vmovq"
#else
#define LOAD_HALF "movq"
#endif

/* Two rounds: *kw holds two words of a schedule. Written out, because compilers add moves that the unit's port has no time for. */
#define TWO_ROUNDS(to, from, kw)                                             \
    __asm__ volatile(LOAD_HALF " %2, %%xmm0\n\tsha256rnds2 %%xmm0, %1, %0" \
                     : "+x"(to)                                              \
                     : "x"(from), "m"(kw)                                    \
                     : "xmm0")

/* The t-th quad of a schedule with its constants; m holds the sixteen words before it, in the end those up to it. */
FIL_INLINE __m128i schedule_quad(__m128i m[4], int t)
{
    if (t >= 4)
        m[t & 3] = next_words(m[t & 3], m[(t + 1) & 3], m[(t + 2) & 3], m[(t + 3) & 3]);
    return _mm_add_epi32(m[t & 3], round_constants(t));
}

/* Four rounds of n lanes with a kept quad, alternating so that no lane waits for another. */
FIL_INLINE void quad_rounds_n(int n, shani_state s[], const __m128i *w, int t)
{
    UNROLL for (int i = 0; i < n; i++)
        TWO_ROUNDS(s[i].cdgh, s[i].abef, *(const uint64_t *)(w + LANE_QUAD(i, t)));
    UNROLL for (int i = 0; i < n; i++)
        TWO_ROUNDS(s[i].abef, s[i].cdgh, *((const uint64_t *)(w + LANE_QUAD(i, t)) + 1));
}

/* One block through each state, scheduled as it runs from its sixteen words and kept at w, unless that is null. */
FIL_INLINE void rounds_of_fresh_n(int n, shani_state s[], __m128i *w, __m128i m[][4])
{
    shani_state before[LABEL_MAX_LANES];
    UNROLL for (int i = 0; i < n; i++)
        before[i] = s[i];
    UNROLL for (int t = 0; t < 16; t++) {
        UNROLL for (int i = 0; i < n; i++) {
            const __m128i kw = schedule_quad(m[i], t);
            if (w)
                _mm_store_si128(w + LANE_QUAD(i, t), kw);
            s[i] = four_rounds(s[i], kw);
        }
    }
    UNROLL for (int i = 0; i < n; i++)
        s[i] = state_add(s[i], before[i]);
}

/* One kept block through each state. */
FIL_INLINE void rounds_n(int n, shani_state s[], const __m128i *w)
{
    shani_state before[LABEL_MAX_LANES];
    UNROLL for (int i = 0; i < n; i++)
        before[i] = s[i];
    UNROLL for (int t = 0; t < 16; t++)
        quad_rounds_n(n, s, w, t);
    UNROLL for (int i = 0; i < n; i++)
        s[i] = state_add(s[i], before[i]);
}

/* The second half of the last block: the padding of a 1248-byte message. */
static const uint8_t padding[LABEL_SIZE] = {0x80, [30] = 0x27};

/* Fetches labels of parents of a node to come into the cache, for n lanes: those from first to last, as far as there are any. */
FIL_INLINE void fetch_parents(const fil_layer *layer, int n, const uint32_t *parents, int used, int first, int last)
{
    for (int p = first; p < last && p < used; p++) {
        UNROLL for (int i = 0; i < n; i++) {
            const uint8_t *from = p < LABEL_BASE_PARENTS ? layer->current[i] : layer->previous[i];
            _mm_prefetch((const char *)(from + LABEL_SIZE * (size_t)parents[p]), _MM_HINT_T0);
        }
    }
}

/* The eight words of a label. */
FIL_INLINE void label_words(__m128i words[2], const uint8_t *labels, size_t index)
{
    words[0] = load_words(labels + LABEL_SIZE * index);
    words[1] = load_words(labels + LABEL_SIZE * index + 16);
}

/* The eight words of a base parent's label; those of the node before are still in registers. */
FIL_INLINE void base_words(__m128i words[2], const uint8_t *current, uint32_t parent, uint64_t node, const __m128i last[2])
{
    if (parent + UINT64_C(1) == node) {
        words[0] = last[0];
        words[1] = last[1];
    } else {
        label_words(words, current, parent);
    }
}

FIL_INLINE void store_be32(uint8_t *to, uint32_t value)
{
    value = __builtin_bswap32(value);
    memcpy(to, &value, sizeof value);
}

FIL_INLINE void store_be64(uint8_t *to, uint64_t value)
{
    value = __builtin_bswap64(value);
    memcpy(to, &value, sizeof value);
}

/* The first node with parents; node 0, where it is among those asked for, is labelled. */
FIL_INLINE uint64_t first_with_parents(int n, const fil_layer *layer)
{
    if (layer->first_node > 0 || layer->count == 0)
        return layer->first_node;
    for (int i = 0; i < n; i++)
        fil_labels_node(layer->replica_ids + LABEL_SIZE * i, layer->layer, 0, 0, 0, layer->current[i]);
    return 1;
}

/* What the node before would have left: its labels, and the states after the prefix, of which the second half is given. */
FIL_INLINE void begin_n(int n, const fil_layer *layer, uint64_t node, const uint8_t *prefix_tail, shani_state prefix[], __m128i last[][2])
{
    __m128i m[LABEL_MAX_LANES][4];
    UNROLL for (int i = 0; i < n; i++) {
        label_words(last[i], layer->current[i], node - 1);
        label_words(m[i], layer->replica_ids, i);
        label_words(m[i] + 2, prefix_tail, 0);
        prefix[i] = state_load(fil_sha256_iv);
    }
    rounds_of_fresh_n(n, prefix, 0, m);
}

/* Writes the labels of a node and keeps their words. */
FIL_INLINE void store_labels_n(int n, const fil_layer *layer, uint64_t node, const shani_state s[], __m128i last[][2])
{
    const __m128i trim = _mm_set_epi32((int)0xffffff3f, -1, -1, -1);
    UNROLL for (int i = 0; i < n; i++) {
        uint8_t *label = layer->current[i] + LABEL_SIZE * node;
        state_words(s[i], &last[i][0], &last[i][1]);
        last[i][1] = _mm_and_si128(last[i][1], trim);
        _mm_storeu_si128((__m128i *)label, swap_words(last[i][0]));
        _mm_storeu_si128((__m128i *)(label + 16), swap_words(last[i][1]));
    }
}

#endif
