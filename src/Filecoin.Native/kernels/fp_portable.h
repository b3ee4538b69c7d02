/* Arithmetic of Fp in portable C. Included by fp.h. */

typedef unsigned __int128 fp_u128;

/* t below 2p brought below p. */
FP_SMALL void fp_reduce_once(fp *r, const uint64_t t[6])
{
    uint64_t d[6], borrow = 0;
    for (int i = 0; i < 6; i++) {
        const fp_u128 v = (fp_u128)t[i] - FP_P[i] - borrow;
        d[i] = (uint64_t)v;
        borrow = (uint64_t)(v >> 64) & 1;
    }
    const uint64_t keep = 0 - borrow;
    for (int i = 0; i < 6; i++)
        r->l[i] = (t[i] & keep) | (d[i] & ~keep);
}

FP_SMALL void fp_add(fp *r, const fp *a, const fp *b)
{
    uint64_t t[6], carry = 0;
    for (int i = 0; i < 6; i++) {
        const fp_u128 v = (fp_u128)a->l[i] + b->l[i] + carry;
        t[i] = (uint64_t)v;
        carry = (uint64_t)(v >> 64);
    }
    fp_reduce_once(r, t);
}

FP_SMALL void fp_sub(fp *r, const fp *a, const fp *b)
{
    uint64_t t[6], borrow = 0, carry = 0;
    for (int i = 0; i < 6; i++) {
        const fp_u128 v = (fp_u128)a->l[i] - b->l[i] - borrow;
        t[i] = (uint64_t)v;
        borrow = (uint64_t)(v >> 64) & 1;
    }
    for (int i = 0; i < 6; i++) {
        const fp_u128 v = (fp_u128)t[i] + (FP_P[i] & (0 - borrow)) + carry;
        r->l[i] = (uint64_t)v;
        carry = (uint64_t)(v >> 64);
    }
}

/* Row by row: t = (t + a_i b + m p) / 2^64. p's highest limb leaves room for both carries of a row. */
FP_FUNCTION void fp_mul(fp *r, const fp *a, const fp *b)
{
    uint64_t t[6] = { 0 };
    for (int i = 0; i < 6; i++) {
        fp_u128 up = (fp_u128)a->l[i] * b->l[0] + t[0];
        const uint64_t m = (uint64_t)up * FP_NEGATIVE_INVERSE;
        fp_u128 down = (fp_u128)m * FP_P0 + (uint64_t)up;
        for (int j = 1; j < 6; j++) {
            up = (fp_u128)a->l[i] * b->l[j] + t[j] + (uint64_t)(up >> 64);
            down = (fp_u128)m * FP_P[j] + (uint64_t)up + (uint64_t)(down >> 64);
            t[j - 1] = (uint64_t)down;
        }
        t[5] = (uint64_t)(up >> 64) + (uint64_t)(down >> 64);
    }
    fp_reduce_once(r, t);
}
