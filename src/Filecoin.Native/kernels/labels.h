/* Labels of a layered graph. A label is SHA-256 of a 64-byte prefix (replica id, u32be layer, u64be node, zeros) and 37 parent
   labels: the node's 6 (layer 1) or 14 parents, repeated. Node 0 has the prefix alone. The last byte keeps six bits. */
#ifndef FIL_LABELS_H
#define FIL_LABELS_H

#include "fil.h"

#define LABEL_SIZE 32
#define LABEL_BASE_PARENTS 6
#define LABEL_PARENTS 14
#define LABEL_REPEATED_PARENTS 37
#define LABEL_MAX_LANES 3

/* One layer of up to three sectors. Every base parent is below its node, every expander parent below the number of nodes. */
typedef struct {
    uint32_t lanes;
    uint32_t layer;
    uint64_t first_node;
    uint64_t count;
    const uint32_t *parents;                     /* 14 per node, from first_node on */
    const uint8_t *replica_ids;                  /* 32 bytes a lane */
    uint8_t *current[LABEL_MAX_LANES];           /* whole layers */
    const uint8_t *previous[LABEL_MAX_LANES];    /* unused on layer 1 */
} fil_layer;

typedef void labels_layer_fn(const fil_layer *layer);

labels_layer_fn fil_labels_layer_portable;
#if FIL_X86_64
labels_layer_fn fil_labels_layer_shani;
labels_layer_fn fil_labels_layer_avx512sha;
#endif

/* One label from the labels of its parents, end to end: 0 (node 0), 6 or 14. */
void fil_labels_node(const uint8_t *replica_id, uint32_t layer, uint64_t node, const uint8_t *parents, size_t count, uint8_t *label);

#endif
