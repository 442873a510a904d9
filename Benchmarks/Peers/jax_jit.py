#!/usr/bin/env python3
"""JAX: every step one jitted function, parameters donated."""

import functools
import math
import os

import peer
from jax_products import JaxProducts


class Jax(JaxProducts):
    name = "jax"

    def __init__(self, threads):
        if threads == 1:
            flags = "--xla_cpu_multi_thread_eigen=false"
            os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {flags}".strip()
        os.environ["JAX_PLATFORMS"] = "cpu"
        import jax

        # Every step is waited for, and handing it to another thread first only makes it slower.
        jax.config.update("jax_cpu_enable_async_dispatch", False)
        self.jax = jax
        self.version = jax.__version__
        self.array, self.constant = jax.numpy, jax.numpy.asarray
        self.exp, self.sin, self.tanh = jax.numpy.exp, jax.numpy.sin, jax.numpy.tanh
        self.cos, self.least, self.logsumexp = jax.numpy.cos, jax.numpy.min, jax.nn.logsumexp
        self.sum, self.mean, self.square = jax.numpy.sum, jax.numpy.mean, jax.numpy.square
        self.reshape, self.transpose = jax.numpy.reshape, jax.numpy.transpose
        self.matmul = jax.numpy.matmul
        self.sqrt = jax.numpy.sqrt
        self.relu, self.sigmoid = jax.nn.relu, jax.nn.sigmoid
        self.softplus = jax.nn.softplus
        self.gelu = functools.partial(jax.nn.gelu, approximate=True)

    def linear(self, x, weight, bias):
        return x @ weight + bias

    def rows(self, table, indices):
        return table[indices]

    def cross_entropy(self, scores, labels):
        logarithms = self.jax.nn.log_softmax(scores)
        chosen = self.jax.numpy.take_along_axis(logarithms, labels[:, None], axis=-1)
        return -self.jax.numpy.mean(chosen)

    def layer_norm(self, x, scale, offset):
        mean = x.mean(axis=-1, keepdims=True)
        centred = x - mean
        variance = self.square(centred).mean(axis=-1, keepdims=True)
        return centred * self.jax.lax.rsqrt(variance + 1e-5) * scale + offset

    def batch_norm(self, x, scale, offset):
        centred = x - x.mean(axis=0)
        variance = self.square(centred).mean(axis=0)
        return centred * self.jax.lax.rsqrt(variance + 1e-5) * scale + offset

    def attention(self, query, key, value):
        length, depth = query.shape[-2:]
        scores = query @ key.swapaxes(-1, -2) / math.sqrt(depth)
        visible = self.jax.numpy.tril(self.jax.numpy.ones((length, length), bool))
        scores = self.jax.numpy.where(visible, scores, -1e9)
        return self.jax.nn.softmax(scores) @ value

    def inputs(self, data):
        # Without it every array would be f32; it is asked when a function is traced.
        self.jax.config.update("jax_enable_x64", data.is_double)
        return {name: self.jax.numpy.asarray(array) for name, array in data.inputs.items()}

    def parameters(self, data):
        return {name: self.jax.numpy.array(array) for name, array in data.parameters.items()}

    def loss(self, model, data):
        """The loss as a function of parameters and inputs."""
        return lambda p, x: model.loss(self, p, peer.Inputs(x, data.shapes))

    def program(self, function, names, operands):
        """A program of a function; `names` makes named results of what it returns."""
        last = None

        def step():
            nonlocal last
            last = function(*operands)
            self.jax.block_until_ready(last)

        return peer.Program(step, lambda: names(last))

    def training(self, model, data):
        differentiate = self.jax.value_and_grad(self.loss(model, data))

        @functools.partial(self.jax.jit, donate_argnums=0)
        def update(p, x):
            value, slopes = differentiate(p, x)
            return value, {name: p[name] - data.rate * slopes[name] for name in p}

        x = self.inputs(data)
        value, p = None, self.parameters(data)

        def step():
            nonlocal value, p
            value, p = update(p, x)
            value.block_until_ready()

        return peer.Program(step, lambda: {"loss": value, **p})

    def gradients(self, model, data):
        loss = self.loss(model, data)
        x = self.inputs(data)
        sources = {name: x[name] for name in data.gradient_sources}
        rest = {name: value for name, value in x.items() if name not in sources}
        function = self.jax.jit(
            self.jax.value_and_grad(lambda sources, rest: loss({}, sources | rest)))

        def names(result):
            value, slopes = result
            return {data.value_name: value} | {
                "gradient." + name: slope for name, slope in slopes.items()
            }

        return self.program(function, names, (sources, rest))

    def hessian_product(self, model, data):
        loss = self.loss(model, data)

        @self.jax.jit
        def product(p, x, directions):
            return self.jax.jvp(self.jax.grad(lambda p: loss(p, x)), (p,), (directions,))[1]

        directions = {
            name: self.jax.numpy.asarray(array) for name, array in data.directions.items()
        }
        return self.program(
            product,
            lambda result: {"hessian_product." + name: value for name, value in result.items()},
            (self.parameters(data), self.inputs(data), directions),
        )

    def inference(self, model, data):
        predict = self.jax.jit(lambda p, x: model.predict(self, p, peer.Inputs(x, data.shapes)))
        return self.program(
            predict,
            lambda result: {"predictions": result},
            (self.parameters(data), self.inputs(data)),
        )


if __name__ == "__main__":
    peer.main(Jax)
