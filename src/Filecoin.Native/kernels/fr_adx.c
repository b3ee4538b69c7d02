/* Batch operations on Fr with the assembly of fr_adx.h. */
#define FIL_FR_ADX 1
#include "fr.c"
