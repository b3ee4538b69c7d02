/* fr_add, fr_sub and fr_mul for x86-64 with BMI2 and ADX, in assembly: MULX leaves the flags alone, and two chains of carries, ADCX and
 * ADOX, run beside each other. Included by fr.h where FIL_FR_ADX is defined, which only *_adx.c files do. No branch depends on a value. */
#ifndef FIL_FR_ADX_H
#define FIL_FR_ADX_H

static const uint64_t FR_MODULUS[4] = {FR_R0, FR_R1, FR_R2, FR_R3};

/* t0..t3 below 2r, brought below r; s0..s3 are scratch. */
#define FR_ADX_REDUCE_ONCE                                      \
    "movq %[t0], %[s0]\n\t"                                     \
    "movq %[t1], %[s1]\n\t"                                     \
    "movq %[t2], %[s2]\n\t"                                     \
    "movq %[t3], %[s3]\n\t"                                     \
    "subq %[r0], %[t0]\n\t"                                     \
    "sbbq %[r1], %[t1]\n\t"                                     \
    "sbbq %[r2], %[t2]\n\t"                                     \
    "sbbq %[r3], %[t3]\n\t"                                     \
    "cmovcq %[s0], %[t0]\n\t"                                   \
    "cmovcq %[s1], %[t1]\n\t"                                   \
    "cmovcq %[s2], %[t2]\n\t"                                   \
    "cmovcq %[s3], %[t3]\n\t"

#define FR_ADX_MODULUS \
    [r0] "m"(FR_MODULUS[0]), [r1] "m"(FR_MODULUS[1]), [r2] "m"(FR_MODULUS[2]), [r3] "m"(FR_MODULUS[3])

FIL_INLINE fr fr_add(fr a, fr b)
{
    uint64_t t0 = a.l[0], t1 = a.l[1], t2 = a.l[2], t3 = a.l[3], s0, s1, s2, s3;
    __asm__("addq %[b0], %[t0]\n\t"
            "adcq %[b1], %[t1]\n\t"
            "adcq %[b2], %[t2]\n\t"
            "adcq %[b3], %[t3]\n\t" FR_ADX_REDUCE_ONCE
            : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3), [s0] "=&r"(s0), [s1] "=&r"(s1), [s2] "=&r"(s2),
              [s3] "=&r"(s3)
            : [b0] "rm"(b.l[0]), [b1] "rm"(b.l[1]), [b2] "rm"(b.l[2]), [b3] "rm"(b.l[3]), FR_ADX_MODULUS
            : "cc");
    return (fr){{t0, t1, t2, t3}};
}

FIL_INLINE fr fr_sub(fr a, fr b)
{
    uint64_t t0 = a.l[0], t1 = a.l[1], t2 = a.l[2], t3 = a.l[3], s0, s1, s2, s3;
    __asm__("subq %[b0], %[t0]\n\t"
            "sbbq %[b1], %[t1]\n\t"
            "sbbq %[b2], %[t2]\n\t"
            "sbbq %[b3], %[t3]\n\t"
            "sbbq %[s0], %[s0]\n\t"
            "movq %[s0], %[s1]\n\t"
            "movq %[s0], %[s2]\n\t"
            "movq %[s0], %[s3]\n\t"
            "andq %[r0], %[s0]\n\t"
            "andq %[r1], %[s1]\n\t"
            "andq %[r2], %[s2]\n\t"
            "andq %[r3], %[s3]\n\t"
            "addq %[s0], %[t0]\n\t"
            "adcq %[s1], %[t1]\n\t"
            "adcq %[s2], %[t2]\n\t"
            "adcq %[s3], %[t3]\n\t"
            : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3), [s0] "=&r"(s0), [s1] "=&r"(s1), [s2] "=&r"(s2),
              [s3] "=&r"(s3)
            : [b0] "rm"(b.l[0]), [b1] "rm"(b.l[1]), [b2] "rm"(b.l[2]), [b3] "rm"(b.l[3]), FR_ADX_MODULUS
            : "cc");
    return (fr){{t0, t1, t2, t3}};
}

/* t += a * rdx, the fifth word in s1. */
#define FR_ADX_ROW                                              \
    "xorl %k[s0], %k[s0]\n\t"                                   \
    "mulxq %[a0], %[s0], %[s1]\n\t"                             \
    "adoxq %[s0], %[t0]\n\t"                                    \
    "adcxq %[s1], %[t1]\n\t"                                    \
    "mulxq %[a1], %[s0], %[s1]\n\t"                             \
    "adoxq %[s0], %[t1]\n\t"                                    \
    "adcxq %[s1], %[t2]\n\t"                                    \
    "mulxq %[a2], %[s0], %[s1]\n\t"                             \
    "adoxq %[s0], %[t2]\n\t"                                    \
    "adcxq %[s1], %[t3]\n\t"                                    \
    "mulxq %[a3], %[s0], %[s1]\n\t"                             \
    "adoxq %[s0], %[t3]\n\t"                                    \
    "movl $0, %k[s0]\n\t"                                       \
    "adcxq %[s0], %[s1]\n\t"                                    \
    "adoxq %[s0], %[s1]\n\t"

/* t = (t + factor * r) / 2^64, where the factor makes the lowest word vanish; the fifth word comes in s1. */
#define FR_ADX_REDUCE                                           \
    "movq %[inverse], %%rdx\n\t"                                \
    "imulq %[t0], %%rdx\n\t"                                    \
    "xorl %k[s0], %k[s0]\n\t"                                   \
    "mulxq %[r0], %[s0], %[s2]\n\t"                             \
    "adcxq %[t0], %[s0]\n\t"                                    \
    "movq %[s2], %[t0]\n\t"                                     \
    "adcxq %[t1], %[t0]\n\t"                                    \
    "mulxq %[r1], %[s0], %[t1]\n\t"                             \
    "adoxq %[s0], %[t0]\n\t"                                    \
    "adcxq %[t2], %[t1]\n\t"                                    \
    "mulxq %[r2], %[s0], %[t2]\n\t"                             \
    "adoxq %[s0], %[t1]\n\t"                                    \
    "adcxq %[t3], %[t2]\n\t"                                    \
    "mulxq %[r3], %[s0], %[t3]\n\t"                             \
    "adoxq %[s0], %[t2]\n\t"                                    \
    "movl $0, %k[s0]\n\t"                                       \
    "adcxq %[s0], %[t3]\n\t"                                    \
    "adoxq %[s1], %[t3]\n\t"

/* Montgomery product a * b / 2^256, row by row, each reduced at once: r leaves its top bit free, so the sum fits four words. */
FIL_INLINE fr fr_mul(fr a, fr b)
{
    uint64_t t0, t1, t2, t3, s0, s1, s2, s3;
    __asm__("movq %[b0], %%rdx\n\t"
            "xorl %k[t0], %k[t0]\n\t"
            "mulxq %[a0], %[t0], %[t1]\n\t"
            "mulxq %[a1], %[s0], %[t2]\n\t"
            "adcxq %[s0], %[t1]\n\t"
            "mulxq %[a2], %[s0], %[t3]\n\t"
            "adcxq %[s0], %[t2]\n\t"
            "mulxq %[a3], %[s0], %[s1]\n\t"
            "adcxq %[s0], %[t3]\n\t"
            "adcq $0, %[s1]\n\t" FR_ADX_REDUCE
            "movq %[b1], %%rdx\n\t" FR_ADX_ROW FR_ADX_REDUCE
            "movq %[b2], %%rdx\n\t" FR_ADX_ROW FR_ADX_REDUCE
            "movq %[b3], %%rdx\n\t" FR_ADX_ROW FR_ADX_REDUCE FR_ADX_REDUCE_ONCE
            : [t0] "=&r"(t0), [t1] "=&r"(t1), [t2] "=&r"(t2), [t3] "=&r"(t3), [s0] "=&r"(s0), [s1] "=&r"(s1), [s2] "=&r"(s2),
              [s3] "=&r"(s3)
            : [a0] "m"(a.l[0]), [a1] "m"(a.l[1]), [a2] "m"(a.l[2]), [a3] "m"(a.l[3]), [b0] "m"(b.l[0]), [b1] "m"(b.l[1]),
              [b2] "m"(b.l[2]), [b3] "m"(b.l[3]), [inverse] "i"(FR_NEGATIVE_INVERSE), FR_ADX_MODULUS
            : "rdx", "cc");
    return (fr){{t0, t1, t2, t3}};
}

#endif
