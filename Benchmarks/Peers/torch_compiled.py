#!/usr/bin/env python3
"""PyTorch with torch.compile, whose default back end is Inductor.

A whole step is one compiled function: faster here than a compiled loss with its backward pass and a
compiled update called one after the other.
"""

import peer
from torch_system import Torch


class CompiledTorch(Torch):
    name = "torch.compile"

    def program(self, function, names, *operands):
        """A program of a function; `names` makes named results of what it returns."""
        compiled = self.torch.compile(function, dynamic=False)
        last = None

        def step():
            nonlocal last
            with self.torch.no_grad():
                last = compiled(*operands)

        return peer.Program(step, lambda: self.numbers(names(last)))

    def training(self, model, data):
        self.has_own_attention = True
        x = self.inputs(data)

        def update(p):
            slopes, loss = self.torch.func.grad_and_value(lambda p: model.loss(self, p, x))(p)
            for name, slope in slopes.items():
                p[name].sub_(data.rate * slope)
            return loss

        p = self.parameters(data, requires_grad=False)
        return self.program(update, lambda loss: {"loss": loss, **p}, p)

    def gradients(self, model, data):
        x = self.inputs(data)
        sources = {name: x[name] for name in data.gradient_sources}
        rest = {name: value for name, value in x.items() if name not in sources}
        shapes = data.shapes

        def loss(sources, rest):
            return model.loss(self, {}, peer.Inputs({**rest, **sources}, shapes))

        # A function of its own, for what torch.func returns cannot be compiled itself.
        def differentiate(sources, rest):
            return self.torch.func.grad_and_value(loss)(sources, rest)

        def names(result):
            slopes, value = result
            named = {"gradient." + name: slope for name, slope in slopes.items()}
            return {data.value_name: value, **named}

        return self.program(differentiate, names, sources, rest)

    def hessian_product(self, model, data):
        self.has_own_attention = False
        x = self.inputs(data)

        def product(p, directions):
            slopes = self.torch.func.grad(lambda p: model.loss(self, p, x))
            return self.torch.func.jvp(slopes, (p,), (directions,))[1]

        directions = {name: self.torch.from_numpy(v) for name, v in data.directions.items()}
        return self.program(
            product,
            lambda result: {"hessian_product." + name: value for name, value in result.items()},
            self.parameters(data, requires_grad=False),
            directions,
        )

    def inference(self, model, data):
        x = self.inputs(data)
        return self.program(
            lambda p: model.predict(self, p, x),
            lambda result: {"predictions": result},
            self.parameters(data, requires_grad=False),
        )


if __name__ == "__main__":
    peer.main(CompiledTorch)
