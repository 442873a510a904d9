#!/usr/bin/env python3
"""TensorFlow's graphs: tf.function."""

import peer
from tensorflow_system import TensorFlow


class GraphTensorFlow(TensorFlow):
    name = "tf.function"


if __name__ == "__main__":
    peer.main(GraphTensorFlow)
