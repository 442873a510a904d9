"""Formulas as users write them, in families: activations and what surrounds them, losses, log-densities."""

import math

from expression import *

FORMULAS = []


class Formula:
    def __init__(
        self,
        family,
        name,
        formula,
        shapes,
        low=-2.0,
        high=2.0,
        whole=None,
        extreme=(),
        ranges=None,
        differs=None,
    ):
        self.family, self.name, self.formula, self.shapes = family, name, formula, shapes
        self.low, self.high, self.whole, self.extreme = low, high, whole or {}, extreme
        self.ranges = ranges or {}
        # Reasons why a quantity at a point is another one on purpose.
        self.differs = differs or {}


def add(family, name, formula, shapes, **settings):
    FORMULAS.append(Formula(family, name, formula, shapes, **settings))


def clip(x, low, high):
    return minimum(maximum(x, low), high)


def square(x):
    return x * x


# Activations: the name, the formula, and further points. Large logits are for spellings that a stable
# form covers or that are stable as they stand.
LOGITS = (-700.0, -38.0, -1e-9, 1e-9, 38.0, 700.0)
HUGE = (-1000.0, -800.0, -20.0, 17.0, 800.0, 1000.0)
TIES = (0.0, -0.0, 1.0, -1.0, 0.5, -3.0)
MILD = (-30.0, -5.0, -1e-9, 1e-9, 5.0, 30.0)
TINY = (5e-324, -5e-324, 1e-310, -1e-310, 2.2250738585072014e-308, 0.0)

ACTIVATIONS = {
    "relu-maximum": (lambda x: maximum(x, 0.0), HUGE, TIES),
    "relu-where": (lambda x: where(x > 0.0, x, 0.0), HUGE, TIES),
    "relu-cut": (lambda x: where(x <= 0.0, 0.0, x), HUGE, TIES),
    "relu-mask": (lambda x: x * cast(x > 0.0, "f64"), HUGE, TIES),
    "relu-abs": (lambda x: (x + absolute(x)) / 2.0, HUGE, TIES),
    "relu6": (lambda x: clip(x, 0.0, 6.0), HUGE, (0.0, 6.0, 3.0, -1.0, 7.0, 6.5)),
    "relu-squared": (lambda x: square(maximum(x, 0.0)), TIES),
    "leaky-where": (lambda x: where(x > 0.0, x, 0.01 * x), HUGE, TIES),
    "leaky-maximum": (lambda x: maximum(x, 0.2 * x), HUGE, TIES),
    "elu": (lambda x: where(x > 0.0, x, expm1(x)), HUGE, TIES),
    "elu-written": (lambda x: where(x > 0.0, x, 1.5 * (exp(x) - 1.0)), HUGE, TIES),
    "elu-guarded": (lambda x: where(x > 0.0, x, exp(where(x > 0.0, 0.0, x)) - 1.0), HUGE, TIES),
    "selu": (lambda x: 1.0507009873554805 * where(x > 0.0, x, 1.6732632423543772 * expm1(x)), HUGE, TIES),
    "celu": (lambda x: maximum(x, 0.0) + minimum(0.0, 0.7 * (exp(x / 0.7) - 1.0)), MILD),
    "softplus": (softplus, HUGE, TINY),
    "softplus-log": (lambda x: log(1.0 + exp(x)), LOGITS, HUGE),
    "softplus-log-turned": (lambda x: log(exp(x) + 1.0), LOGITS, HUGE),
    "softplus-log1p": (lambda x: log1p(exp(x)), LOGITS, HUGE),
    "softplus-abs": (lambda x: maximum(x, 0.0) + log1p(exp(-absolute(x))), HUGE),
    "softplus-beta": (lambda x: log(1.0 + exp(3.0 * x)) / 3.0, HUGE),
    "softplus-threshold": (lambda x: where(x > 20.0, x, log1p(exp(x))), LOGITS),
    "softplus-negative": (lambda x: log(1.0 + exp(-x)), LOGITS, HUGE),
    "sigmoid": (sigmoid, HUGE, TINY),
    "sigmoid-written": (lambda x: 1.0 / (1.0 + exp(-x)), HUGE),
    "sigmoid-reciprocal": (lambda x: reciprocal(1.0 + exp(-x)), HUGE),
    "sigmoid-fraction": (lambda x: exp(x) / (1.0 + exp(x)), HUGE),
    "sigmoid-tanh": (lambda x: 0.5 * (1.0 + tanh(0.5 * x)), MILD),
    "sigmoid-where": (lambda x: where(x >= 0.0, 1.0 / (1.0 + exp(-x)), exp(x) / (1.0 + exp(x))), LOGITS),
    "sigmoid-complement": (lambda x: 1.0 - sigmoid(x), MILD),
    "tanh": (tanh, HUGE, TINY),
    "tanh-sigmoid": (lambda x: 2.0 * sigmoid(2.0 * x) - 1.0, MILD),
    "tanh-exponentials": (lambda x: (exp(x) - exp(-x)) / (exp(x) + exp(-x)),),
    "tanh-double": (lambda x: (exp(2.0 * x) - 1.0) / (exp(2.0 * x) + 1.0),),
    "tanh-fraction": (lambda x: 1.0 - 2.0 / (exp(2.0 * x) + 1.0),),
    "silu": (lambda x: x * sigmoid(x), HUGE),
    "silu-written": (lambda x: x / (1.0 + exp(-x)), MILD),
    "silu-product": (lambda x: x * (1.0 / (1.0 + exp(-x))), HUGE),
    "swish-beta": (lambda x: x * sigmoid(1.7 * x), HUGE),
    "gelu-erf": (lambda x: 0.5 * x * (1.0 + erf(x / math.sqrt(2.0))), (-30.0, -6.0, -1e-9, 1e-9, 6.0, 30.0)),
    "gelu-erf-scaled": (lambda x: x * 0.5 * (1.0 + erf(x * math.sqrt(0.5))), TIES),
    "gelu-tanh": (
        lambda x: 0.5 * x * (1.0 + tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3.0))),
        (-30.0, -5.0, -1e-9, 1e-9, 5.0, 30.0),
    ),
    "gelu-tanh-products": (
        lambda x: 0.5 * x * (1.0 + tanh(0.7978845608028654 * (x + 0.044715 * x * x * x))),
        TIES,
    ),
    "gelu-tanh-factored": (
        lambda x: 0.5 * x * (1.0 + tanh(0.7978845608028654 * x * (1.0 + 0.044715 * x * x))),
        TIES,
    ),
    "gelu-sigmoid": (lambda x: x * sigmoid(1.702 * x), HUGE),
    "mish": (lambda x: x * tanh(softplus(x)), HUGE),
    "mish-written": (lambda x: x * tanh(log(1.0 + exp(x))), LOGITS),
    "mish-log1p": (lambda x: x * tanh(log1p(exp(x))), LOGITS),
    "mish-fraction": (lambda x: x * (square(1.0 + exp(x)) - 1.0) / (square(1.0 + exp(x)) + 1.0),),
    "hard-sigmoid": (lambda x: clip((x + 3.0) / 6.0, 0.0, 1.0), (-3.0, 3.0, 0.0, -4.0, 4.0, 1.0)),
    "hard-swish": (lambda x: x * clip(x + 3.0, 0.0, 6.0) / 6.0, (-3.0, 3.0, 0.0, -4.0, 4.0, 1.0)),
    "hard-tanh": (lambda x: clip(x, -1.0, 1.0), (-1.0, 1.0, 0.0, -2.0, 2.0, 0.5)),
    "softsign": (lambda x: x / (1.0 + absolute(x)), HUGE, TIES),
    "tanh-shrink": (lambda x: x - tanh(x), (-40.0, -5.0, -0.01, 0.01, 5.0, 40.0)),
    "soft-shrink": (lambda x: where(x > 0.5, x - 0.5, where(x < -0.5, x + 0.5, 0.0)), TIES),
    "soft-shrink-sign": (lambda x: sign(x) * maximum(absolute(x) - 0.5, 0.0), TIES),
    "hard-shrink": (lambda x: where(absolute(x) > 0.5, x, 0.0), TIES),
    "log-sigmoid": (lambda x: log(sigmoid(x)), LOGITS, HUGE),
    "log-sigmoid-softplus": (lambda x: -softplus(-x), HUGE),
    "log-sigmoid-written": (lambda x: -log(1.0 + exp(-x)), LOGITS, HUGE),
    "log-sigmoid-full": (lambda x: log(1.0 / (1.0 + exp(-x))), LOGITS, HUGE),
    "log-sigmoid-minimum": (lambda x: minimum(x, 0.0) - log1p(exp(-absolute(x))), HUGE),
    "log-sigmoid-complement": (lambda x: log(1.0 - sigmoid(x)), LOGITS, HUGE),
    "log-sigmoid-complement-full": (lambda x: log(1.0 - 1.0 / (1.0 + exp(-x))), LOGITS, HUGE),
    "log1p-minus-sigmoid": (lambda x: log1p(-sigmoid(x)), LOGITS),
    "gaussian": (lambda x: exp(-x * x), (-25.0, -5.0, -1e-9, 1e-9, 5.0, 25.0)),
    "gaussian-power": (lambda x: exp(-0.5 * x**2.0), TIES),
    "bent-identity": (lambda x: (sqrt(x * x + 1.0) - 1.0) / 2.0 + x, HUGE),
    "sinc": (
        lambda x: where(equal(x, 0.0), 1.0, sin(x) / where(equal(x, 0.0), 1.0, x)),
        (0.0, 1.0, -1.0, 3.0, -9.0, 0.5),
    ),
    "snake": (lambda x: x + square(sin(2.0 * x)) / 2.0, TIES),
    "isru": (lambda x: x / sqrt(1.0 + 0.5 * x * x), HUGE),
    "isru-rsqrt": (lambda x: x * rsqrt(1.0 + 0.5 * x * x), HUGE),
    "squareplus": (lambda x: (x + sqrt(x * x + 4.0)) / 2.0, (-50.0, -5.0, -1e-9, 1e-9, 5.0, 1e6)),
    "lisht": (lambda x: x * tanh(x), HUGE),
    "serf": (lambda x: x * erf(softplus(x)), MILD),
    "serf-written": (lambda x: x * erf(log(1.0 + exp(x))), MILD),
    "phish": (lambda x: x * tanh(0.5 * x * (1.0 + erf(x / math.sqrt(2.0)))), TIES),
    "log-cosh": (lambda x: log((exp(x) + exp(-x)) / 2.0),),
    "log-cosh-softplus": (lambda x: x + softplus(-2.0 * x) - math.log(2.0), HUGE),
    "log-cosh-abs": (lambda x: absolute(x) + log1p(exp(-2.0 * absolute(x))) - math.log(2.0), HUGE, TIES),
    "sinh": (lambda x: (exp(x) - exp(-x)) / 2.0, MILD),
    "cosh": (lambda x: 0.5 * (exp(x) + exp(-x)), MILD),
    "arcsinh": (lambda x: log(x + sqrt(x * x + 1.0)),),
    "smooth-step": (lambda x: square(clip(x, 0.0, 1.0)) * (3.0 - 2.0 * clip(x, 0.0, 1.0)), TIES),
    "exp-minus-one": (lambda x: exp(x) - 1.0, MILD, TINY),
    "log-exp": (lambda x: log(exp(x)), MILD),
    "cubic": (lambda x: x**3.0 - 2.0 * x**2.0 + x, TIES),
    "horner": (lambda x: ((0.5 * x - 1.0) * x + 2.0) * x - 0.25, TIES, TINY),
    "rational": (lambda x: (1.0 + x) / (2.0 + x * x), HUGE),
    "wave": (lambda x: sin(3.0 * x) * cos(x) - tan(0.5 * x), TIES),
    "smooth-abs": (lambda x: sqrt(x * x + 1e-6), TIES),
    "abs": (absolute, TIES, HUGE, TINY),
    "sawtooth": (lambda x: x - floor(x), (0.25, -0.25, 1.5, -1.5, 7.75, 0.5)),
    "rounded": (lambda x: x * round_(x) + ceil(x), (0.25, -0.25, 1.3, -1.6, 7.75, 0.6)),
    "straight-through": (lambda x: x + stop_gradient(round_(x) - x), (0.25, -0.25, 1.3, -1.6, 7.75, 0.6)),
    "stopped-scale": (lambda x: x / (1.0 + stop_gradient(absolute(x))), HUGE),
    "where-sqrt": (lambda x: where(x > 0.0, sqrt(x), 0.0), (-1.0, 0.0, 4.0, 1e-300, 1e300, -1e300)),
    "where-sqrt-scaled": (
        lambda x: where(x > 0.0, 2.0 * sqrt(3.0 * x) + x, x),
        (-1.0, 0.0, 4.0, 2.0, 9.0, -7.0),
    ),
    "where-log": (lambda x: where(x > 0.0, log(x), 0.0), (-1.0, 0.0, 4.0, 1e-300, 1e300, -1e300)),
    "where-log-else": (lambda x: where(x <= 0.0, x, log(x)), (-1.0, 0.0, 4.0, 1e-300, 1e300, -1e300)),
    "where-reciprocal": (lambda x: where(equal(x, 0.0), 0.0, 1.0 / x), (0.0, -0.0, 1.0, -2.0, 4.0, 8.0)),
    "where-divide": (lambda x: where(equal(x, 0.0), 1.0, sin(x) / x), (0.0, -0.0, 1.0, -2.0, 4.0, 8.0)),
    "where-expm1": (
        lambda x: where(absolute(x) < 1e-3, 1.0 + x / 2.0, expm1(x) / x),
        (0.0, -0.0, 1.0, -2.0, 4.0, 1e-4),
    ),
    "where-exp": (lambda x: where(x < 5.0, exp(x), x), (-9.0, 0.0, 4.0, 5.0, 1e3, 800.0)),
    "where-log1p": (lambda x: where(x > -1.0, log1p(x), -1.0), (-1.0, -2.0, 0.0, 3.0, 1e300, -0.5)),
    "where-power": (lambda x: where(x > 0.0, x**1.5, 0.0), (-1.0, 0.0, 4.0, 1.0, 9.0, -4.0)),
    "where-rsqrt": (lambda x: where(x > 0.0, rsqrt(x), 0.0), (-1.0, 0.0, 4.0, 1.0, 9.0, -4.0)),
    "where-xlogx": (lambda x: where(x > 0.0, x * log(x), 0.0), (0.0, -1.0, 1.0, 2.0, 1e-300, 5e-324)),
    "where-entropy": (
        lambda x: where((x > 0.0) & (x < 1.0), -x * log(x) - (1.0 - x) * log(1.0 - x), 0.0),
        (0.0, 1.0, 0.5, 2.0, -1.0, 1e-9),
    ),
    "where-softplus": (lambda x: where(x > 30.0, x, log(1.0 + exp(x))), HUGE),
    "where-sqrt-of-one-minus": (
        lambda x: where(absolute(x) < 1.0, sqrt(1.0 - x * x), 0.0),
        (1.0, -1.0, 0.0, 2.0, -3.0, 0.5),
    ),
}

VECTOR = {"x": (6,)}
for name, (function, *points) in ACTIVATIONS.items():
    add("activations", name, function, VECTOR, low=-3.0, high=3.0, extreme=[{"x": point} for point in points])
    add(
        "layers",
        f"dense-{name}",
        lambda x, w, b, f=function: f(x @ w + b),
        {"x": (2, 3), "w": (3, 2), "b": (2,)},
        low=-1.0,
        high=1.0,
    )
    add(
        "layers",
        f"gated-{name}",
        lambda x, y, f=function: sum_(f(x) * y, 1),
        {"x": (2, 3), "y": (2, 3)},
        low=-1.5,
        high=1.5,
    )
    add(
        "layers",
        f"mean-{name}",
        lambda x, s, f=function: mean(square(f(s * x))),
        {"x": (2, 2), "s": (2,)},
        low=0.1,
        high=1.6,
    )
