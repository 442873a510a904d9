#!/usr/bin/env python3
"""PyTorch in its eager mode."""

import peer
from torch_system import Torch


class EagerTorch(Torch):
    name = "torch"

    def program(self, function, names, *operands):
        """A program of a function; `names` makes named results of what it returns."""
        last = None

        def step():
            nonlocal last
            last = function(*operands)

        return peer.Program(step, lambda: self.numbers(names(last)))

    def training(self, model, data):
        self.has_own_attention = True
        x = self.inputs(data)
        p = self.parameters(data)
        optimizer = self.torch.optim.SGD(p.values(), lr=data.rate)
        value = None

        def step():
            nonlocal value
            optimizer.zero_grad(set_to_none=True)
            value = model.loss(self, p, x)
            value.backward()
            optimizer.step()

        return peer.Program(step, lambda: self.numbers({"loss": value, **p}))

    def gradients(self, model, data):
        x = self.inputs(data, data.gradient_sources)
        sources = [x[name] for name in data.gradient_sources]
        value, slopes = None, None

        def step():
            nonlocal value, slopes
            value = model.loss(self, {}, x)
            slopes = self.torch.autograd.grad(value, sources)

        def results():
            named = {"gradient." + name: s for name, s in zip(data.gradient_sources, slopes)}
            return self.numbers({data.value_name: value, **named})

        return peer.Program(step, results)

    def hessian_product(self, model, data):
        self.has_own_attention = False
        x = self.inputs(data)
        p = self.parameters(data)
        directions = [self.torch.from_numpy(array) for array in data.directions.values()]
        values = list(p.values())
        products = None

        # Reverse over reverse, which is faster here than torch.func's forward over reverse.
        def step():
            nonlocal products
            value = model.loss(self, p, x)
            slopes = self.torch.autograd.grad(value, values, create_graph=True)
            products = self.torch.autograd.grad(slopes, values, grad_outputs=directions)

        def results():
            return self.numbers({"hessian_product." + name: value for name, value in zip(p, products)})

        return peer.Program(step, results)

    def inference(self, model, data):
        x = self.inputs(data)
        p = self.parameters(data, requires_grad=False)
        result = None

        def step():
            nonlocal result
            with self.torch.inference_mode():
                result = model.predict(self, p, x)

        return peer.Program(step, lambda: {"predictions": result.numpy()})


if __name__ == "__main__":
    peer.main(EagerTorch)
