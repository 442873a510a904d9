#!/usr/bin/env python3
"""TensorFlow's graphs compiled by XLA: tf.function(jit_compile=True)."""

import peer
from tensorflow_system import TensorFlow


class CompiledTensorFlow(TensorFlow):
    name = "tf.xla"
    compiled_by_xla = True


if __name__ == "__main__":
    peer.main(CompiledTensorFlow)
