/* CPUID, with XGETBV for the registers that the operating system must save. */
#include "fil.h"

#if FIL_X86_64
#include <cpuid.h>

static uint64_t enabled_state(void)
{
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return ((uint64_t)high << 32) | low;
}

static int has(uint32_t word, int bit)
{
    return (word >> bit) & 1;
}

/* The SHA extensions have legacy encodings alone. Where upper halves of vector registers are in use, Intel's cores call microcode
   at the turns between such instructions and AVX, hundreds of cycles each; AMD's, and Hygon's of their design, do not. No feature
   bit says so, so the vendor does. Others count as slow. */
static int mixes_freely(void)
{
    uint32_t a, b, c, d;
    if (!__get_cpuid(0, &a, &b, &c, &d))
        return 0;
    return (b == signature_AMD_ebx && d == signature_AMD_edx && c == signature_AMD_ecx) /* AuthenticAMD */
        || (b == 0x6f677948 && d == 0x6e65476e && c == 0x656e6975);                    /* HygonGenuine */
}

uint64_t fil_cpu_features(void)
{
    uint32_t a, b, c, d, b7, c7, d7;
    uint64_t found = 0;

    if (!__get_cpuid(1, &a, &b, &c, &d))
        return 0;
    const uint32_t c1 = c;
    if (!__get_cpuid_count(7, 0, &a, &b7, &c7, &d7))
        b7 = c7 = 0;

    /* XCR0: bits 1 and 2 are XMM and YMM, 5 to 7 the AVX-512 masks and registers. */
    const uint64_t state = has(c1, 27) ? enabled_state() : 0;
    const int ymm = (state & 0x06) == 0x06;
    const int zmm = (state & 0xe6) == 0xe6;

    const int sse41 = has(c1, 9) && has(c1, 19);
    if (sse41)
        found |= FIL_CPU_SSE41;
    if (sse41 && has(b7, 29))
        found |= FIL_CPU_SHANI;
    if (has(b7, 3) && has(b7, 8))
        found |= FIL_CPU_BMI2;
    if (has(b7, 19))
        found |= FIL_CPU_ADX;
    if (ymm && has(c1, 28) && has(b7, 5))
        found |= FIL_CPU_AVX2;
    if (zmm && (found & FIL_CPU_AVX2) && has(b7, 16) && has(b7, 17) && has(b7, 30) && has(b7, 31)) {
        found |= FIL_CPU_AVX512;
        if (has(b7, 21))
            found |= FIL_CPU_AVX512IFMA;
        if (has(c7, 1) && has(c7, 6))
            found |= FIL_CPU_AVX512VBMI2;
    }
    if (mixes_freely())
        found |= FIL_CPU_FREE_MIX;
    return found;
}

#else

uint64_t fil_cpu_features(void)
{
    return 0;
}

#endif
