#include "TestEnvironment.h"

#include <stdlib.h>

// TestSupport/SharedEngine.swift.
extern void adjoint_prepare_shared_engine(void);

// Tests leave the user's kernel cache alone, and do not depend on what is in it; those of the cache
// itself name a folder of their own. Processes that tests start inherit the variable.
__attribute__((constructor)) static void prepare(void) {
  setenv("ADJOINT_CACHE", "off", 1);
  adjoint_prepare_shared_engine();
}
