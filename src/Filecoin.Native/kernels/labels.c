/* Labels in portable C, and the choice of their path. */
#include <string.h>

#include "labels.h"
#include "sha256.h"

static void store_be(uint8_t *to, uint64_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--, value >>= 8)
        to[i] = (uint8_t)value;
}

FIL_API void fil_labels_node(
    const uint8_t *replica_id, uint32_t layer, uint64_t node, const uint8_t *parents, size_t count, uint8_t *label)
{
    uint8_t message[20 * SHA256_BLOCK] = {0};
    size_t length = SHA256_BLOCK;
    uint32_t state[8];

    memcpy(message, replica_id, LABEL_SIZE);
    store_be(message + 32, layer, 4);
    store_be(message + 36, node, 8);
    for (size_t i = 0; count > 0 && i < LABEL_REPEATED_PARENTS; i++, length += LABEL_SIZE)
        memcpy(message + length, parents + LABEL_SIZE * (i % count), LABEL_SIZE);
    message[length] = 0x80;

    const size_t blocks = (length + 1 + 8 + SHA256_BLOCK - 1) / SHA256_BLOCK;
    store_be(message + blocks * SHA256_BLOCK - 8, 8 * length, 8);
    memcpy(state, fil_sha256_iv, sizeof state);
    fil_sha256_compress(state, message, blocks);
    for (int i = 0; i < 8; i++)
        store_be(label + 4 * i, state[i], 4);
    label[LABEL_SIZE - 1] &= 0x3f;
}

void fil_labels_layer_portable(const fil_layer *layer)
{
    const size_t used = layer->layer == 1 ? LABEL_BASE_PARENTS : LABEL_PARENTS;

    for (uint64_t i = 0; i < layer->count; i++) {
        const uint64_t node = layer->first_node + i;
        const uint32_t *parents = layer->parents + LABEL_PARENTS * i;
        for (uint32_t lane = 0; lane < layer->lanes; lane++) {
            uint8_t gathered[LABEL_PARENTS * LABEL_SIZE];
            for (size_t p = 0; node > 0 && p < used; p++) {
                const uint8_t *from = p < LABEL_BASE_PARENTS ? layer->current[lane] : layer->previous[lane];
                memcpy(gathered + LABEL_SIZE * p, from + LABEL_SIZE * (size_t)parents[p], LABEL_SIZE);
            }
            fil_labels_node(layer->replica_ids + LABEL_SIZE * lane, layer->layer, node, gathered, node > 0 ? used : 0,
                            layer->current[lane] + LABEL_SIZE * node);
        }
    }
}

/* Paths by the number that asks for them; zero is the best there is. */
enum { PATH_BEST, PATH_PORTABLE, PATH_SHANI, PATH_AVX512SHA, PATH_COUNT };

static labels_layer_fn *paths[PATH_COUNT] = {fil_labels_layer_portable, fil_labels_layer_portable};

void fil_select_labels(uint64_t cpu)
{
    const char *path = "portable";
    paths[PATH_BEST] = fil_labels_layer_portable;
    paths[PATH_SHANI] = paths[PATH_AVX512SHA] = NULL;
#if FIL_X86_64
    if (FIL_HAS(cpu, FIL_CPU_SHANI)) {
        paths[PATH_BEST] = paths[PATH_SHANI] = fil_labels_layer_shani;
        path = "sha-ni x1 x2 x3";
    }
    if (FIL_HAS(cpu, FIL_CPU_SHANI | FIL_CPU_AVX512 | FIL_CPU_BMI2)) {
        paths[PATH_AVX512SHA] = fil_labels_layer_avx512sha;
        if (FIL_HAS(cpu, FIL_CPU_FREE_MIX)) {
            paths[PATH_BEST] = fil_labels_layer_avx512sha;
            path = "sha-ni x1, sha-ni with avx512 schedules x2 x3";
        } else {
            path = "sha-ni x1 x2 x3; not with avx512 schedules, which this vendor mixes slowly with sha-ni";
        }
    }
#else
    (void)cpu;
#endif
    fil_use("labels.layer", path);
}

/* Whether a path is there to be asked for, as tests do. */
FIL_API uint32_t fil_labels_has_path(uint32_t path)
{
    return path < PATH_COUNT && paths[path] != NULL;
}

FIL_API void fil_labels_layer(const fil_layer *layer, uint32_t path)
{
    paths[path](layer);
}
