/* 64-byte messages in LANES vector lanes, one message a lane. The including file defines LANES, vec and the vec_* operations,
   load_messages (the transposed, byte-swapped words of LANES messages) and store_digests. */
#include "sha256.h"

#define SIGMA0(x) vec_xor3(vec_rotr(x, 2), vec_rotr(x, 13), vec_rotr(x, 22))
#define SIGMA1(x) vec_xor3(vec_rotr(x, 6), vec_rotr(x, 11), vec_rotr(x, 25))
#define sigma0(x) vec_xor3(vec_rotr(x, 7), vec_rotr(x, 18), vec_shr(x, 3))
#define sigma1(x) vec_xor3(vec_rotr(x, 17), vec_rotr(x, 19), vec_shr(x, 10))

/* One round; the working variables a to h stand at v[(j - t) mod 8], so that none is moved. */
#define V(j) v[((j) - t) & 7]
FIL_INLINE void lane_round(vec v[8], int t, vec kw)
{
    const vec t1 = vec_add(vec_add(V(7), SIGMA1(V(4))), vec_add(vec_choose(V(4), V(5), V(6)), kw));
    const vec t2 = vec_add(SIGMA0(V(0)), vec_majority(V(0), V(1), V(2)));
    V(3) = vec_add(V(3), t1);
    V(7) = vec_add(t1, t2);
}
#undef V

static void hash_lanes(const uint8_t *pairs, uint8_t *parents, uint32_t high_mask)
{
    vec w[16], v[8], mid[8];

    load_messages(w, pairs);
    for (int i = 0; i < 8; i++)
        v[i] = vec_set(fil_sha256_iv[i]);

#pragma GCC unroll 16
    for (int t = 0; t < 16; t++)
        lane_round(v, t, vec_add(w[t], vec_set(fil_sha256_k[t])));
    for (int base = 16; base < 64; base += 16) {
#pragma GCC unroll 16
        for (int t = 0; t < 16; t++) {
            w[t] = vec_add(vec_add(w[t], sigma0(w[(t + 1) & 15])), vec_add(w[(t + 9) & 15], sigma1(w[(t + 14) & 15])));
            lane_round(v, t, vec_add(w[t], vec_set(fil_sha256_k[base + t])));
        }
    }
    for (int i = 0; i < 8; i++)
        v[i] = mid[i] = vec_add(v[i], vec_set(fil_sha256_iv[i]));

    for (int base = 0; base < 64; base += 8) {
#pragma GCC unroll 8
        for (int t = 0; t < 8; t++)
            lane_round(v, t, vec_set(fil_sha256_k64[base + t]));
    }
    for (int i = 0; i < 8; i++)
        v[i] = vec_add(v[i], mid[i]);
    v[7] = vec_and(v[7], vec_set(high_mask));
    store_digests(parents, v);
}
