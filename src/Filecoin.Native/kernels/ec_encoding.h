/* The ZCash encoding of the points of ec_point.h, included after it with the same macros; E(is_in_subgroup) is defined by then. */

/* The ZCash encoding of a point that is checked as far as checks says; a reason of bls.h, or BLS_POINT. */
FP_FUNCTION int E(decode_vartime)(E_AFFINE *r, const uint8_t *bytes, int compressed, uint32_t checks)
{
    const size_t length = compressed ? E_BYTES : 2 * E_BYTES;
    const uint8_t flags = bytes[0];
    if ((flags >> 7) != compressed)
        return BLS_COMPRESSION_FLAG;
    if (flags & 0x40) {
        uint8_t other = flags & 0x3f;
        for (size_t i = 1; i < length; i++)
            other |= bytes[i];
        memset(r, 0, sizeof *r);
        return other ? BLS_INFINITY_ENCODING : BLS_POINT;
    }
    if (!compressed && (flags & 0x20))
        return BLS_SIGN_FLAG;
    if (!F(read_be_vartime)(&r->x, bytes, 0xe0))
        return BLS_NON_CANONICAL;
    if (compressed) {
        FE square;
        F(sqr)(&square, &r->x);
        F(mul)(&square, &square, &r->x);
        F(add)(&square, &square, &E_CURVE_B);
        if (!F(sqrt_vartime)(&r->y, &square))
            return BLS_NOT_ON_CURVE;
        if (F(is_largest_vartime)(&r->y) != ((flags >> 5) & 1))
            F(neg)(&r->y, &r->y);
    } else {
        if (!F(read_be_vartime)(&r->y, bytes + E_BYTES, 0))
            return BLS_NON_CANONICAL;
        if (E(affine_is_infinity)(r) || ((checks & BLS_CHECK_CURVE) && !E(is_on_curve)(r)))
            return BLS_NOT_ON_CURVE;
    }
    return (checks & BLS_CHECK_SUBGROUP) && !E(is_in_subgroup)(r) ? BLS_NOT_IN_SUBGROUP : BLS_POINT;
}

FP_SMALL void E(encode_uncompressed)(uint8_t *bytes, const E_AFFINE *a)
{
    if (E(affine_is_infinity)(a)) {
        memset(bytes, 0, 2 * E_BYTES);
        bytes[0] = 0x40;
        return;
    }
    F(write_be)(bytes, &a->x);
    F(write_be)(bytes + E_BYTES, &a->y);
}
