/* BLS12-381 with MULX, ADCX and ADOX. */
#define BLS_PATHS fil_bls_adx
#include "bls_paths.h"
