"""TensorFlow, for tf.function as it is and compiled by XLA."""

import functools
import math
import os

import peer


class TensorFlow:
    compiled_by_xla = False

    def __init__(self, threads):
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
        if threads == 1:
            os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
        self.tf = tf
        self.version = tf.__version__
        self.function = functools.partial(
            tf.function, jit_compile=self.compiled_by_xla, autograph=False
        )
        self.exp, self.sin, self.tanh = tf.exp, tf.sin, tf.tanh
        self.sum, self.mean, self.square = tf.reduce_sum, tf.reduce_mean, tf.square
        self.sqrt, self.logsumexp = tf.sqrt, tf.reduce_logsumexp
        self.reshape, self.transpose = tf.reshape, tf.transpose
        self.relu, self.sigmoid = tf.nn.relu, tf.sigmoid
        self.softplus = tf.nn.softplus
        self.rows = tf.gather
        self.gelu = functools.partial(tf.nn.gelu, approximate=True)

    def matmul(self, x, weight):
        # tf.matmul takes no vector, and multiplies a batch of matrices one by one.
        if len(weight.shape) == 1:
            return self.tf.linalg.matvec(x, weight)
        if len(x.shape) == 3:
            return self.tf.tensordot(x, weight, 1)
        return self.tf.matmul(x, weight)

    def linear(self, x, weight, bias):
        return self.tf.nn.bias_add(self.matmul(x, weight), bias)

    def cross_entropy(self, scores, labels):
        losses = self.tf.nn.sparse_softmax_cross_entropy_with_logits(labels, scores)
        return self.tf.reduce_mean(losses)

    def layer_norm(self, x, scale, offset):
        mean, variance = self.tf.nn.moments(x, axes=[-1], keepdims=True)
        return self.tf.nn.batch_normalization(x, mean, variance, offset, scale, 1e-5)

    def batch_norm(self, x, scale, offset):
        mean, variance = self.tf.nn.moments(x, axes=[0])
        return self.tf.nn.batch_normalization(x, mean, variance, offset, scale, 1e-5)

    def attention(self, query, key, value):
        length, depth = query.shape[-2:]
        scores = self.tf.matmul(query, key, transpose_b=True) / math.sqrt(depth)
        visible = self.tf.linalg.band_part(self.tf.ones((length, length)), -1, 0) > 0
        weights = self.tf.nn.softmax(self.tf.where(visible, scores, -1e9))
        return self.tf.matmul(weights, value)

    def inputs(self, data):
        constants = {name: self.tf.constant(array) for name, array in data.inputs.items()}
        return peer.Inputs(constants, data.shapes)

    def parameters(self, data):
        return {name: self.tf.Variable(array) for name, array in data.parameters.items()}

    def program(self, function, names, *operands):
        """A program of a function; `names` makes named results of what it returns."""
        last = None

        def step():
            nonlocal last
            last = function(*operands)

        return peer.Program(step, lambda: names(last))

    def training(self, model, data):
        x = self.inputs(data)
        p = self.parameters(data)

        @self.function
        def update(x):
            x = peer.Inputs(x, data.shapes)
            with self.tf.GradientTape() as tape:
                loss = model.loss(self, p, x)
            slopes = tape.gradient(loss, p)
            for name, slope in slopes.items():
                if isinstance(slope, self.tf.IndexedSlices):
                    scaled = self.tf.IndexedSlices(data.rate * slope.values, slope.indices)
                    p[name].scatter_sub(scaled)
                else:
                    p[name].assign_sub(data.rate * slope)
            return loss

        def names(loss):
            return {"loss": loss.numpy()} | {name: value.numpy() for name, value in p.items()}

        return self.program(update, names, dict(x))

    def gradients(self, model, data):
        @self.function
        def differentiate(x):
            sources = {name: x[name] for name in data.gradient_sources}
            with self.tf.GradientTape() as tape:
                tape.watch(sources)
                value = model.loss(self, {}, peer.Inputs(x, data.shapes))
            return value, tape.gradient(value, sources)

        def names(result):
            value, slopes = result
            return {data.value_name: value.numpy()} | {
                "gradient." + name: slope.numpy() for name, slope in slopes.items()
            }

        return self.program(differentiate, names, dict(self.inputs(data)))

    def hessian_product(self, model, data):
        p = self.parameters(data)

        @self.function
        def product(x, directions):
            x = peer.Inputs(x, data.shapes)
            with self.tf.autodiff.ForwardAccumulator(
                list(p.values()), [directions[name] for name in p]
            ) as forward:
                with self.tf.GradientTape() as tape:
                    loss = model.loss(self, p, x)
                slopes = tape.gradient(loss, p)
            return {name: forward.jvp(slope) for name, slope in slopes.items()}

        directions = {name: self.tf.constant(array) for name, array in data.directions.items()}
        return self.program(
            product,
            lambda result: {"hessian_product." + name: value.numpy() for name, value in result.items()},
            dict(self.inputs(data)),
            directions,
        )

    def inference(self, model, data):
        p = self.parameters(data)

        @self.function
        def predict(x):
            return model.predict(self, p, peer.Inputs(x, data.shapes))

        return self.program(
            predict, lambda result: {"predictions": result.numpy()}, dict(self.inputs(data))
        )
