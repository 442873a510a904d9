#!/usr/bin/env python3
"""PyTensor: every step one compiled function over shared variables."""

import math
import os
import re

import peer


class PyTensor:
    name = "pytensor"
    # All but what its rewrites and Numba do not get through in ten minutes, thousands of scalars.
    cases = re.compile("^(?!swift_simulation)")

    def __init__(self, threads):
        flags = ["floatX=float32", "mode=NUMBA", f"base_compiledir={peer.CACHE / 'pytensor'}"]
        os.environ["PYTENSOR_FLAGS"] = ",".join(flags)
        import pytensor
        import pytensor.tensor

        self.pytensor = pytensor
        self.version = pytensor.__version__
        tensor = pytensor.tensor
        self.tensor = tensor
        self.exp, self.sin, self.tanh = tensor.exp, tensor.sin, tensor.tanh
        self.sum, self.mean, self.square = tensor.sum, tensor.mean, tensor.sqr
        self.sqrt, self.logsumexp = tensor.sqrt, tensor.logsumexp
        self.matmul, self.sigmoid, self.softplus = tensor.matmul, tensor.sigmoid, tensor.softplus

    def relu(self, x):
        return self.tensor.maximum(x, 0)

    def linear(self, x, weight, bias):
        return self.product(x, weight) + bias

    def product(self, x, weight):
        # A single product over all leading axes; as a batch it would be one call for each.
        if x.ndim == 3:
            rows = self.tensor.dot(x.reshape((-1, x.shape[-1])), weight)
            return rows.reshape((x.shape[0], x.shape[1], weight.shape[1]))
        return self.tensor.dot(x, weight)

    def matmul(self, x, weight):
        return self.product(x, weight)

    def reshape(self, x, shape):
        return x.reshape(shape)

    def transpose(self, x, axes):
        return x.transpose(*axes)

    def rows(self, table, indices):
        return table[indices]

    def cross_entropy(self, scores, labels):
        logarithms = self.tensor.special.log_softmax(scores, axis=-1)
        chosen = logarithms[self.tensor.arange(labels.shape[0]), labels]
        return -chosen.mean()

    def layer_norm(self, x, scale, offset):
        centred = x - x.mean(axis=-1, keepdims=True)
        variance = self.square(centred).mean(axis=-1, keepdims=True)
        return centred / self.tensor.sqrt(variance + 1e-5) * scale + offset

    def batch_norm(self, x, scale, offset):
        centred = x - x.mean(axis=0)
        variance = self.square(centred).mean(axis=0)
        return centred / self.tensor.sqrt(variance + 1e-5) * scale + offset

    def gelu(self, x):
        inner = math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)
        return 0.5 * x * (1 + self.tanh(inner))

    def attention(self, query, key, value):
        length, depth = query.type.shape[-2:]
        scores = self.tensor.matmul(query, key.transpose(0, 1, 3, 2)) / math.sqrt(depth)
        visible = self.tensor.tri(length, length, dtype="bool")
        scores = self.tensor.where(visible, scores, -1e9)
        return self.tensor.matmul(self.tensor.special.softmax(scores, axis=-1), value)

    def values(self, arrays):
        return peer.Inputs(
            {
                name: self.pytensor.shared(array, name=name, shape=array.shape)
                for name, array in arrays.items()
            },
            {name: array.shape for name, array in arrays.items()},
        )

    def program(self, outputs, updates=(), parameters=None):
        """A program of named outputs."""
        function = self.pytensor.function([], list(outputs.values()), updates=list(updates))
        function.trust_input = True
        last = None

        def step():
            nonlocal last
            last = function()

        def results():
            kept = {name: value.get_value() for name, value in (parameters or {}).items()}
            return dict(zip(outputs, last)) | kept

        return peer.Program(step, results, another=lambda: function.copy())

    def training(self, model, data):
        p = self.values(data.parameters)
        loss = model.loss(self, p, self.values(data.inputs))
        slopes = self.pytensor.grad(loss, list(p.values()))
        rate = self.tensor.constant(data.rate, dtype="float32")
        updates = [(value, value - rate * slope) for value, slope in zip(p.values(), slopes)]
        return self.program({"loss": loss}, updates, p)

    def gradients(self, model, data):
        x = self.values(data.inputs)
        value = model.loss(self, {}, x)
        sources = data.gradient_sources
        slopes = self.pytensor.grad(value, [x[name] for name in sources])
        named = {"gradient." + name: slope for name, slope in zip(sources, slopes)}
        return self.program({data.value_name: value, **named})

    def hessian_product(self, model, data):
        p = self.values(data.parameters)
        directions = self.values(data.directions)
        loss = model.loss(self, p, self.values(data.inputs))
        slopes = self.pytensor.grad(loss, list(p.values()))
        inner = sum(self.sum(slope * directions[name]) for name, slope in zip(p, slopes))
        products = self.pytensor.grad(inner, list(p.values()))
        return self.program({"hessian_product." + name: value for name, value in zip(p, products)})

    def inference(self, model, data):
        x = self.values(data.inputs)
        return self.program({"predictions": model.predict(self, self.values(data.parameters), x)})


if __name__ == "__main__":
    peer.main(PyTensor)
