/* Arithmetic of Fp with MULX, ADCX and ADOX: two carry chains side by side. Included by fp.h. */

/* t += rdx * (six limbs at m), the low halves along the carry flag, the high halves along the overflow flag, both of which begin
   clear; t6 is zero before. rax, rcx: product; rbx: zero. */
#define FP_ADX_ROW(m0, m1, m2, m3, m4, m5, t0, t1, t2, t3, t4, t5, t6) \
    "xor %%ebx, %%ebx\n\t"                                             \
    "mulx " m0 ", %%rax, %%rcx\n\t"                                    \
    "adcx %%rax, " t0 "\n\t"                                           \
    "adox %%rcx, " t1 "\n\t"                                           \
    "mulx " m1 ", %%rax, %%rcx\n\t"                                    \
    "adcx %%rax, " t1 "\n\t"                                           \
    "adox %%rcx, " t2 "\n\t"                                           \
    "mulx " m2 ", %%rax, %%rcx\n\t"                                    \
    "adcx %%rax, " t2 "\n\t"                                           \
    "adox %%rcx, " t3 "\n\t"                                           \
    "mulx " m3 ", %%rax, %%rcx\n\t"                                    \
    "adcx %%rax, " t3 "\n\t"                                           \
    "adox %%rcx, " t4 "\n\t"                                           \
    "mulx " m4 ", %%rax, %%rcx\n\t"                                    \
    "adcx %%rax, " t4 "\n\t"                                           \
    "adox %%rcx, " t5 "\n\t"                                           \
    "mulx " m5 ", %%rax, %%rcx\n\t"                                    \
    "adcx %%rax, " t5 "\n\t"                                           \
    "adox %%rcx, " t6 "\n\t"                                           \
    "adcx %%rbx, " t6 "\n\t"

/* One row of the interleaved Montgomery product: adds a_i b, then the multiple of p that clears t0. Afterwards t0 is zero: it is the
   next row's t6. */
#define FP_ADX_STEP(ai, t0, t1, t2, t3, t4, t5, t6)                                                                  \
    "mov " ai ", %%rdx\n\t"                                                                                          \
    FP_ADX_ROW("(%%rdi)", "8(%%rdi)", "16(%%rdi)", "24(%%rdi)", "32(%%rdi)", "40(%%rdi)", t0, t1, t2, t3, t4, t5, t6) \
    "mov %[inverse], %%rdx\n\t"                                                                                      \
    "imul " t0 ", %%rdx\n\t"                                                                                         \
    FP_ADX_ROW("(%[p])", "8(%[p])", "16(%[p])", "24(%[p])", "32(%[p])", "40(%[p])", t0, t1, t2, t3, t4, t5, t6)

FP_FUNCTION void fp_mul(fp *r, const fp *a, const fp *b)
{
    static const uint64_t inverse = FP_NEGATIVE_INVERSE;
    register const fp *b_ __asm__("rdi") = b;
    register const fp *a_ __asm__("rsi") = a;
    __asm__ volatile(
        "xor %%r8d, %%r8d\n\t"
        "xor %%r9d, %%r9d\n\t"
        "xor %%r10d, %%r10d\n\t"
        "xor %%r11d, %%r11d\n\t"
        "xor %%r12d, %%r12d\n\t"
        "xor %%r13d, %%r13d\n\t"
        "xor %%r14d, %%r14d\n\t"
        FP_ADX_STEP("(%%rsi)", "%%r8", "%%r9", "%%r10", "%%r11", "%%r12", "%%r13", "%%r14")
        FP_ADX_STEP("8(%%rsi)", "%%r9", "%%r10", "%%r11", "%%r12", "%%r13", "%%r14", "%%r8")
        FP_ADX_STEP("16(%%rsi)", "%%r10", "%%r11", "%%r12", "%%r13", "%%r14", "%%r8", "%%r9")
        FP_ADX_STEP("24(%%rsi)", "%%r11", "%%r12", "%%r13", "%%r14", "%%r8", "%%r9", "%%r10")
        FP_ADX_STEP("32(%%rsi)", "%%r12", "%%r13", "%%r14", "%%r8", "%%r9", "%%r10", "%%r11")
        FP_ADX_STEP("40(%%rsi)", "%%r13", "%%r14", "%%r8", "%%r9", "%%r10", "%%r11", "%%r12")
        /* The result, below 2p, is in r14, r8, r9, r10, r11, r12. */
        "mov %%r14, %%rax\n\t"
        "mov %%r8, %%rbx\n\t"
        "mov %%r9, %%rcx\n\t"
        "mov %%r10, %%rdx\n\t"
        "mov %%r11, %%rsi\n\t"
        "mov %%r12, %%rdi\n\t"
        "sub (%[p]), %%rax\n\t"
        "sbb 8(%[p]), %%rbx\n\t"
        "sbb 16(%[p]), %%rcx\n\t"
        "sbb 24(%[p]), %%rdx\n\t"
        "sbb 32(%[p]), %%rsi\n\t"
        "sbb 40(%[p]), %%rdi\n\t"
        "cmovc %%r14, %%rax\n\t"
        "cmovc %%r8, %%rbx\n\t"
        "cmovc %%r9, %%rcx\n\t"
        "cmovc %%r10, %%rdx\n\t"
        "cmovc %%r11, %%rsi\n\t"
        "cmovc %%r12, %%rdi\n\t"
        "mov %[r], %%r8\n\t"
        "mov %%rax, (%%r8)\n\t"
        "mov %%rbx, 8(%%r8)\n\t"
        "mov %%rcx, 16(%%r8)\n\t"
        "mov %%rdx, 24(%%r8)\n\t"
        "mov %%rsi, 32(%%r8)\n\t"
        "mov %%rdi, 40(%%r8)\n\t"
        : "+r"(a_), "+r"(b_)
        : [p] "r"(FP_P), [inverse] "m"(inverse), [r] "m"(r)
        : "rax", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "cc", "memory");
}

FP_SMALL void fp_add(fp *r, const fp *a, const fp *b)
{
    uint64_t t0 = a->l[0], t1 = a->l[1], t2 = a->l[2], t3 = a->l[3], t4 = a->l[4], t5 = a->l[5];
    uint64_t d0, d1, d2, d3, d4, d5;
    __asm__("add %[b0], %[t0]\n\t"
            "adc %[b1], %[t1]\n\t"
            "adc %[b2], %[t2]\n\t"
            "adc %[b3], %[t3]\n\t"
            "adc %[b4], %[t4]\n\t"
            "adc %[b5], %[t5]\n\t"
            : [t0] "+r"(t0), [t1] "+r"(t1), [t2] "+r"(t2), [t3] "+r"(t3), [t4] "+r"(t4), [t5] "+r"(t5)
            : [b0] "m"(b->l[0]), [b1] "m"(b->l[1]), [b2] "m"(b->l[2]), [b3] "m"(b->l[3]), [b4] "m"(b->l[4]), [b5] "m"(b->l[5])
            : "cc");
    d0 = t0, d1 = t1, d2 = t2, d3 = t3, d4 = t4, d5 = t5;
    __asm__("sub %[p0], %[d0]\n\t"
            "sbb %[p1], %[d1]\n\t"
            "sbb %[p2], %[d2]\n\t"
            "sbb %[p3], %[d3]\n\t"
            "sbb %[p4], %[d4]\n\t"
            "sbb %[p5], %[d5]\n\t"
            "cmovc %[t0], %[d0]\n\t"
            "cmovc %[t1], %[d1]\n\t"
            "cmovc %[t2], %[d2]\n\t"
            "cmovc %[t3], %[d3]\n\t"
            "cmovc %[t4], %[d4]\n\t"
            "cmovc %[t5], %[d5]\n\t"
            : [d0] "+&r"(d0), [d1] "+&r"(d1), [d2] "+&r"(d2), [d3] "+&r"(d3), [d4] "+&r"(d4), [d5] "+&r"(d5)
            : [t0] "r"(t0), [t1] "r"(t1), [t2] "r"(t2), [t3] "r"(t3), [t4] "r"(t4), [t5] "r"(t5),
              [p0] "m"(FP_P[0]), [p1] "m"(FP_P[1]), [p2] "m"(FP_P[2]), [p3] "m"(FP_P[3]), [p4] "m"(FP_P[4]), [p5] "m"(FP_P[5])
            : "cc");
    r->l[0] = d0, r->l[1] = d1, r->l[2] = d2, r->l[3] = d3, r->l[4] = d4, r->l[5] = d5;
}

FP_SMALL void fp_sub(fp *r, const fp *a, const fp *b)
{
    uint64_t t0 = a->l[0], t1 = a->l[1], t2 = a->l[2], t3 = a->l[3], t4 = a->l[4], t5 = a->l[5], mask;
    __asm__("sub %[b0], %[t0]\n\t"
            "sbb %[b1], %[t1]\n\t"
            "sbb %[b2], %[t2]\n\t"
            "sbb %[b3], %[t3]\n\t"
            "sbb %[b4], %[t4]\n\t"
            "sbb %[b5], %[t5]\n\t"
            "sbb %[mask], %[mask]\n\t"
            : [t0] "+r"(t0), [t1] "+r"(t1), [t2] "+r"(t2), [t3] "+r"(t3), [t4] "+r"(t4), [t5] "+r"(t5), [mask] "=r"(mask)
            : [b0] "m"(b->l[0]), [b1] "m"(b->l[1]), [b2] "m"(b->l[2]), [b3] "m"(b->l[3]), [b4] "m"(b->l[4]), [b5] "m"(b->l[5])
            : "cc");
    const uint64_t m0 = FP_P0 & mask, m1 = FP_P1 & mask, m2 = FP_P2 & mask;
    const uint64_t m3 = FP_P3 & mask, m4 = FP_P4 & mask, m5 = FP_P5 & mask;
    __asm__("add %[m0], %[t0]\n\t"
            "adc %[m1], %[t1]\n\t"
            "adc %[m2], %[t2]\n\t"
            "adc %[m3], %[t3]\n\t"
            "adc %[m4], %[t4]\n\t"
            "adc %[m5], %[t5]\n\t"
            : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3), [t4] "+&r"(t4), [t5] "+&r"(t5)
            : [m0] "r"(m0), [m1] "r"(m1), [m2] "r"(m2), [m3] "r"(m3), [m4] "r"(m4), [m5] "r"(m5)
            : "cc");
    r->l[0] = t0, r->l[1] = t1, r->l[2] = t2, r->l[3] = t3, r->l[4] = t4, r->l[5] = t5;
}
