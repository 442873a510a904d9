"""Derivative products of PyTorch by torch.func, eager or compiled as `program` does it."""

import peer


class TorchProducts:
    """What both classes of PyTorch can make beside steps and gradients."""

    def hessian(self, model, data):
        function, x = self.of_source(model.loss, data)
        return self.program(
            lambda value, rest: self.torch.func.hessian(function)(value, rest),
            lambda h: {"hessian." + data.source: h}, *x)

    def jacobian(self, model, data):
        function, x = self.of_source(model.predict, data)
        by = self.torch.func.jacfwd if data.has_fewer_sources else self.torch.func.jacrev
        return self.program(
            lambda value, rest: by(function)(value, rest),
            lambda j: {"jacobian." + data.source: j}, *x)

    def of_source(self, function, data):
        """A function of the one source and of the rest, and the values of both."""
        # Not within the function: a compiler would follow how they are found.
        shapes, source = data.shapes, data.source
        x = dict(self.inputs(data))
        value = x.pop(source)

        def of(value, rest):
            return function(self, {}, peer.Inputs({**rest, source: value}, shapes))

        return of, (value, x)

    def newton(self, model, data):
        function, x = self.of_source(model.loss, data)

        def direction(value, rest):
            differentiate = self.torch.func.grad_and_value(lambda value: function(value, rest))
            ones = self.torch.ones_like(value)
            (slopes, cost), (curvature, _) = self.torch.func.jvp(differentiate, (value,), (ones,))
            return cost, slopes / curvature

        return self.program(
            direction, lambda pair: {"value": pair[0], "newton." + data.source: pair[1]}, *x)

    def row_gradients(self, model, data):
        x = self.inputs(data)

        def blocks(x):
            operands = model.operands(self, x)
            errors, pull = self.torch.func.vjp(lambda s: tuple(model.errors(self, s, x)), operands)
            results = {f"errors.{row}": error for row, error in enumerate(errors)}
            for row in range(len(errors)):
                ones = tuple(
                    (self.torch.ones_like if row == other else self.torch.zeros_like)(error)
                    for other, error in enumerate(errors))
                (slopes,) = pull(ones)
                results |= {f"rows.{row}.{name}": slope for name, slope in slopes.items()}
            return {name: results[name] for name in data.outputs}

        return self.program(blocks, dict, dict(x))

    def example_gradients(self, model, data):
        shapes = data.shapes
        x = self.inputs(data)

        def loss(p, features, labels):
            example = {"features": features[None], "labels": labels[None]}
            return model.loss(self, p, peer.Inputs(example, shapes))

        def gradients(p, features, labels):
            return self.torch.func.vmap(self.torch.func.grad(loss), (None, 0, 0))(
                p, features, labels)

        return self.program(
            gradients,
            lambda slopes: {"example." + name: slope for name, slope in slopes.items()},
            self.parameters(data, requires_grad=False), x["features"], x["labels"],
        )
