/* Constants of BLS12-381. Field elements are in Montgomery form, a * 2^384 mod p. Reference/Subgroups.cs and
   Fields/TowerConstants.cs compute the same ones from their definitions; property tests hold both against each other. */
#ifndef FIL_BLS_PARAMS_H
#define FIL_BLS_PARAMS_H

#include "fp.h"

/* |z|: the curve's parameter is -z. */
#define BLS_Z UINT64_C(0xd201000000010000)

/* 1 */
static const fp FP_ONE __attribute__((unused)) =
    { { 0x760900000002fffd, 0xebf4000bc40c0002, 0x5f48985753c758ba,
      0x77ce585370525745, 0x5c071a97a256ec6d, 0x15f65ec3fa80e493 } };

/* 2^768 mod p */
static const fp FP_R2 __attribute__((unused)) =
    { { 0xf4df1f341c341746, 0x0a76e6a609d104f1, 0x8de5476c4c95b6d5,
      0x67eb88a9939d83c0, 0x9a793e85b519952d, 0x11988fe592cae3aa } };

/* b of G1 */
static const fp FP_FOUR __attribute__((unused)) =
    { { 0xaa270000000cfff3, 0x53cc0032fc34000a, 0x478fe97a6b0a807f,
      0xb1d37ebee6ba24d7, 0x8ec9733bbf78ab2f, 0x09d645513d83de7e } };

/* 1/2 */
static const fp FP_HALF __attribute__((unused)) =
    { { 0x1804000000015554, 0x855000053ab00001, 0x633cb57c253c276f,
      0x6e22d1ec31ebb502, 0xd3916126f2d14ca2, 0x17fbb8571a006596 } };

/* the cube root of one with (BETA x, y) = -z^2 (x, y) on G1 */
static const fp FP_BETA __attribute__((unused)) =
    { { 0x30f1361b798a64e8, 0xf3b8ddab7ece5a2a, 0x16a8ca3ac61577f7,
      0xc26a2ff874fd029b, 0x3636b76660701c6e, 0x051ba4ab241b6160 } };

/* (1 + u)^((p - 1) / 6) */
static const fp2 FP2_FROBENIUS_W __attribute__((unused)) =
    { { { 0x07089552b319d465, 0xc6695f92b50a8313, 0x97e83cccd117228f,
      0xa35baecab2dc29ee, 0x1ce393ea5daace4d, 0x08f2220fb0fb66eb } },
    { { 0xb2f66aad4ce5d646, 0x5842a06bfc497cec, 0xcf4895d42599d394,
      0xc11b9cba40a8e8d0, 0x2e3813cbe5a0de89, 0x110eefda88847faf } } };

/* (1 + u)^((p - 1) / 3) */
static const fp2 FP2_FROBENIUS_V __attribute__((unused)) =
    { { { 0x0000000000000000, 0x0000000000000000, 0x0000000000000000,
      0x0000000000000000, 0x0000000000000000, 0x0000000000000000 } },
    { { 0xcd03c9e48671f071, 0x5dab22461fcda5d2, 0x587042afd3851b95,
      0x8eb60ebe01bacb9e, 0x03f97d6e83d050d2, 0x18f0206554638741 } } };

/* (1 + u)^(2(p - 1) / 3) */
static const fp2 FP2_FROBENIUS_V2 __attribute__((unused)) =
    { { { 0x890dc9e4867545c3, 0x2af322533285a5d5, 0x50880866309b7e2c,
      0xa20d1b8c7e881024, 0x14e4f04fe2db9068, 0x14e56d3f1564853a } },
    { { 0x0000000000000000, 0x0000000000000000, 0x0000000000000000,
      0x0000000000000000, 0x0000000000000000, 0x0000000000000000 } } };

/* 1 / (1 + u)^((p - 1) / 3) */
static const fp2 FP2_PSI_X __attribute__((unused)) =
    { { { 0x0000000000000000, 0x0000000000000000, 0x0000000000000000,
      0x0000000000000000, 0x0000000000000000, 0x0000000000000000 } },
    { { 0x890dc9e4867545c3, 0x2af322533285a5d5, 0x50880866309b7e2c,
      0xa20d1b8c7e881024, 0x14e4f04fe2db9068, 0x14e56d3f1564853a } } };

/* 1 / (1 + u)^((p - 1) / 2) */
static const fp2 FP2_PSI_Y __attribute__((unused)) =
    { { { 0x3e2f585da55c9ad1, 0x4294213d86c18183, 0x382844c88b623732,
      0x92ad2afd19103e18, 0x1d794e4fac7cf0b9, 0x0bd592fc7d825ec8 } },
    { { 0x7bcfa7a25aa30fda, 0xdc17dec12a927e7c, 0x2f088dd86b4ebef1,
      0xd1ca2087da74d4a7, 0x2da2596696cebc1d, 0x0e2b7eedbbfd87d2 } } };

/* (p + 1) / 4 */
static const uint64_t FP_SQRT_EXPONENT[6] __attribute__((unused)) =
    { 0xee7fbfffffffeaab, 0x07aaffffac54ffff, 0xd9cc34a83dac3d89, 0xd91dd2e13ce144af, 0x92c6e9ed90d2eb35, 0x0680447a8e5ff9a6 };

/* p - 2 */
static const uint64_t FP_INVERSE_EXPONENT[6] __attribute__((unused)) =
    { 0xb9feffffffffaaa9, 0x1eabfffeb153ffff, 0x6730d2a0f6b0f624, 0x64774b84f38512bf, 0x4b1ba7b6434bacd7, 0x1a0111ea397fe69a };

#endif
