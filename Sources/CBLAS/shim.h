// The CBLAS interface alone: any library that has it links (OpenBLAS, the reference BLAS, BLIS).
#pragma once
#include <cblas.h>

#include "signatures.h"
