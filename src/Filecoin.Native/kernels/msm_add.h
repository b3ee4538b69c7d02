/* Batched affine addition, included once for each group and path with
     VE        V_LANES field elements side by side
     V(x)      a function on them: operands, gather, scatter, mul, sub, sub2, add, reduce_x, reduce_y, canonical, zero_mask, equal_mask, blend,
               negate, one, invert
     M(x)      a function of the group
     V_BYTES   bytes of one element in memory; a point is x, then y
   Slopes take one inversion for the whole batch: partial products of the denominators go up, the inverse of the product comes down
   (Montgomery). x in memory is canonical, so that equal ones are found by comparing; y need not be. */

#define MSM_GROUPS (MSM_BATCH / V_LANES)

typedef struct {
    VE denominators[MSM_GROUPS], products[MSM_GROUPS];
    /* Lanes of each group that are not plain additions. */
    struct {
        uint8_t any, twice, take_a, take_b, cancel;
    } special[MSM_GROUPS];
} M(workspace);

typedef struct {
    const uint8_t *a[V_LANES], *b[V_LANES];
    unsigned negate_a, negate_b;
} __attribute__((aligned(64))) M(operands);

FIL_INLINE void M(operands_of)(M(operands) *o, const uint64_t *a, const uint64_t *b, size_t group)
{
    o->negate_a = V(operands)(o->a, a + group * V_LANES);
    o->negate_b = V(operands)(o->b, b + group * V_LANES);
}

FIL_INLINE void M(load_y)(VE *y, const uint8_t *const at[V_LANES], unsigned negate)
{
    V(gather)(y, at, V_BYTES);
    if (negate)
        V(negate)(y, negate);
}

static __attribute__((noinline)) void M(denominator_special)(M(workspace) *w, size_t group, const M(operands) *o, const VE *x1, const VE *x2,
                                                              VE *d)
{
    VE y1, y2, t;
    const unsigned zero1 = V(zero_mask)(x1), zero2 = V(zero_mask)(x2);
    V(gather)(&y1, o->a, V_BYTES);
    V(gather)(&y2, o->b, V_BYTES);
    /* Infinity before negation: minus zero may be a multiple of p. */
    const unsigned infinite1 = zero1 & V(zero_mask)(&y1), infinite2 = zero2 & V(zero_mask)(&y2);
    M(load_y)(&y1, o->a, o->negate_a);
    M(load_y)(&y2, o->b, o->negate_b);
    V(canonical)(&y1);
    V(canonical)(&y2);
    const unsigned same_x = V(equal_mask)(x1, x2) & ~infinite1 & ~infinite2;
    const unsigned twice = same_x & V(equal_mask)(&y1, &y2), cancel = same_x & ~twice;
    V(add)(&t, &y1, &y1);
    V(blend)(d, twice, &t);
    V(one)(&t);
    V(blend)(d, infinite1 | infinite2 | cancel, &t);
    w->special[group].any = 1;
    w->special[group].twice = (uint8_t)twice;
    w->special[group].cancel = (uint8_t)cancel;
    w->special[group].take_b = (uint8_t)infinite1;
    w->special[group].take_a = (uint8_t)(infinite2 & ~infinite1);
}

static __attribute__((noinline)) void M(numerator_special)(const M(workspace) *w, size_t group, const VE *x1, VE *numerator)
{
    VE square, t;
    V(mul)(&square, x1, x1);
    V(add)(&t, &square, &square);
    V(add)(&t, &t, &square);
    V(blend)(numerator, w->special[group].twice, &t);
}

static __attribute__((noinline)) void M(sum_special)(const M(workspace) *w, size_t group, const VE *x1, const VE *y1, const VE *x2,
                                                     const VE *y2, VE *x3, VE *y3)
{
    VE zero;
    memset(&zero, 0, sizeof zero);
    V(blend)(x3, w->special[group].take_a, x1);
    V(blend)(y3, w->special[group].take_a, y1);
    V(blend)(x3, w->special[group].take_b, x2);
    V(blend)(y3, w->special[group].take_b, y2);
    V(blend)(x3, w->special[group].cancel, &zero);
    V(blend)(y3, w->special[group].cancel, &zero);
    /* Infinity that was negated. */
    const unsigned infinite = V(zero_mask)(x3) & (w->special[group].take_a | w->special[group].take_b);
    if (infinite) {
        VE y = *y3;
        V(canonical)(&y);
        V(blend)(y3, infinite & V(zero_mask)(&y), &zero);
    }
}

static void M(add_pairs)(const uint64_t *a, const uint64_t *b, uint8_t *const *outs, size_t n, void *workspace)
{
    M(workspace) *w = workspace;
    M(operands) o;
    VE product[2], inverse[2], x1, x2, y1, y2, x3, y3, slope, t;
    const size_t groups = (n + V_LANES - 1) / V_LANES;
    if (n == 0)
        return;

    /* Two products side by side keep the multiplier busy. */
    V(one)(&product[0]);
    V(one)(&product[1]);
    for (size_t g = 0; g < groups; g++) {
        VE *const d = &w->denominators[g];
        if (g + 3 < groups) {
            M(operands_of)(&o, a, b, g + 3);
#pragma GCC unroll 8
            for (size_t i = 0; i < V_LANES; i++) {
                for (size_t line = 0; line < 2 * V_BYTES; line += 64) {
                    __builtin_prefetch(o.a[i] + line);
                    __builtin_prefetch(o.b[i] + line);
                }
            }
        }
        M(operands_of)(&o, a, b, g);
        V(gather)(&x1, o.a, 0);
        V(gather)(&x2, o.b, 0);
        V(sub)(d, &x2, &x1);
        w->special[g].any = 0;
        if (FIL_UNLIKELY(V(equal_mask)(&x1, &x2) | V(zero_mask)(&x1) | V(zero_mask)(&x2)))
            M(denominator_special)(w, g, &o, &x1, &x2, d);
        w->products[g] = product[g & 1];
        V(mul)(&product[g & 1], &product[g & 1], d);
    }

    V(mul)(&t, &product[0], &product[1]);
    V(invert)(&t);
    V(mul)(&inverse[0], &t, &product[1]);
    V(mul)(&inverse[1], &t, &product[0]);

    for (size_t g = groups; g-- > 0;) {
        M(operands_of)(&o, a, b, g);
        V(gather)(&x1, o.a, 0);
        V(gather)(&x2, o.b, 0);
        M(load_y)(&y1, o.a, o.negate_a);
        M(load_y)(&y2, o.b, o.negate_b);
        V(mul)(&t, &inverse[g & 1], &w->products[g]);
        V(mul)(&inverse[g & 1], &inverse[g & 1], &w->denominators[g]);
        V(sub)(&slope, &y2, &y1);
        if (FIL_UNLIKELY(w->special[g].any))
            M(numerator_special)(w, g, &x1, &slope);
        V(mul)(&slope, &slope, &t);
        V(sqr)(&t, &slope);
        V(sub2)(&x3, &t, &x1, &x2);
        V(reduce_x)(&x3);
        V(sub)(&t, &x1, &x3);
        V(mul)(&t, &t, &slope);
        V(sub)(&y3, &t, &y1);
        V(reduce_y)(&y3);
        if (FIL_UNLIKELY(w->special[g].any))
            M(sum_special)(w, g, &x1, &y1, &x2, &y2, &x3, &y3);
        V(scatter)(outs + g * V_LANES, 0, &x3);
        V(scatter)(outs + g * V_LANES, V_BYTES, &y3);
    }
}

#undef MSM_GROUPS
