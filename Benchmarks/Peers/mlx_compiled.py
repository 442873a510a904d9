#!/usr/bin/env python3
"""MLX on the processor, as its wheel comes, with the reference BLAS: one compiled function a step.

It has no setting for threads: an operator runs on one thread of its own, whatever cores there are, and only a BLAS
that has threads uses more.
"""

import re

import numpy
import peer


class MLX:
    name = "mlx"
    # What mlx-swift would be asked for beside ours: perceptrons and element-wise chains.
    cases = re.compile("^(mlp|ew)_")

    def __init__(self, threads):
        import mlx.core as mx

        mx.set_default_device(mx.cpu)
        self.mx = mx
        self.version = mx.__version__
        self.exp, self.tanh, self.sigmoid = mx.exp, mx.tanh, mx.sigmoid
        self.sum = mx.sum

    def relu(self, x):
        return self.mx.maximum(x, 0)

    def linear(self, x, weight, bias):
        return self.mx.addmm(bias, x, weight)

    def cross_entropy(self, scores, labels):
        chosen = self.mx.take_along_axis(scores, labels[:, None], -1)
        return self.mx.mean(self.mx.logsumexp(scores, -1, keepdims=True) - chosen)

    def arrays(self, data):
        return {name: self.mx.array(array) for name, array in data.items()}

    @staticmethod
    def numbers(arrays):
        return {name: numpy.array(array) for name, array in arrays.items()}

    def training(self, model, data):
        mx, x, p = self.mx, self.arrays(data.inputs), self.arrays(data.parameters)
        value = None
        differentiate = mx.value_and_grad(lambda p, x: model.loss(self, p, x))

        @mx.compile
        def update(p, x):
            loss, slopes = differentiate(p, x)
            return loss, {name: p[name] - data.rate * slopes[name] for name in p}

        def step():
            nonlocal value, p
            value, p = update(p, x)
            mx.eval(value, p)

        return peer.Program(step, lambda: self.numbers({"loss": value, **p}))

    def gradients(self, model, data):
        mx, x = self.mx, self.arrays(data.inputs)
        sources = {name: x[name] for name in data.gradient_sources}
        rest = {name: value for name, value in x.items() if name not in sources}
        value, slopes = None, None
        function = mx.compile(mx.value_and_grad(
            lambda sources, rest: model.loss(self, {}, sources | rest)))

        def step():
            nonlocal value, slopes
            value, slopes = function(sources, rest)
            mx.eval(value, slopes)

        def results():
            named = {"gradient." + name: slope for name, slope in slopes.items()}
            return self.numbers({data.value_name: value, **named})

        return peer.Program(step, results)


if __name__ == "__main__":
    peer.main(MLX)
