/*
 * A test double of libfilcrypto: the entry points and structures of filecoin-ffi's filcrypto.h, answering with what they were given, so that
 * a test sees whether every argument arrives where the official library looks for it. Each response is allocated here and must come back to
 * its own destroy function: live_responses() counts those that did not.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct { uint8_t *ptr; size_t len; } slice;
typedef struct { int32_t status; slice message; } head;
typedef struct { head h; slice value; } slice_response;
typedef struct { head h; _Bool value; } flag_response;
typedef struct { int32_t registered; slice proof; } proof_t;
typedef struct { head h; slice proofs; slice faulty; } window_response;
typedef struct { head h; proof_t proof; slice faulty; } single_response;
typedef struct { int32_t registered; uint8_t comm_r[32]; uint64_t sector; } replica;

static int live;

int live_responses(void) { return live; }

static void *make(size_t size) { live++; return calloc(1, size); }

static slice copy(const void *bytes, size_t len) {
    slice s = { malloc(len ? len : 1), len };
    memcpy(s.ptr, bytes, len);
    return s;
}

static void append(slice *s, const void *bytes, size_t len) {
    s->ptr = realloc(s->ptr, s->len + len + 1);
    memcpy(s->ptr + s->len, bytes, len);
    s->len += len;
}

static void fail(head *h, const char *message) {
    h->status = 1;
    h->message = copy(message, strlen(message));
}

slice_response *seal_commit_phase2(slice phase1, uint64_t sector, const uint8_t *prover) {
    slice_response *r = make(sizeof *r);
    if (phase1.len == 0 || phase1.ptr[0] != '{') { fail(&r->h, "expected value at line 1 column 1"); return r; }
    append(&r->value, &sector, 8);
    append(&r->value, prover, 32);
    append(&r->value, phase1.ptr, phase1.len);
    return r;
}
void destroy_seal_commit_phase2_response(slice_response *r) { free(r->h.message.ptr); free(r->value.ptr); free(r); live--; }

/* Valid exactly if the proof is everything else, one after the other. */
flag_response *verify_seal(int32_t registered, const uint8_t *comm_r, const uint8_t *comm_d, const uint8_t *prover, const uint8_t *ticket,
                           const uint8_t *seed, uint64_t sector, slice proof) {
    flag_response *r = make(sizeof *r);
    slice all = { 0, 0 };
    append(&all, &registered, 4);
    append(&all, comm_r, 32);
    append(&all, comm_d, 32);
    append(&all, prover, 32);
    append(&all, ticket, 32);
    append(&all, seed, 32);
    append(&all, &sector, 8);
    r->value = proof.len == all.len && memcmp(proof.ptr, all.ptr, all.len) == 0;
    free(all.ptr);
    return r;
}
void destroy_verify_seal_response(flag_response *r) { free(r->h.message.ptr); free(r); live--; }

static slice echo(int32_t registered, const uint8_t *randomness, const uint8_t *prover, slice vanilla) {
    slice all = { 0, 0 };
    append(&all, &registered, 4);
    append(&all, randomness, 32);
    append(&all, prover, 32);
    for (size_t i = 0; i < vanilla.len; i++) {
        slice one = ((slice *)vanilla.ptr)[i];
        append(&all, one.ptr, one.len);
    }
    return all;
}

static slice proofs_of(int32_t registered, slice bytes) {
    proof_t *one = malloc(sizeof *one);
    one->registered = registered;
    one->proof = bytes;
    return (slice){ (uint8_t *)one, 1 };
}

slice_response *generate_winning_post_with_vanilla(int32_t registered, const uint8_t *randomness, const uint8_t *prover, slice vanilla) {
    slice_response *r = make(sizeof *r);
    r->value = proofs_of(registered, echo(registered, randomness, prover, vanilla));
    return r;
}
void destroy_generate_winning_post_response(slice_response *r) {
    free(((proof_t *)r->value.ptr)->proof.ptr);
    free(r->value.ptr);
    free(r);
    live--;
}

window_response *generate_window_post_with_vanilla(int32_t registered, const uint8_t *randomness, const uint8_t *prover, slice vanilla) {
    window_response *r = make(sizeof *r);
    if (vanilla.len == 0) {
        uint64_t faulty[2] = { 7, 1ull << 40 };
        fail(&r->h, "faulty sectors");
        r->faulty = copy(faulty, sizeof faulty);
        r->faulty.len = 2;
        return r;
    }
    r->proofs = proofs_of(registered, echo(registered, randomness, prover, vanilla));
    return r;
}
void destroy_generate_window_post_response(window_response *r) {
    if (r->proofs.ptr) free(((proof_t *)r->proofs.ptr)->proof.ptr);
    free(r->proofs.ptr);
    free(r->faulty.ptr);
    free(r->h.message.ptr);
    free(r);
    live--;
}

single_response *generate_single_window_post_with_vanilla(int32_t registered, const uint8_t *randomness, const uint8_t *prover, slice vanilla,
                                                          size_t partition) {
    single_response *r = make(sizeof *r);
    uint64_t index = partition;
    r->proof.registered = registered;
    r->proof.proof = echo(registered, randomness, prover, vanilla);
    append(&r->proof.proof, &index, 8);
    return r;
}
void destroy_generate_single_window_post_with_vanilla_response(single_response *r) { free(r->proof.proof.ptr); free(r); live--; }

/* Valid exactly if the one proof is kind, randomness, prover and replicas, one after the other. */
static flag_response *verify_post(uint8_t kind, const uint8_t *randomness, slice replicas, slice proofs, const uint8_t *prover) {
    flag_response *r = make(sizeof *r);
    slice all = { 0, 0 };
    append(&all, &kind, 1);
    append(&all, randomness, 32);
    append(&all, prover, 32);
    for (size_t i = 0; i < replicas.len; i++) {
        replica one = ((replica *)replicas.ptr)[i];
        append(&all, &one.registered, 4);
        append(&all, one.comm_r, 32);
        append(&all, &one.sector, 8);
    }
    proof_t *proof = (proof_t *)proofs.ptr;
    r->value = proofs.len == 1 && proof->proof.len == all.len && memcmp(proof->proof.ptr, all.ptr, all.len) == 0;
    free(all.ptr);
    return r;
}
flag_response *verify_winning_post(const uint8_t *randomness, slice replicas, slice proofs, const uint8_t *prover) {
    return verify_post('w', randomness, replicas, proofs, prover);
}
void destroy_verify_winning_post_response(flag_response *r) { destroy_verify_seal_response(r); }
flag_response *verify_window_post(const uint8_t *randomness, slice replicas, slice proofs, const uint8_t *prover) {
    return verify_post('d', randomness, replicas, proofs, prover);
}
void destroy_verify_window_post_response(flag_response *r) { destroy_verify_seal_response(r); }
