#include "TestEnvironment.h"

#include <stdlib.h>

// Tests leave the user's kernel cache alone, and do not depend on what is in it; those of the cache
// itself name a folder of their own. Processes that tests start inherit it.
__attribute__((constructor)) static void switch_cache_off(void) {
  setenv("ADJOINT_CACHE", "off", 1);
}
