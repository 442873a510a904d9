// The CBLAS interface of macOS's Accelerate, in the form that Apple has recommended since macOS 13.3.
// Written for a Mac and not tried on one yet.
#pragma once
#define ACCELERATE_NEW_LAPACK
#include <Accelerate/Accelerate.h>

#include "../CBLAS/signatures.h"
