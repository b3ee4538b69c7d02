/* Labels on the SHA extensions, one to three sectors interleaved.

   sha256rnds2 has a latency of four cycles and starts every second one on AMD's cores, every third on Intel's: one sector is bound by latency, and two
   fill the unit.
   What else the unit's port would have to do is kept away from it:
   - a node's blocks are scheduled once and kept; their repetitions, most of its blocks, are rounds alone;
   - these take their words by eight-byte loads, which need no shuffle;
   - the prefix of the next node, which needs no label, runs beside them. */
#define LANE_QUAD(i, t) (16 * (i) + (t))

#include "labels_shani.h"

/* One kept block through each state, beside a quarter of a fresh block of other states: independent work for the unit's free slots. */
FIL_INLINE void rounds_beside_n(int n, shani_state s[], const __m128i *w, shani_state other[], __m128i other_m[][4], int quarter)
{
    shani_state before[LABEL_MAX_LANES];
    UNROLL for (int i = 0; i < n; i++)
        before[i] = s[i];
    UNROLL for (int t = 0; t < 16; t++) {
        quad_rounds_n(n, s, w, t);
        if ((t & 3) != 1)
            continue;
        UNROLL for (int i = 0; i < n; i++)
            other[i] = four_rounds(other[i], schedule_quad(other_m[i], 4 * quarter + t / 4));
    }
    UNROLL for (int i = 0; i < n; i++)
        s[i] = state_add(s[i], before[i]);
}

/* A node is its prefix, whose state the node before leaves, and 19 blocks: a turn of its parents' blocks, scheduled as they come;
   the turns after it on the kept schedules, the first four blocks beside the next node's prefix; the last block. */
FIL_INLINE void encode_n(int n, const fil_layer *layer)
{
    const shani_state iv = state_load(fil_sha256_iv);
    const int first_layer = layer->layer == 1;
    const int used = first_layer ? LABEL_BASE_PARENTS : LABEL_PARENTS;
    const int blocks = used / 2;
    const uint64_t end = layer->first_node + layer->count;
    uint64_t node = first_with_parents(n, layer);
    __m128i w[LABEL_PARENTS / 2][16 * LABEL_MAX_LANES];
    shani_state s[LABEL_MAX_LANES], prefix[LABEL_MAX_LANES];
    __m128i m[LABEL_MAX_LANES][4], last[LABEL_MAX_LANES][2];
    uint8_t prefix_tail[LABEL_SIZE] = {0};

    if (node >= end)
        return;

    /* What the node before would have left. */
    store_be32(prefix_tail, layer->layer);
    store_be64(prefix_tail + 4, node);
    begin_n(n, layer, node, prefix_tail, prefix, last);

    for (; node < end; node++) {
        const uint64_t index = node - layer->first_node;
        const uint32_t *parents = layer->parents + LABEL_PARENTS * index;
        /* At the end of the batch the node's own parents stand in for those to come. */
        const uint32_t *coming = index + FETCH_AHEAD < layer->count ? parents + LABEL_PARENTS * FETCH_AHEAD : parents;

        UNROLL for (int i = 0; i < n; i++) {
            s[i] = prefix[i];
            prefix[i] = iv;
        }
        for (int b = 0; b < blocks; b++) {
            UNROLL for (int i = 0; i < n; i++) {
                if (2 * b < LABEL_BASE_PARENTS) {
                    base_words(m[i], layer->current[i], parents[2 * b], node, last[i]);
                    base_words(m[i] + 2, layer->current[i], parents[2 * b + 1], node, last[i]);
                } else {
                    label_words(m[i], layer->previous[i], parents[2 * b]);
                    label_words(m[i] + 2, layer->previous[i], parents[2 * b + 1]);
                }
            }
            rounds_of_fresh_n(n, s, w[b], m);
        }

        /* Blocks 0 to 3 of the second turn, or of the second and third. */
        store_be64(prefix_tail + 4, node + 1);
        UNROLL for (int i = 0; i < n; i++) {
            label_words(m[i], layer->replica_ids, i);
            label_words(m[i] + 2, prefix_tail, 0);
        }
        UNROLL for (int quarter = 0; quarter < 4; quarter++)
            rounds_beside_n(n, s, w[first_layer ? quarter % 3 : quarter], prefix, m, quarter);
        UNROLL for (int i = 0; i < n; i++)
            prefix[i] = state_add(prefix[i], iv);

        /* 36 parents are 18 blocks: six turns of three, or two and a half of seven. */
        int at = first_layer ? 1 : 4, fetch = 0;
        for (int done = blocks + 4; done < 18; done++) {
            fetch_parents(layer, n, coming, used, fetch, fetch + 2);
            fetch += 2;
            rounds_n(n, s, w[at]);
            at = at + 1 == blocks ? 0 : at + 1;
        }

        /* Parent 37 is the first on layer 1 and the ninth on later ones. */
        UNROLL for (int i = 0; i < n; i++) {
            label_words(m[i], first_layer ? layer->current[i] : layer->previous[i], parents[first_layer ? 0 : 8]);
            label_words(m[i] + 2, padding, 0);
        }
        rounds_of_fresh_n(n, s, 0, m);

        store_labels_n(n, layer, node, s, last);
    }
}

static void encode_1(const fil_layer *layer)
{
    encode_n(1, layer);
}

static void encode_2(const fil_layer *layer)
{
    encode_n(2, layer);
}

static void encode_3(const fil_layer *layer)
{
    encode_n(3, layer);
}

void fil_labels_layer_shani(const fil_layer *layer)
{
    switch (layer->lanes) {
    case 1:
        encode_1(layer);
        break;
    case 2:
        encode_2(layer);
        break;
    default:
        encode_3(layer);
        break;
    }
}
