/* Points of y^2 = x^3 + b over one of two fields, included once for each with
     FE   the type of a field element
     F(x) a function of the field
     E(x) a function, E_AFFINE and E_POINT the types, of the group
     E_TIMES_3B(r, a), E_CURVE_B, E_BYTES (of an encoded coordinate).
   Affine infinity is (0, 0). Projective coordinates are homogeneous with the complete formulas of Renes, Costello and Batina
   (eprint 2015/1060, algorithms 7 to 9): nothing is exceptional, and nothing branches but where a name ends in _vartime. */

typedef struct {
    FE x, y;
} E_AFFINE;

typedef struct {
    FE x, y, z;
} E_POINT;

FP_SMALL void E(set_infinity)(E_POINT *r)
{
    memset(r, 0, sizeof *r);
    r->y = E_ONE;
}

FP_SMALL int E(affine_is_infinity)(const E_AFFINE *a)
{
    return F(is_zero)(&a->x) & F(is_zero)(&a->y);
}

FP_SMALL void E(from_affine_vartime)(E_POINT *r, const E_AFFINE *a)
{
    if (E(affine_is_infinity)(a)) {
        E(set_infinity)(r);
        return;
    }
    r->x = a->x;
    r->y = a->y;
    r->z = E_ONE;
}

FP_SMALL void E(neg)(E_POINT *r, const E_POINT *a)
{
    r->x = a->x;
    F(neg)(&r->y, &a->y);
    r->z = a->z;
}

FP_SMALL void E(combine)(E_POINT *r, const FE *xx, const FE *yy, const FE *zz, const FE *xy, const FE *yz, const FE *xz)
{
    FE three_xx, b, sum, difference, bxz, t, u;
    F(dbl)(&three_xx, xx);
    F(add)(&three_xx, &three_xx, xx);
    E_TIMES_3B(&b, zz);
    F(add)(&sum, yy, &b);
    F(sub)(&difference, yy, &b);
    E_TIMES_3B(&bxz, xz);
    F(mul)(&t, xy, &difference);
    F(mul)(&u, yz, &bxz);
    F(sub)(&r->x, &t, &u);
    F(mul)(&t, &difference, &sum);
    F(mul)(&u, &bxz, &three_xx);
    F(add)(&r->y, &t, &u);
    F(mul)(&t, &sum, yz);
    F(mul)(&u, &three_xx, xy);
    F(add)(&r->z, &t, &u);
}

FP_FUNCTION void E(add)(E_POINT *r, const E_POINT *p, const E_POINT *q)
{
    FE xx, yy, zz, xy, yz, xz, s, t;
    F(mul)(&xx, &p->x, &q->x);
    F(mul)(&yy, &p->y, &q->y);
    F(mul)(&zz, &p->z, &q->z);
    F(add)(&s, &p->x, &p->y);
    F(add)(&t, &q->x, &q->y);
    F(mul)(&xy, &s, &t);
    F(sub)(&xy, &xy, &xx);
    F(sub)(&xy, &xy, &yy);
    F(add)(&s, &p->y, &p->z);
    F(add)(&t, &q->y, &q->z);
    F(mul)(&yz, &s, &t);
    F(sub)(&yz, &yz, &yy);
    F(sub)(&yz, &yz, &zz);
    F(add)(&s, &p->x, &p->z);
    F(add)(&t, &q->x, &q->z);
    F(mul)(&xz, &s, &t);
    F(sub)(&xz, &xz, &xx);
    F(sub)(&xz, &xz, &zz);
    E(combine)(r, &xx, &yy, &zz, &xy, &yz, &xz);
}

/* q is not infinity. */
FP_FUNCTION void E(add_finite)(E_POINT *r, const E_POINT *p, const E_AFFINE *q)
{
    FE xx, yy, xy, yz, xz, s, t;
    F(mul)(&xx, &p->x, &q->x);
    F(mul)(&yy, &p->y, &q->y);
    F(add)(&s, &p->x, &p->y);
    F(add)(&t, &q->x, &q->y);
    F(mul)(&xy, &s, &t);
    F(sub)(&xy, &xy, &xx);
    F(sub)(&xy, &xy, &yy);
    F(mul)(&yz, &q->y, &p->z);
    F(add)(&yz, &yz, &p->y);
    F(mul)(&xz, &q->x, &p->z);
    F(add)(&xz, &xz, &p->x);
    E(combine)(r, &xx, &yy, &p->z, &xy, &yz, &xz);
}

FP_FUNCTION void E(dbl)(E_POINT *r, const E_POINT *p)
{
    FE yy, b, eight, difference, xy, t, u;
    F(sqr)(&yy, &p->y);
    F(sqr)(&b, &p->z);
    E_TIMES_3B(&b, &b);
    F(dbl)(&eight, &yy);
    F(dbl)(&eight, &eight);
    F(dbl)(&eight, &eight);
    F(dbl)(&t, &b);
    F(add)(&t, &t, &b);
    F(sub)(&difference, &yy, &t);
    F(mul)(&xy, &p->x, &p->y);
    F(mul)(&t, &p->y, &p->z);
    F(mul)(&r->z, &t, &eight);
    F(mul)(&t, &difference, &xy);
    F(dbl)(&r->x, &t);
    F(mul)(&t, &b, &eight);
    F(add)(&u, &yy, &b);
    F(mul)(&u, &u, &difference);
    F(add)(&r->y, &t, &u);
}

FP_FUNCTION void E(to_affine)(E_AFFINE *r, const E_POINT *a)
{
    FE t;
    F(inv)(&t, &a->z);
    F(mul)(&r->x, &a->x, &t);
    F(mul)(&r->y, &a->y, &t);
}

FP_SMALL int E(is_equal_vartime)(const E_POINT *a, const E_POINT *b)
{
    FE s, t, u, v;
    const int ia = F(is_zero)(&a->z), ib = F(is_zero)(&b->z);
    if (ia | ib)
        return ia & ib;
    F(mul)(&s, &a->x, &b->z);
    F(mul)(&t, &b->x, &a->z);
    F(mul)(&u, &a->y, &b->z);
    F(mul)(&v, &b->y, &a->z);
    return F(is_equal)(&s, &t) & F(is_equal)(&u, &v);
}

/* The multiple by |z|, of which six bits are set. */
FP_FUNCTION void E(mul_z)(E_POINT *r, const E_POINT *a)
{
    E_POINT t = *a;
    for (int bit = 62; bit >= 0; bit--) {
        E(dbl)(&t, &t);
        if ((BLS_Z >> bit) & 1)
            E(add)(&t, &t, a);
    }
    *r = t;
}

FP_SMALL void E(fill_multiples)(E_POINT table[16], const E_POINT *a)
{
    E(set_infinity)(&table[0]);
    for (int i = 1; i < 16; i++)
        E(add)(&table[i], &table[i - 1], a);
}

/* Four bits at a time from the top. */
FP_FUNCTION void E(mul_vartime)(E_POINT *r, const E_POINT *a, const uint64_t scalar[4])
{
    E_POINT table[16], t;
    E(fill_multiples)(table, a);
    E(set_infinity)(&t);
    for (int i = 63; i >= 0; i--) {
        const unsigned digit = (scalar[i >> 4] >> ((i & 15) * 4)) & 15;
        for (int j = 0; j < 4; j++)
            E(dbl)(&t, &t);
        if (digit)
            E(add)(&t, &t, &table[digit]);
    }
    *r = t;
}

/* The same operations and the same addresses for every scalar: the whole table is read for each digit. */
FP_FUNCTION void E(mul_secret)(E_POINT *r, const E_POINT *a, const uint64_t scalar[4])
{
    E_POINT table[16], t, chosen;
    E(fill_multiples)(table, a);
    E(set_infinity)(&t);
    for (int i = 63; i >= 0; i--) {
        const uint64_t digit = (scalar[i >> 4] >> ((i & 15) * 4)) & 15;
        for (int j = 0; j < 4; j++)
            E(dbl)(&t, &t);
        chosen = table[0];
        for (uint64_t j = 1; j < 16; j++) {
            const uint64_t mask = (uint64_t)((int64_t)((j ^ digit) - 1) >> 63);
            F(select)(&chosen.x, &table[j].x, mask);
            F(select)(&chosen.y, &table[j].y, mask);
            F(select)(&chosen.z, &table[j].z, mask);
        }
        E(add)(&t, &t, &chosen);
    }
    *r = t;
}

FP_SMALL int E(is_on_curve)(const E_AFFINE *a)
{
    FE square, cube;
    F(sqr)(&square, &a->y);
    F(sqr)(&cube, &a->x);
    F(mul)(&cube, &cube, &a->x);
    F(add)(&cube, &cube, &E_CURVE_B);
    return F(is_equal)(&square, &cube);
}

/* Signed digits of width five: odd numbers of absolute value up to fifteen, or zero; at most one in five is not zero. Returns how many. */
FP_SMALL int E(recode_vartime)(int8_t digits[264], const uint64_t scalar[4])
{
    uint64_t s[5] = { scalar[0], scalar[1], scalar[2], scalar[3], 0 };
    int n = 0;
    while (s[0] | s[1] | s[2] | s[3] | s[4]) {
        int digit = 0;
        if (s[0] & 1) {
            digit = (int)(s[0] & 31);
            if (digit > 15)
                digit -= 32;
            /* A positive digit is in the low bits: nothing borrows. A negative one may carry. */
            s[0] -= (uint64_t)(int64_t)digit;
            if (digit < 0 && s[0] < 32)
                for (int i = 1; i < 5 && ++s[i] == 0; i++)
                    ;
        }
        digits[n++] = (int8_t)digit;
        for (int i = 0; i < 4; i++)
            s[i] = (s[i] >> 1) | (s[i + 1] << 63);
        s[4] >>= 1;
    }
    return n;
}

/* Doublings shared by all terms, one addition for each non-zero digit (Straus). */
FP_FUNCTION void E(multiply_few_vartime)(const E_AFFINE *points, const uint64_t *scalars, size_t count, E_POINT *sum, void *workspace)
{
    E_POINT *table = workspace;
    int8_t *digits = (int8_t *)(table + 8 * count);
    int longest = 0;
    for (size_t i = 0; i < count; i++) {
        E_POINT twice, *odd = table + 8 * i;
        E(from_affine_vartime)(&odd[0], &points[i]);
        E(dbl)(&twice, &odd[0]);
        for (int j = 1; j < 8; j++)
            E(add)(&odd[j], &odd[j - 1], &twice);
        memset(digits + 264 * i, 0, 264);
        const int n = E(recode_vartime)(digits + 264 * i, scalars + 4 * i);
        longest = n > longest ? n : longest;
    }
    E(set_infinity)(sum);
    for (int bit = longest - 1; bit >= 0; bit--) {
        E(dbl)(sum, sum);
        for (size_t i = 0; i < count; i++) {
            const int digit = digits[264 * i + bit];
            if (digit > 0) {
                E(add)(sum, sum, &table[8 * i + (digit >> 1)]);
            } else if (digit < 0) {
                E_POINT negated;
                E(neg)(&negated, &table[8 * i + (-digit >> 1)]);
                E(add)(sum, sum, &negated);
            }
        }
    }
}

/* The sum of (i + 1) * points[i], by sums of the points above. */
FP_SMALL void E(ramp_vartime)(E_POINT *sum, const E_AFFINE *points, size_t count)
{
    E_POINT running;
    E(set_infinity)(sum);
    E(set_infinity)(&running);
    while (count-- > 0) {
        if (!E(affine_is_infinity)(&points[count]))
            E(add_finite)(&running, &running, &points[count]);
        E(add)(sum, sum, &running);
    }
}

FP_FUNCTION void E(weighted_sum_vartime)(const E_AFFINE *rows, size_t row_count, const E_AFFINE *columns, size_t column_count,
                                         uint32_t shift, E_POINT *sum)
{
    E_POINT low;
    E(ramp_vartime)(sum, rows + 1, row_count - 1);
    for (uint32_t i = 0; i < shift; i++)
        E(dbl)(sum, sum);
    E(ramp_vartime)(&low, columns, column_count);
    E(add)(sum, sum, &low);
}
