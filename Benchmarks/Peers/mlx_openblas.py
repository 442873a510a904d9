#!/usr/bin/env python3
"""MLX with the system's OpenBLAS in the place of the reference BLAS of its wheel.

The loader has to have the library before MLX's own, so the process starts itself anew with LD_PRELOAD.
"""

import ctypes
import ctypes.util
import os
import sys

LIBRARY = ctypes.util.find_library("openblas")
if LIBRARY and LIBRARY not in os.environ.get("LD_PRELOAD", ""):
    os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | {"LD_PRELOAD": LIBRARY})

import peer  # noqa: E402
from mlx_compiled import MLX  # noqa: E402


class PreloadedMLX(MLX):
    name = "mlx.openblas"

    def __init__(self, threads):
        super().__init__(threads)
        if not LIBRARY:
            raise SystemExit("There is no OpenBLAS to preload (Debian's libopenblas0-pthread).")
        library = ctypes.CDLL(None)
        library.openblas_get_config.restype = ctypes.c_char_p
        self.version += f" with {library.openblas_get_config().decode().strip()}"


if __name__ == "__main__":
    peer.main(PreloadedMLX)
