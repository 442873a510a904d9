// The CBLAS interface alone: any library that has it links (OpenBLAS, the reference BLAS, BLIS).
// Calls that only OpenBLAS has are looked up at run time.
#pragma once
#include <cblas.h>
