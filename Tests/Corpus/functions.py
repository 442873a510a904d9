"""Functions that a formula calls, and composites: operators that Adjoint knows by name.

Either is a node of the expression with a body. The body of a composite is its definition as textbooks have it,
without any care for overflow, which wide numbers do not need.
"""

import inspect
import math

from expression import *


def _body(formula, operands, names):
    """The expression that a formula gives for operands of these shapes and types."""
    whole = {name for name, operand in zip(names, operands) if operand.dtype == "i32"}
    return Expression(formula, {name: o.shape for name, o in zip(names, operands)}, whole)


class Function:
    """A function of the graph. `vjp` and `jvp` are its own derivatives, of operands, results and directions."""

    def __init__(self, name, formula, vjp=None, jvp=None):
        self.name, self.formula, self.vjp, self.jvp = name, formula, vjp, jvp
        self.bodies = {}

    def __call__(self, *operands):
        operands = [lifted(o) for o in operands]
        key = tuple((o.shape, o.dtype) for o in operands)
        if key not in self.bodies:
            self.bodies[key] = self.recorded(operands)
        body = self.bodies[key]
        first = body.nodes[body.result]
        value = apply("call", operands, first.shape, first.dtype)
        value.node.body = body
        results = [value]
        for place, result in enumerate(body.results[1:], 1):
            made = body.nodes[result]
            results.append(apply("result", [value], made.shape, made.dtype, place=place))
        return results if len(results) > 1 else value

    def recorded(self, operands):
        names = list(inspect.signature(self.formula).parameters)
        body = _body(self.formula, operands, names)
        body.name, body.derivatives = self.name, {}
        results = [body.nodes[r] for r in body.results]
        floating = [o for o in operands if o.dtype != "i32"]
        for kind, formula, directions in (("vjp", self.vjp, results), ("jvp", self.jvp, floating)):
            if formula:
                values = list(operands) + results + list(directions)
                derivative = _body(formula, values, list(inspect.signature(formula).parameters))
                derivative.name, derivative.derivatives = f"{self.name}.{kind}", {}
                body.derivatives[kind] = derivative
        return body


def _called(expression, found):
    """The bodies that an expression calls, each behind those that it calls itself."""
    for node in expression.nodes:
        if node.operator == "call" and node.body not in found:
            for inner in [node.body, *node.body.derivatives.values()]:
                _called(inner, found)
            found += [*node.body.derivatives.values(), node.body]
    return found


def file_of(expression, name):
    """The lines of the file of a graph, without the version on top."""
    bodies, names, lines = _called(expression, []), {}, []
    for body in bodies:
        taken = sum(other.name == body.name for other in bodies[: bodies.index(body)])
        names[id(body)] = body.name + (f"_{taken + 1}" if taken else "")
        given = ", ".join(f"{kind} = @{names[id(d)]}" for kind, d in body.derivatives.items())
        lines.append(f"function {names[id(body)]}{f' ({given})' if given else ''} {{")
        lines += ["  " + line for line in body.text(names)] + ["}"]
    return lines + [f"graph {name} {{"] + ["  " + line for line in expression.text(names)] + ["}"]


def _composite(name, formula, operands, /, **attributes):
    body = _body(formula, operands, [f"x{place}" for place in range(len(operands))])
    value = apply(name, operands, body.shape, **attributes)
    value.node.body = body
    return value


def _axes_of(x, axis):
    axes = range(x.rank) if axis is None else [axis] if isinstance(axis, int) else axis
    return sorted(a % x.rank for a in axes)


def _over_axes(name, formula):
    def composite(x, axis=-1):
        axes = _axes_of(x, axis)
        return _composite(name, lambda x: formula(x, axes), [x], axes=axes)

    return composite


softmax = _over_axes("softmax", lambda x, axes: exp(x) / sum_(exp(x), axes, True))
log_softmax = _over_axes("log_softmax", lambda x, axes: x - log(sum_(exp(x), axes, True)))
log_sum_exp = _over_axes("log_sum_exp", lambda x, axes: log(sum_(exp(x), axes)))
mean_ = _over_axes("mean", mean)
variance_ = _over_axes("variance", variance)


def relu(x):
    return _composite("relu", lambda x: where(x > 0.0, x, 0.0 * x), [x])


def leaky_relu(x, slope):
    return _composite("leaky_relu", lambda x: where(x > 0.0, x, slope * x), [x], slope=slope)


def silu(x):
    return _composite("silu", lambda x: x / (1.0 + exp(-x)), [x])


def gelu(x):
    return _composite("gelu", lambda x: x * (1.0 + erf(x / sqrt(constant(2.0)))) / 2.0, [x])


def gelu_tanh(x):
    inner = lambda x: math.sqrt(2.0 / math.pi) * (x + 0.044715 * x * x * x)
    return _composite("gelu", lambda x: x * (1.0 + tanh(inner(x))) / 2.0, [x], approximation='"tanh"')


def layer_norm(x, scale, offset, epsilon=1e-5, axis=-1):
    axes = _axes_of(x, axis)

    def formula(x, scale, offset):
        return (x - mean(x, axes, True)) / sqrt(variance(x, axes, True) + epsilon) * scale + offset

    return _composite("layer_norm", formula, [x, scale, offset], axes=axes, epsilon=epsilon)


def cross_entropy(logits, labels):
    def formula(x, labels):
        chosen = equal(iota(x.shape, x.rank - 1, "i32"), reshape(labels, (*labels.shape, 1)))
        return mean(log(sum_(exp(x), -1)) - sum_(where(chosen, x, 0.0), -1))

    return _composite("cross_entropy", formula, [logits, labels])


def cross_entropy_probabilities(logits, probabilities):
    formula = lambda x, q: mean(log(sum_(exp(x), -1)) - sum_(q * x, -1))
    return _composite("cross_entropy_probabilities", formula, [logits, probabilities])


def mean_squared_error(predictions, targets):
    return _composite("mean_squared_error", lambda p, t: mean((p - t) ** 2.0), [predictions, targets])


def linear(x, weight, bias):
    return _composite("linear", lambda x, w, b: x @ w + b, [x, weight, bias])


def attention(queries, keys, values):
    def formula(q, k, v):
        s = exp(dot_general(q, k, ((1,), (1,))) / sqrt(constant(float(q.shape[1]))))
        return (s / sum_(s, 1, True)) @ v

    return _composite("attention", formula, [queries, keys, values])
