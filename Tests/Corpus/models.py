"""Formulas as users write them, in families: log-densities, norms, products, networks, movement, science."""

import math

from expression import *
from formulas import add, square
from softmax import LOGSOFTMAX, logsumexp

HALF_LOG_TAU = 0.5 * math.log(2 * math.pi)


def normal(x, m=0.0, s=1.0):
    return -0.5 * square((x - m) / s) - (log(s) if isinstance(s, Value) else math.log(s)) - HALF_LOG_TAU


# Log-densities of x with a location m and a positive scale s.
LOCATED = {
    "normal": normal,
    "normal-log": lambda x, m, s: log(exp(-0.5 * square((x - m) / s)) / (s * math.sqrt(2 * math.pi))),
    "normal-precision": lambda x, m, s: 0.5 * log(s) - 0.5 * s * square(x - m) - HALF_LOG_TAU,
    "normal-log-scale": lambda x, m, s: -0.5 * square((x - m) * exp(-s)) - s - HALF_LOG_TAU,
    "normal-variance": lambda x, m, s: -0.5 * (log(2 * math.pi * s) + (x - m) ** 2.0 / s),
    "normal-softplus": lambda x, m, s: normal(x, m, softplus(s) + 1e-3),
    "student-3": lambda x, m, s: -2.0 * log1p(square((x - m) / s) / 3.0) - log(s),
    "student-5": lambda x, m, s: -3.0 * log(1.0 + ((x - m) / s) ** 2.0 / 5.0) - log(s),
    "logistic": lambda x, m, s: -(x - m) / s - log(s) - 2.0 * softplus(-(x - m) / s),
    "logistic-log": lambda x, m, s: -(x - m) / s - log(s) - 2.0 * log(1.0 + exp(-(x - m) / s)),
    "logistic-sigmoid": lambda x, m, s: log(sigmoid((x - m) / s)) + log(1.0 - sigmoid((x - m) / s)) - log(s),
    "laplace": lambda x, m, s: -absolute(x - m) / s - log(2.0 * s),
    "cauchy": lambda x, m, s: -math.log(math.pi) - log(s) - log1p(square((x - m) / s)),
    "cauchy-log": lambda x, m, s: -log(math.pi * s * (1.0 + ((x - m) / s) ** 2.0)),
    "von-mises": lambda x, m, s: s * cos(x - m),
    "wrapped": lambda x, m, s: log(1.0 + s * cos(x - m) / 3.0),
    "gumbel": lambda x, m, s: -((x - m) / s + exp(-(x - m) / s)) - log(s),
    "hyperbolic-secant": lambda x, m, s: -log(exp(1.5 * (x - m) / s) + exp(-1.5 * (x - m) / s)) - log(s),
    "skew-normal": lambda x, m, s: normal(x, m, s)
    + log(0.5 * (1.0 + erf(2.0 * (x - m) / s / math.sqrt(2.0))))
    + math.log(2.0),
    "truncated-normal": lambda x, m, s: normal(x, m, s)
    - log(0.5 * (erf((3.0 - m) / (s * math.sqrt(2.0))) - erf((-3.0 - m) / (s * math.sqrt(2.0))))),
    "asymmetric-laplace": lambda x, m, s: -where(x >= m, 0.7 * (x - m), -0.3 * (x - m)) / s - log(s),
    "mixture-2": lambda x, m, s: logsumexp(
        concatenate(
            [
                reshape(v, (3, 1))
                for v in (math.log(0.3) + normal(x, m, s), math.log(0.7) + normal(x, m + 1.0, 2.0 * s))
            ],
            1,
        )
    ),
    "mixture-written": lambda x, m, s: log(0.3 * exp(normal(x, m, s)) + 0.7 * exp(normal(x, -m, 2.0 * s))),
    "mixture-student": lambda x, m, s: log(
        0.5 * exp(-2.0 * log1p(square((x - m) / s))) + 0.5 * exp(-absolute(x + m))
    ),
    "spike-and-slab": lambda x, m, s: log(0.5 * exp(normal(x, m, s)) + 0.5 * exp(normal(x, m, 0.1 * s))),
    "horseshoe-like": lambda x, m, s: log(log1p(2.0 / (square((x - m) / s) + 0.1))),
}
for name, function in LOCATED.items():
    settings = {"ranges": {"s": (0.5, 2.0)}, "low": -1.5, "high": 1.5}
    add("densities", name, function, {"x": (3,), "m": (3,), "s": (3,)}, **settings)
    add(
        "densities",
        f"{name}-joint",
        lambda x, m, s, f=function: sum_(f(x, broadcast(m, (3,)), broadcast(s, (3,)))),
        {"x": (3,), "m": (), "s": ()},
        **settings,
    )
    add(
        "densities",
        f"{name}-regression",
        lambda w, z, x, s, f=function: sum_(f(x, z @ w, exp(broadcast(s, (3,))))),
        {"w": (2,), "z": (3, 2), "x": (3,), "s": ()},
        low=-1.0,
        high=1.0,
    )

# Log-densities of a positive x with two positive parameters.
POSITIVE = {
    "exponential": lambda x, a, b: log(a) - a * x + 0.0 * b,
    "log-normal": lambda x, a, b: normal(log(x), a, b) - log(x),
    "weibull": lambda x, a, b: log(a / b) + (a - 1.0) * log(x / b) - (x / b) ** a,
    "pareto": lambda x, a, b: log(a) + a * log(b) - (a + 1.0) * log(x + b),
    "rayleigh": lambda x, a, b: log(x) - 2.0 * log(a) - square(x / a) / 2.0 - b,
    "gamma-kernel": lambda x, a, b: (a - 1.0) * log(x) - b * x + a * log(b),
    "inverse-gamma-kernel": lambda x, a, b: -(a + 1.0) * log(x) - b / x,
    "inverse-gaussian": lambda x, a, b: 0.5 * log(b / (2.0 * math.pi * x**3.0))
    - b * square(x - a) / (2.0 * square(a) * x),
    "log-logistic": lambda x, a, b: log(b / a) + (b - 1.0) * log(x / a) - 2.0 * log1p((x / a) ** b),
    "gompertz": lambda x, a, b: log(a * b) + a + b * x - a * exp(b * x),
    "half-cauchy": lambda x, a, b: -log1p(square(x / a)) - log(a) - b,
    "maxwell": lambda x, a, b: 2.0 * log(x) - 3.0 * log(a) - x**2.0 / (2.0 * a**2.0) + b,
    "frechet": lambda x, a, b: log(a / b) - (1.0 + a) * log(x / b) - (x / b) ** (-a),
    "f-kernel": lambda x, a, b: a * log(x) - (a + b) * log(a * x + b),
    "poisson-kernel": lambda x, a, b: x * log(a) - a + b * log(x),
    "beta-kernel": lambda x, a, b: (a - 1.0) * log(x / (1.0 + x)) + (b - 1.0) * log(1.0 - x / (1.0 + x)),
    "kumaraswamy": lambda x, a, b: (a - 1.0) * log(x / 4.0)
    + (b - 1.0) * log(1.0 - (x / 4.0) ** a)
    + log(a * b),
}
for name, function in POSITIVE.items():
    add("densities", name, function, {"x": (3,), "a": (3,), "b": (3,)}, low=0.4, high=2.5)
    add(
        "densities",
        f"{name}-log-parameters",
        lambda x, u, v, f=function: sum_(f(x, exp(broadcast(u, (3,))), exp(broadcast(v, (3,))))),
        {"x": (3,), "u": (), "v": ()},
        low=-0.8,
        high=0.8,
        ranges={"x": (0.5, 2.0)},
    )
add(
    "densities",
    "bernoulli-logits",
    lambda z, k: sum_(k * z - softplus(z)),
    {"z": (4,), "k": (4,)},
    ranges={"k": (0.0, 1.0, 1.0, 0.0)},
    extreme=[{"z": (800.0, -800.0, 40.0, -40.0), "k": (0.0, 1.0, 1.0, 0.0)}],
)
add(
    "densities",
    "binomial-kernel",
    lambda p, k: sum_(k * log(p) + (5.0 - k) * log1p(-p)),
    {"p": (3,), "k": (3,)},
    low=0.1,
    high=0.9,
    extreme=[{"p": (1e-300, 1.0 - 1e-15, 0.5), "k": (1.0, 2.0, 3.0)}],
)
add(
    "densities",
    "probit",
    lambda z, k: sum_(k * log(0.5 * (1.0 + erf(z))) + (1.0 - k) * log(0.5 * (1.0 - erf(z)))),
    {"z": (3,), "k": (3,)},
    low=-1.0,
    high=1.0,
    ranges={"k": (1.0, 0.0, 1.0)},
)
add(
    "densities",
    "dirichlet-kernel",
    lambda z, a: sum_((a - 1.0) * LOGSOFTMAX["logsumexp"](z)),
    {"z": (2, 3), "a": (3,)},
    ranges={"a": (0.5, 2.0)},
)
add(
    "densities",
    "normal-cholesky",
    lambda x, l: -0.5
    * (
        square(slice_(x, 0, 0, 1) / exp(slice_(l, 0, 0, 1)))
        + square(
            (slice_(x, 0, 1, 2) - slice_(l, 0, 1, 2) * slice_(x, 0, 0, 1) / exp(slice_(l, 0, 0, 1)))
            / exp(slice_(l, 0, 2, 3))
        )
    )
    - slice_(l, 0, 0, 1)
    - slice_(l, 0, 2, 3),
    {"x": (2,), "l": (3,)},
)
add("densities", "normal-precision-matrix", lambda x, a: -0.5 * sum_((x @ a) * x), {"x": (2, 3), "a": (3, 3)})
add(
    "densities",
    "gaussian-mixture",
    lambda x, m, w: sum_(
        logsumexp(LOGSOFTMAX["minus-log"](w) - 0.5 * sum_(square(reshape(x, (3, 1, 2)) - m), 2))
    ),
    {"x": (3, 2), "m": (2, 2), "w": (2,)},
)
add(
    "densities",
    "hierarchical",
    lambda y, e, m, s: sum_(normal(y, m + exp(s) * e, 0.5)) + sum_(normal(e)) + normal(m) + normal(s),
    {"y": (3,), "e": (3,), "m": (), "s": ()},
)
add(
    "densities",
    "divergence-normal",
    lambda m, s: 0.5 * sum_(exp(s) + square(m) - 1.0 - s),
    {"m": (3,), "s": (3,)},
)
add(
    "densities",
    "divergence-bernoulli",
    lambda p, q: sum_(p * log(p / q) + (1.0 - p) * log((1.0 - p) / (1.0 - q))),
    {"p": (3,), "q": (3,)},
    low=0.1,
    high=0.9,
)
add(
    "densities",
    "divergence-jensen-shannon",
    lambda p, q: 0.5 * sum_(p * log(2.0 * p / (p + q)) + q * log(2.0 * q / (p + q))),
    {"p": (4,), "q": (4,)},
    low=0.1,
    high=1.0,
)

# Norms, normalisations and distances.
NORMS = {
    "l1": lambda x: sum_(absolute(x), 1),
    "l2": lambda x: sqrt(sum_(x * x, 1)),
    "l2-power": lambda x: sum_(x**2.0, 1) ** 0.5,
    "l2-guarded": lambda x: sqrt(where(sum_(x * x, 1) > 0.0, sum_(x * x, 1), 1.0))
    * cast(sum_(x * x, 1) > 0.0, "f64"),
    "l2-where": lambda x: where(sum_(x * x, 1) > 0.0, sqrt(sum_(x * x, 1)), 0.0),
    "l2-epsilon": lambda x: sqrt(sum_(x * x, 1) + 1e-12),
    "l3": lambda x: sum_(absolute(x) ** 3.0, 1) ** (1 / 3),
    "l4": lambda x: sum_(x**4.0, 1) ** 0.25,
    "maximum": lambda x: max_(absolute(x), 1),
    "smooth-maximum": lambda x: log(sum_(exp(5.0 * x), 1)) / 5.0,
    "log-of-square": lambda x: log(sum_(x * x, 1)),
    "range": lambda x: max_(x, 1) - min_(x, 1),
    "mean": lambda x: mean(x, 1),
    "variance": lambda x: variance(x, 1),
    "variance-moments": lambda x: mean(x * x, 1) - square(mean(x, 1)),
    "deviation": lambda x: sqrt(variance(x, 1)),
    "skewness": lambda x: mean((x - mean(x, 1, True)) ** 3.0, 1) / variance(x, 1) ** 1.5,
    "unit": lambda x: x / sqrt(sum_(x * x, 1, True)),
    "unit-rsqrt": lambda x: x * rsqrt(sum_(x * x, 1, True) + 1e-8),
    "unit-l1": lambda x: x / sum_(absolute(x), 1, True),
    "layer-norm": lambda x: (x - mean(x, 1, True)) / sqrt(variance(x, 1, True) + 1e-5),
    "layer-norm-rsqrt": lambda x: (x - mean(x, 1, True)) * rsqrt(variance(x, 1, True) + 1e-5),
    "layer-norm-moments": lambda x: (x - mean(x, 1, True))
    / sqrt(mean(x * x, 1, True) - square(mean(x, 1, True)) + 1e-3),
    "rms-norm": lambda x: x * rsqrt(mean(x * x, 1, True) + 1e-6),
    "rms-norm-sqrt": lambda x: x / sqrt(mean(x**2.0, 1, True) + 1e-6),
    "batch-norm": lambda x: (x - mean(x, 0, True)) / sqrt(variance(x, 0, True) + 1e-5),
    "standardised": lambda x: (x - mean(x)) / sqrt(variance(x)),
    "min-max": lambda x: (x - min_(x, 1, True)) / (max_(x, 1, True) - min_(x, 1, True)),
    "group-norm": lambda x: reshape(
        (lambda g: (g - mean(g, 2, True)) / sqrt(variance(g, 2, True) + 1e-5))(reshape(x, (2, 2, 2))), (2, 4)
    ),
    "squash": lambda x: x
    * (sum_(x * x, 1, True) / (1.0 + sum_(x * x, 1, True)))
    / sqrt(sum_(x * x, 1, True) + 1e-9),
    "product": lambda x: product(x, 1),
    "product-columns": lambda x: product(x, 0),
    "product-all": product,
    "log-product": lambda x: log(absolute(product(x, 1))),
    "product-of-sigmoids": lambda x: product(sigmoid(x), 1),
    "product-noisy-or": lambda x: 1.0 - product(1.0 - sigmoid(x), 1),
    "geometric-mean": lambda x: product(absolute(x), 1) ** 0.25,
    "product-over-sum": lambda x: product(x, 1) / sum_(exp(x), 1),
    "product-of-three": lambda x: product(reshape(x, (2, 2, 2)), [0, 2]),
    "product-by-logarithms": lambda x: exp(sum_(log(absolute(x)), 1)),
    "minimum": lambda x: min_(x, 1),
    "maximum-all": lambda x: square(max_(x)),
    "maximum-columns": lambda x: max_(x * x, 0),
    "top-difference": lambda x: max_(x, 1, True) - x,
    "margin": lambda x: sum_(maximum(0.0, 1.0 + x - max_(x, 1, True)), 1),
}
TIED = {"x": (1.0, 2.0, 2.0, -1.0, 0.5, 0.5, 0.5, 0.5)}
ZEROS = [
    {"x": (1.0, 0.0, 3.0, -1.0, 0.0, 0.0, 2.0, 5.0)},
    {"x": (0.0, 0.0, 0.0, 7.0, 1e-20, 1e-22, 1e30, 1e15)},
]
SPREAD = [
    {"x": (1e-150, 1e-150, 1e150, 1e150, 1e-20, 1e-22, 1e30, 1e15)},
    {"x": (1e-160, 3e-160, 1e-155, 1.0, 1e5, 1e-5, 1e100, 1e-100)},
]
OVERFLOWS = {
    "product-all": {(3, "second"): "the product of a run with one element left out, 1e323, is too large"},
    "product-of-three": {(3, "jvp"): "its terms are too large, with different signs"},
}
for name, function in NORMS.items():
    points = (
        [TIED]
        if "max" in name
        and name != "min-max"
        or name in ("range", "minimum", "margin", "top-difference", "l1")
        else []
    )
    if name.startswith("product") and "logarithms" not in name:
        points = (
            ZEROS[:1]
            if name in ("product-over-sum", "product-of-sigmoids", "product-noisy-or")
            else ZEROS + SPREAD
        )
    if name in ("l2-guarded", "l2-where"):
        points = [{"x": (0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 2.0, 4.0)}]
    add("norms", name, function, {"x": (2, 4)}, extreme=points, differs=OVERFLOWS.get(name))
    add("norms", f"{name}-of-layer", lambda x, w, f=function: f(x @ w), {"x": (2, 2), "w": (2, 4)})
    add(
        "norms",
        f"{name}-scaled",
        lambda x, s, f=function: f(x * s) ** 2.0,
        {"x": (2, 4), "s": (4,)},
        low=0.3,
        high=1.7,
    )

PAIRS = {
    "cosine": lambda x, y: sum_(x * y, 1) / (sqrt(sum_(x * x, 1)) * sqrt(sum_(y * y, 1))),
    "cosine-rsqrt": lambda x, y: sum_(x * y, 1) * rsqrt(sum_(x * x, 1) * sum_(y * y, 1) + 1e-8),
    "euclidean": lambda x, y: sqrt(sum_(square(x - y), 1)),
    "manhattan": lambda x, y: sum_(absolute(x - y), 1),
    "pairwise": lambda x, y: sum_(square(reshape(x, (2, 1, 3)) - y), 2),
    "pairwise-expanded": lambda x, y: sum_(x * x, 1, True) + sum_(y * y, 1) - 2.0 * (x @ y.T),
    "rbf": lambda x, y: exp(-0.5 * sum_(square(reshape(x, (2, 1, 3)) - y), 2)),
    "polynomial-kernel": lambda x, y: (1.0 + x @ y.T) ** 3.0,
    "tanh-kernel": lambda x, y: tanh(0.3 * (x @ y.T) + 0.1),
    "matern": lambda x, y: (lambda r: (1.0 + r) * exp(-r))(sqrt(3.0 * sum_(square(x - y), 1) + 1e-9)),
    "info-nce": lambda x, y: -mean(
        sum_(LOGSOFTMAX["minus-log"](x @ y.T) * where(equal(iota((2, 2), 0), iota((2, 2), 1)), 1.0, 0.0), 1)
    ),
    "triplet": lambda x, y: mean(maximum(0.0, 0.5 + sum_(square(x - y), 1) - sum_(square(x + y), 1))),
    "contrastive": lambda x, y: mean(square(maximum(0.0, 2.0 - sqrt(sum_(square(x - y), 1) + 1e-9)))),
    "ranking": lambda x, y: -mean(log(sigmoid(sum_(x, 1) - sum_(y, 1)))),
    "bradley-terry": lambda x, y: mean(log(1.0 + exp(-(x - y)))),
    "dice": lambda x, y: 1.0
    - (2.0 * sum_(sigmoid(x) * sigmoid(y)) + 1.0) / (sum_(sigmoid(x)) + sum_(sigmoid(y)) + 1.0),
    "jaccard": lambda x, y: 1.0 - sum_(minimum(x, y)) / (sum_(maximum(absolute(x), absolute(y))) + 1.0),
    "tversky": lambda x, y: (
        lambda p, q: 1.0 - sum_(p * q) / (sum_(p * q) + 0.3 * sum_(p * (1.0 - q)) + 0.7 * sum_((1.0 - p) * q))
    )(sigmoid(x), sigmoid(y)),
    "correlation": lambda x, y: (lambda a, b: sum_(a * b) / sqrt(sum_(a * a) * sum_(b * b)))(
        x - mean(x), y - mean(y)
    ),
    "poisson": lambda x, y: mean(exp(x) - absolute(y) * x),
    "outer": lambda x, y: x.T @ y,
    "inner": lambda x, y: x @ y.T,
    "power": lambda x, y: (absolute(x) + 0.5) ** y,
    "atan-free-angle": lambda x, y: x * y / (x * x + y * y + 1.0),
    "hypot": lambda x, y: sqrt(x * x + y * y),
    "glu": lambda x, y: x * sigmoid(y),
    "swiglu": lambda x, y: x * sigmoid(x) * y,
    "geglu": lambda x, y: 0.5 * x * (1.0 + erf(x / math.sqrt(2.0))) * y,
    "interpolation": lambda x, y: sigmoid(x) * y + (1.0 - sigmoid(x)) * tanh(x),
    "smooth-minimum": lambda x, y: -log(exp(-4.0 * x) + exp(-4.0 * y)) / 4.0,
    "maximum": lambda x, y: maximum(x, y) * minimum(x, y),
    "remainder": lambda x, y: x - floor(x / (1.5 + y * y)) * (1.5 + y * y),
}
for name, function in PAIRS.items():
    add("pairs", name, function, {"x": (2, 3), "y": (2, 3)})
    add("pairs", f"{name}-tied", lambda x, w, f=function: f(tanh(x @ w), x), {"x": (2, 3), "w": (3, 3)})
