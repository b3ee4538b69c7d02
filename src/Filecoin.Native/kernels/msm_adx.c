/* Multi-scalar multiplication with MULX, ADCX and ADOX. */
#define MSM_PATHS fil_msm_adx
#include "msm_scalar.h"
