#!/usr/bin/env python3
"""PyTorch in its eager mode."""

import peer
from torch_system import Torch


class EagerTorch(Torch):
    name = "torch"

    def training(self, model, data):
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
        x = self.inputs(data, requires_grad=True)
        value, slopes = None, None

        def step():
            nonlocal value, slopes
            value = model.loss(self, {}, x)
            slopes = self.torch.autograd.grad(value, list(x.values()))

        def results():
            named = {"gradient." + name: slope for name, slope in zip(x, slopes)}
            return self.numbers({data.value_name: value, **named})

        return peer.Program(step, results)

    def hessian_product(self, model, data):
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
            return self.numbers({"product." + name: value for name, value in zip(p, products)})

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
