/* The one dispatch point: reads the processor's features once and lets every kernel choose its path. */
#include "fil.h"

#define FIL_KERNEL(name) void fil_select_##name(uint64_t cpu);
#include "kernels.def"
#undef FIL_KERNEL

#define MAX_KERNELS 64

static struct {
    const char *kernel;
    const char *path;
} uses[MAX_KERNELS];

static uint32_t use_count;

void fil_use(const char *kernel, const char *path)
{
    if (use_count < MAX_KERNELS) {
        uses[use_count].kernel = kernel;
        uses[use_count].path = path;
        use_count++;
    }
}

FIL_API uint32_t fil_abi_version(void)
{
    return FIL_ABI_VERSION;
}

/* Chooses every path and returns the features of the processor. Called once, before any kernel, by one thread;
   where use_extensions is zero every kernel takes its portable path. */
FIL_API uint64_t fil_init(uint32_t use_extensions)
{
    const uint64_t cpu = fil_cpu_features();
    const uint64_t usable = use_extensions ? cpu : 0;
    use_count = 0;
#define FIL_KERNEL(name) fil_select_##name(usable);
#include "kernels.def"
#undef FIL_KERNEL
    return cpu;
}

FIL_API uint32_t fil_kernel_count(void)
{
    return use_count;
}

FIL_API const char *fil_kernel_name(uint32_t index)
{
    return index < use_count ? uses[index].kernel : "";
}

FIL_API const char *fil_kernel_path(uint32_t index)
{
    return index < use_count ? uses[index].path : "";
}
