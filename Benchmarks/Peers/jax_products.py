"""Derivative products of JAX: each one jitted function."""

import peer


class JaxProducts:
    """What the class of jax_jit.py can make beside steps and gradients."""

    def hessian(self, model, data):
        function, x = self.of_source(model.loss, data)
        return self.program(
            self.jax.jit(self.jax.hessian(function)), lambda h: {"hessian." + data.source: h}, x)

    def jacobian(self, model, data):
        function, x = self.of_source(model.predict, data)
        by = self.jax.jacfwd if data.has_fewer_sources else self.jax.jacrev
        return self.program(self.jax.jit(by(function)), lambda j: {"jacobian." + data.source: j}, x)

    def of_source(self, function, data):
        """A function of the one source and of the rest, and the values of both."""
        shapes, source = data.shapes, data.source
        x = self.inputs(data)
        value = x.pop(source)

        def of(value, rest):
            return function(self, {}, peer.Inputs({**rest, source: value}, shapes))

        return of, (value, x)

    def newton(self, model, data):
        function, x = self.of_source(model.loss, data)

        @self.jax.jit
        def direction(value, rest):
            differentiate = self.jax.value_and_grad(lambda value: function(value, rest))
            ones = self.jax.numpy.ones_like(value)
            (cost, slopes), (_, curvature) = self.jax.jvp(differentiate, (value,), (ones,))
            return cost, slopes / curvature

        return self.program(
            direction, lambda pair: {"value": pair[0], "newton." + data.source: pair[1]}, x)

    def row_gradients(self, model, data):
        @self.jax.jit
        def blocks(x):
            operands = model.operands(self, x)
            errors, pull = self.jax.vjp(lambda s: model.errors(self, s, x), operands)
            zeros = [self.jax.numpy.zeros_like(error) for error in errors]
            results = {f"errors.{row}": error for row, error in enumerate(errors)}
            for row, error in enumerate(errors):
                ones = self.jax.numpy.ones_like(error)
                (slopes,) = pull(zeros[:row] + [ones] + zeros[row + 1 :])
                results |= {f"rows.{row}.{name}": slope for name, slope in slopes.items()}
            # What is not asked for is not computed.
            return {name: results[name] for name in data.outputs}

        return self.program(blocks, dict, (self.inputs(data),))

    def example_gradients(self, model, data):
        shapes = data.shapes
        def loss(p, features, labels):
            x = {"features": features[None], "labels": labels[None]}
            return model.loss(self, p, peer.Inputs(x, shapes))

        gradient = self.jax.jit(self.jax.vmap(self.jax.grad(loss), (None, 0, 0)))
        x = self.inputs(data)
        return self.program(
            gradient,
            lambda slopes: {"example." + name: slope for name, slope in slopes.items()},
            (self.parameters(data), x["features"], x["labels"]),
        )
