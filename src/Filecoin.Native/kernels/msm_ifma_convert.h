/* Conversions between the points of msm_ifma.c and those of the managed types and of encodings. */

/* Eight integers of 48 bytes each, at the pointers plus offset. */
FIL_INLINE void fp8_read(fp8 *r, const uint8_t *const at[8], size_t offset, int big_endian)
{
    /* Limb i begins in bit 52 i: byte 6.5 i, rounded down, and then bit 0 or 4. */
    uint8_t index[64] __attribute__((aligned(64)));
    uint64_t valid = 0;
#pragma GCC unroll 64
    for (int k = 0; k < 64; k++) {
        const int byte = 52 * (k / 8) / 8 + k % 8;
        index[k] = (uint8_t)(byte > 47 ? 0 : big_endian ? 47 - byte : byte);
        valid |= (uint64_t)(byte <= 47) << k;
    }
    const __m512i permutation = _mm512_load_si512(index);
    const __m512i shift = _mm512_set_epi64(4, 0, 4, 0, 4, 0, 4, 0), mask = fp8_set1(FP8_MASK);
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) {
        const __m512i bytes = _mm512_maskz_loadu_epi8(0xffffffffffff, at[i] + offset);
        const __m512i words = _mm512_maskz_permutexvar_epi8(valid, permutation, bytes);
        r->l[i] = _mm512_and_si512(_mm512_srlv_epi64(words, shift), mask);
    }
    fp8_transpose(r->l);
}

/* The lanes that are below p, of carried limbs. */
FIL_INLINE unsigned fp8_below_p_mask(const fp8 *a)
{
    fp8 d;
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++)
        d.l[i] = _mm512_sub_epi64(a->l[i], fp8_set1(FP8_P[i]));
    fp8_carry(&d);
    return _mm512_movepi64_mask(d.l[7]);
}

/* The lanes where y^2 = x^3 + 4; products are below p. */
FIL_INLINE unsigned msm_g1_curve_mask(const fp8 c[2])
{
    fp8 square, cube, one;
    fp8_mul(&square, &c[1], &c[1]);
    fp8_mul(&cube, &c[0], &c[0]);
    fp8_mul(&cube, &cube, &c[0]);
    fp8_sub(&square, &square, &cube, FP8_8P);
    fp8_broadcast(&one, FP8_ONE);
    fp8_add(&one, &one, &one);
    fp8_add(&one, &one, &one);
    fp8_sub(&square, &square, &one, FP8_4P);
    fp8_reduce(&square, FP8_8P);
    fp8_reduce(&square, FP8_4P);
    fp8_reduce(&square, FP8_2P);
    fp8_reduce(&square, FP8_P);
    return fp8_zero_mask(&square);
}

/* The lanes where y^2 = x^3 + 4 (1 + u). */
FIL_INLINE unsigned msm_g2_curve_mask(const fp8 c[4])
{
    const fp8x2 x = { c[0], c[1] }, y = { c[2], c[3] };
    fp8x2 square, cube;
    fp8 four;
    w8_sqr(&square, &y);
    w8_mul(&cube, &x, &x);
    w8_mul(&cube, &cube, &x);
    fp8x2_sub(&square, &square, &cube, FP8_8P);
    fp8_broadcast(&four, FP8_ONE);
    fp8_add(&four, &four, &four);
    fp8_add(&four, &four, &four);
    fp8_sub(&square.c0, &square.c0, &four, FP8_4P);
    fp8_sub(&square.c1, &square.c1, &four, FP8_4P);
    for (int i = 0; i < 2; i++) {
        fp8 *const part = i == 0 ? &square.c0 : &square.c1;
        fp8_reduce(part, FP8_8P);
        fp8_reduce(part, FP8_4P);
        fp8_reduce(part, FP8_2P);
        fp8_reduce(part, FP8_P);
    }
    return fp8_zero_mask(&square.c0) & fp8_zero_mask(&square.c1);
}

/* COORDINATES coefficients a point; ENCODED_AT(j), the place of coefficient j in an encoding, in units of 48 bytes. */
#define MSM_IFMA_CONVERT(group, COORDINATES, ENCODED_AT)                                                                     \
    static void msm_##group##_from_affine(const void *affine, const uint32_t *live, size_t n, uint8_t *points)              \
    {                                                                                                                        \
        fp8 factor, c;                                                                                                       \
        fp8_broadcast(&factor, FP8_FROM_MONTGOMERY);                                                                         \
        for (size_t i = 0; i < n; i += 8) {                                                                                  \
            const uint8_t *at[8];                                                                                            \
            uint8_t *to[8], sink[64 * COORDINATES] __attribute__((aligned(64)));                                             \
            for (size_t k = 0; k < 8; k++) {                                                                                 \
                at[k] = (const uint8_t *)affine + (size_t)live[i + k < n ? i + k : n - 1] * (48 * COORDINATES);              \
                to[k] = i + k < n ? points + (i + k) * (64 * COORDINATES) : sink;                                            \
            }                                                                                                                \
            for (size_t j = 0; j < COORDINATES; j++) {                                                                       \
                fp8_read(&c, at, 48 * j, 0);                                                                                 \
                fp8_mul(&c, &c, &factor);                                                                                    \
                fp8_reduce(&c, FP8_P);                                                                                       \
                fp8_scatter(to, 64 * j, &c);                                                                                 \
            }                                                                                                                \
        }                                                                                                                    \
    }                                                                                                                        \
    static int msm_##group##_from_encoded(const uint8_t *bytes, const uint32_t *live, size_t n, uint32_t checks,            \
                                          uint8_t *points, size_t *malformed)                                               \
    {                                                                                                                        \
        fp8 factor, c[COORDINATES];                                                                                          \
        fp8_broadcast(&factor, FP8_FROM_INTEGER);                                                                            \
        for (size_t i = 0; i < n; i += 8) {                                                                                  \
            const uint8_t *at[8];                                                                                            \
            uint8_t *to[8], sink[64 * COORDINATES] __attribute__((aligned(64)));                                             \
            unsigned good = checks & BLS_CHECK_SUBGROUP ? 0 : 0xff, zero = 0xff;                                             \
            for (size_t k = 0; k < 8; k++) {                                                                                 \
                at[k] = bytes + (size_t)live[i + k < n ? i + k : n - 1] * (48 * COORDINATES);                                \
                to[k] = i + k < n ? points + (i + k) * (64 * COORDINATES) : sink;                                            \
            }                                                                                                                \
            for (size_t j = 0; good && j < COORDINATES; j++) {                                                               \
                fp8_read(&c[j], at, 48 * ENCODED_AT(j), 1);                                                                  \
                good &= fp8_below_p_mask(&c[j]);                                                                             \
                zero &= fp8_zero_mask(&c[j]);                                                                                \
                fp8_mul(&c[j], &c[j], &factor);                                                                              \
                fp8_reduce(&c[j], FP8_P);                                                                                    \
            }                                                                                                                \
            good &= ~zero;                                                                                                   \
            if (good == 0xff && (checks & BLS_CHECK_CURVE))                                                                  \
                good &= msm_##group##_curve_mask(c);                                                                         \
            if (FIL_LIKELY(good == 0xff)) {                                                                                  \
                for (size_t j = 0; j < COORDINATES; j++)                                                                     \
                    fp8_scatter(to, 64 * j, &c[j]);                                                                          \
                continue;                                                                                                    \
            }                                                                                                                \
            /* Infinity, or something wrong in some lane, or a check that is made one by one. */                            \
            for (size_t k = i; k < n && k < i + 8; k++) {                                                                    \
                static const uint32_t first = 0;                                                                             \
                group##_affine point;                                                                                        \
                const int error = group##_decode_vartime(&point, at[k - i], 0, checks);                                      \
                if (error != BLS_POINT) {                                                                                    \
                    *malformed = live[k];                                                                                    \
                    return error;                                                                                            \
                }                                                                                                            \
                msm_##group##_from_affine(&point, &first, 1, to[k - i]);                                                     \
            }                                                                                                                \
        }                                                                                                                    \
        return BLS_POINT;                                                                                                    \
    }                                                                                                                        \
    static void msm_##group##_to_affine(const uint8_t *points, size_t n, void *affine)                                      \
    {                                                                                                                        \
        fp8 factor, c;                                                                                                       \
        fp8_broadcast(&factor, FP8_TO_MONTGOMERY);                                                                           \
        for (size_t i = 0; i < n; i += 8) {                                                                                  \
            const uint8_t *at[8];                                                                                            \
            for (size_t k = 0; k < 8; k++)                                                                                   \
                at[k] = points + (i + k < n ? i + k : n - 1) * (64 * COORDINATES);                                           \
            for (size_t j = 0; j < COORDINATES; j++) {                                                                       \
                uint64_t limbs[8] __attribute__((aligned(64))), words[6];                                                    \
                fp8_gather(&c, at, 64 * j);                                                                                  \
                fp8_mul(&c, &c, &factor);                                                                                    \
                fp8_reduce(&c, FP8_P);                                                                                       \
                fp8_transpose(c.l);                                                                                          \
                for (size_t k = 0; k < 8 && i + k < n; k++) {                                                                \
                    _mm512_store_si512(limbs, c.l[k]);                                                                       \
                    fp8_pack(words, limbs);                                                                                  \
                    memcpy((uint8_t *)affine + (i + k) * (48 * COORDINATES) + 48 * j, words, sizeof words);                  \
                }                                                                                                            \
            }                                                                                                                \
        }                                                                                                                    \
    }

#define MSM_G1_ENCODED_AT(j) (j)
#define MSM_G2_ENCODED_AT(j) ((j) ^ 1)

MSM_IFMA_CONVERT(g1, 2, MSM_G1_ENCODED_AT)
MSM_IFMA_CONVERT(g2, 4, MSM_G2_ENCODED_AT)
