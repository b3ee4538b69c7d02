/* What every kernel shares: the export mark, the binary interface version, processor features and path registration. */
#ifndef FIL_H
#define FIL_H

#include <stddef.h>
#include <stdint.h>

/* Raised with every incompatible change of an exported function; Interop/KernelLibrary.cs holds the same number. */
#define FIL_ABI_VERSION 3u

/* Exported functions are named fil_*; everything else stays hidden. */
#define FIL_API __attribute__((visibility("default")))

/* Processor features, the same bits as Interop/CpuFeatures.cs. A bit is set only where the operating system saves the registers too. */
#define FIL_CPU_SSE41 (UINT64_C(1) << 0)        /* SSSE3, SSE4.1 */
#define FIL_CPU_AVX2 (UINT64_C(1) << 1)
#define FIL_CPU_BMI2 (UINT64_C(1) << 2)         /* BMI1, BMI2 */
#define FIL_CPU_ADX (UINT64_C(1) << 3)
#define FIL_CPU_SHANI (UINT64_C(1) << 4)
#define FIL_CPU_AVX512 (UINT64_C(1) << 5)       /* F, DQ, BW, VL */
#define FIL_CPU_AVX512IFMA (UINT64_C(1) << 6)
#define FIL_CPU_AVX512VBMI2 (UINT64_C(1) << 7)  /* VBMI, VBMI2 */
#define FIL_CPU_FREE_MIX (UINT64_C(1) << 8)     /* legacy SSE among AVX on wide registers costs nothing */

/* True where a caller has all of the given features. */
#define FIL_HAS(cpu, features) (((cpu) & (features)) == (features))

/* Files whose name ends in an extension (see README.md) are compiled on x86-64 alone; what refers to them asks for this. */
#if defined(__x86_64__)
#define FIL_X86_64 1
#else
#define FIL_X86_64 0
#endif

#define FIL_LIKELY(x) __builtin_expect(!!(x), 1)
#define FIL_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define FIL_INLINE static inline __attribute__((always_inline))

/* The features of this processor. */
uint64_t fil_cpu_features(void);

/* Called by a selector (kernels.def) for each of its kernels: the name it is reported by and the path it took. Both are literals. */
void fil_use(const char *kernel, const char *path);

#endif
