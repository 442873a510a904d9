"""Formulas as users write them, in families: networks, movement of elements, science."""

import math

from expression import *
from formulas import SOFTMAX, add, clip, logsumexp, one_hot, square


def layer_norm(x):
    return (x - mean(x, -1, True)) / sqrt(variance(x, -1, True) + 1e-5)


def below(count, strictly=False):
    rows, columns = iota((count, count), 0), iota((count, count), 1)
    return columns < rows if strictly else columns <= rows


def attention(q, k, v, softmax=SOFTMAX["shifted"], mask=None):
    scores = (q @ transpose(k, list(range(k.rank - 2)) + [k.rank - 1, k.rank - 2])) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = where(mask, scores, -math.inf)
    return softmax(scores) @ v


THREE = {"q": (3, 2), "k": (3, 2), "v": (3, 2)}
for name, function in SOFTMAX.items():
    add("networks", f"attention-{name}", lambda q, k, v, f=function: attention(q, k, v, f), THREE)
    if name not in ("log", "temperature", "logsumexp"):
        add(
            "networks",
            f"attention-causal-{name}",
            lambda q, k, v, f=function: attention(q, k, v, f, below(3)),
            THREE,
        )
add("networks", "attention-self", lambda x, w: attention(x @ w, x, x), {"x": (3, 2), "w": (2, 2)})
add(
    "networks",
    "attention-linear",
    lambda q, k, v: (exp(q) @ (exp(k).T @ v)) / (exp(q) @ reshape(sum_(exp(k), 0), (2, 1))),
    THREE,
)
add("networks", "attention-batched", attention, {"q": (2, 2, 3), "k": (2, 2, 3), "v": (2, 2, 3)})
add(
    "networks",
    "attention-heads",
    lambda x, w: transpose(
        attention(*[transpose(reshape(x @ w, (2, 2, 2)), (1, 0, 2)) for _ in range(3)]), (1, 0, 2)
    ),
    {"x": (2, 3), "w": (3, 4)},
)
add(
    "networks",
    "attention-biased",
    lambda q, k, v, b: SOFTMAX["written"](q @ k.T + b) @ v,
    {**THREE, "b": (3, 3)},
)
add(
    "networks",
    "transformer-block",
    lambda x, w, u: (lambda h: h + maximum(layer_norm(h) @ w, 0.0) @ u)(
        x + attention(layer_norm(x), layer_norm(x), x)
    ),
    {"x": (2, 3), "w": (3, 3), "u": (3, 3)},
)
add("networks", "perceptron", lambda x, w, u: tanh(x @ w) @ u, {"x": (2, 2), "w": (2, 3), "u": (3, 1)})
add(
    "networks",
    "perceptron-deep",
    lambda x, w: sum_(square(tanh(tanh(tanh(x @ w) @ w) @ w))),
    {"x": (2, 2), "w": (2, 2)},
)
add("networks", "residual", lambda x, w: x + softplus(layer_norm(x) @ w), {"x": (2, 3), "w": (3, 3)})
add(
    "networks",
    "highway",
    lambda x, w, u: (lambda t: t * tanh(x @ w) + (1.0 - t) * x)(sigmoid(x @ u - 1.0)),
    {"x": (2, 2), "w": (2, 2), "u": (2, 2)},
)
add(
    "networks",
    "recurrent",
    lambda x, h, w, u: tanh(tanh(h @ u + slice_(x, 0, 0, 1) @ w) @ u + slice_(x, 0, 1, 2) @ w),
    {"x": (2, 2), "h": (1, 2), "w": (2, 2), "u": (2, 2)},
)
add(
    "networks",
    "gru",
    lambda x, h, w, u: (lambda z, n: (1.0 - z) * n + z * h)(
        sigmoid(x @ w + h @ u), tanh(x @ w + sigmoid(x @ w) * (h @ u))
    ),
    {"x": (2, 2), "h": (2, 2), "w": (2, 2), "u": (2, 2)},
)


def lstm(x, h, c, w):
    gates = concatenate([x, h], 1) @ w
    i, f, g, o = [slice_(gates, 1, 2 * k, 2 * k + 2) for k in range(4)]
    c = sigmoid(f) * c + sigmoid(i) * tanh(g)
    return sigmoid(o) * tanh(c)


add("networks", "lstm", lstm, {"x": (1, 2), "h": (1, 2), "c": (1, 2), "w": (4, 8)}, low=-1.0, high=1.0)
add(
    "networks",
    "autoencoder",
    lambda x, w: mean(square(sigmoid(tanh(x @ w) @ w.T) - x)),
    {"x": (2, 3), "w": (3, 2)},
)
add(
    "networks",
    "variational",
    lambda x, m, s, e: mean(square(x - tanh(m + exp(0.5 * s) * e))) - 0.5 * mean(1.0 + s - m * m - exp(s)),
    {n: (2, 2) for n in "xmse"},
)
add("networks", "adversarial", lambda r, f: mean(softplus(-r)) + mean(softplus(f)), {"r": (3,), "f": (3,)})
add(
    "networks",
    "adversarial-written",
    lambda r, f: -mean(log(sigmoid(r))) - mean(log(1.0 - sigmoid(f))),
    {"r": (3,), "f": (3,)},
    extreme=[{"r": (700.0, -700.0, 1.0), "f": (700.0, -700.0, 1.0)}],
)
add(
    "networks",
    "distillation",
    lambda s, t: -mean(
        sum_(stop_gradient(SOFTMAX["shifted"](t / 2.0)) * log(SOFTMAX["shifted"](s / 2.0)), 1)
    ),
    {"s": (2, 3), "t": (2, 3)},
)
add(
    "networks",
    "mixture-of-experts",
    lambda x, g, w: sum_(
        reshape(SOFTMAX["written"](x @ g), (2, 2, 1)) * tanh(dot_general(x, w, ((1,), (1,)))), 1
    ),
    {"x": (2, 2), "g": (2, 2), "w": (2, 2, 2)},
)
add(
    "networks",
    "convolution",
    lambda x, w: sum(
        [slice_(x, 0, k, k + 4) * slice_(w, 0, k, k + 1) for k in range(1, 3)],
        slice_(x, 0, 0, 4) * slice_(w, 0, 0, 1),
    ),
    {"x": (6,), "w": (3,)},
)
add(
    "networks",
    "convolution-channels",
    lambda x, w: slice_(x, 0, 0, 3) @ reshape(slice_(w, 0, 0, 1), (2, 2))
    + slice_(x, 0, 1, 4) @ reshape(slice_(w, 0, 1, 2), (2, 2)),
    {"x": (4, 2), "w": (2, 2, 2)},
)
add(
    "networks",
    "convolution-padded",
    lambda x, w: tanh(
        slice_(pad(x, [1], [1]), 0, 0, 4) * slice_(w, 0, 0, 1)
        + x * slice_(w, 0, 1, 2)
        + slice_(pad(x, [1], [1]), 0, 2, 6) * slice_(w, 0, 2, 3)
    ),
    {"x": (4,), "w": (3,)},
)
add(
    "networks",
    "pooling-maximum",
    lambda x: max_(reshape(x, (3, 2)), 1),
    {"x": (6,)},
    extreme=[{"x": (1.0, 1.0, 2.0, 3.0, -1.0, -1.0)}],
)
add("networks", "pooling-mean", lambda x: square(mean(reshape(x, (2, 2, 2)), [1, 2])), {"x": (2, 4)})
add(
    "networks",
    "embedding",
    lambda w, u, i: tanh(gather(w, i) @ u),
    {"w": (4, 2), "u": (2, 2), "i": (3,)},
    whole={"i": (3, 0, 3)},
)
add(
    "networks",
    "embedding-bag",
    lambda w, i: mean(gather(w, i), 1) ** 2.0,
    {"w": (3, 2), "i": (2, 2)},
    whole={"i": (2, 0, 1, 1)},
)
add(
    "networks",
    "graph-convolution",
    lambda x, w, s, t: tanh(scatter_add(0.0 * x, t, gather(x @ w, s))),
    {"x": (3, 2), "w": (2, 2), "s": (4,), "t": (4,)},
    whole={"s": (0, 1, 2, 2), "t": (1, 0, 0, 1)},
)
add(
    "networks",
    "segment-softmax",
    lambda x, s: exp(x) / gather(scatter_add(broadcast(constant(0.0), (2,)), s, exp(x)), s),
    {"x": (5,), "s": (5,)},
    whole={"s": (0, 1, 0, 1, 1)},
)
add(
    "networks",
    "segment-mean",
    lambda x, s: scatter_add(broadcast(constant(0.0), (2,)), s, square(x))
    / (1.0 + scatter_add(broadcast(constant(0.0), (2,)), s, absolute(x))),
    {"x": (5,), "s": (5,)},
    whole={"s": (0, 1, 0, 1, 1)},
)
add(
    "networks",
    "factorisation-machine",
    lambda x, v: 0.5 * sum_(square(x @ v) - square(x) @ square(v), 1),
    {"x": (2, 3), "v": (3, 2)},
)
add(
    "networks",
    "weight-norm",
    lambda x, v, g: x @ (g * v / sqrt(sum_(v * v, 0, True))),
    {"x": (2, 2), "v": (2, 3), "g": (3,)},
)
add(
    "networks",
    "ridge",
    lambda w, x, t: mean(square(x @ w - t)) + 0.1 * sum_(w * w),
    {"w": (2,), "x": (3, 2), "t": (3,)},
)
add(
    "networks",
    "lasso",
    lambda w, x, t: mean(square(x @ w - t)) + 0.1 * sum_(absolute(w)),
    {"w": (2,), "x": (3, 2), "t": (3,)},
)
add(
    "networks",
    "logistic-regression",
    lambda w, x, t: mean(log(1.0 + exp(-(2.0 * t - 1.0) * (x @ w)))),
    {"w": (2,), "x": (3, 2), "t": (3,)},
    ranges={"t": (0.0, 1.0, 1.0)},
)
add(
    "networks",
    "poisson-regression",
    lambda w, x, t: mean(exp(x @ w) - t * (x @ w)),
    {"w": (2,), "x": (3, 2), "t": (3,)},
)

# Movement of elements.
MOVED = {
    "transpose": lambda x: x.T * x.T,
    "flattened": lambda x: sin(reshape(x, (6,))),
    "reshaped": lambda x: reshape(x, (3, 2)) @ x,
    "row": lambda x: slice_(x, 0, 1, 2) * x,
    "columns": lambda x: slice_(x, 1, 0, 3, 2) ** 2.0,
    "differences": lambda x: square(slice_(x, 1, 1, 3) - slice_(x, 1, 0, 2)),
    "second-differences": lambda x: slice_(x, 1, 0, 1) - 2.0 * slice_(x, 1, 1, 2) + slice_(x, 1, 2, 3),
    "total-variation": lambda x: sum_(absolute(slice_(x, 1, 1, 3) - slice_(x, 1, 0, 2)))
    + sum_(absolute(slice_(x, 0, 1, 2) - slice_(x, 0, 0, 1))),
    "padded": lambda x: sin(pad(x, [1, 0], [0, 2], [1, 1])),
    "padded-ones": lambda x: product(pad(x, [0, 0], [0, 1], value=1.0), 1),
    "padded-half": lambda x: exp(pad(x, [0, 1], [0, 1], value=0.5)),
    "concatenated": lambda x: concatenate([x, exp(x), x * x], 1),
    "stacked": lambda x: sum_(concatenate([reshape(x, (1, 2, 3)), reshape(tanh(x), (1, 2, 3))]), 0),
    "with-constant": lambda x: mean(concatenate([x, broadcast(constant(1.0), (2, 1))], 1), 1) ** 2.0,
    "of-halves": lambda x: slice_(x, 0, 0, 1) / (1.0 + square(slice_(x, 0, 1, 2))),
    "rolled": lambda x: x * concatenate([slice_(x, 1, 1, 3), slice_(x, 1, 0, 1)], 1),
    "cumulative-sum": lambda x: square(x @ cast(iota((3, 3), 0) <= iota((3, 3), 1), "f64")),
    "cumulative-sum-tanh": lambda x: tanh(x @ cast(iota((3, 3), 0) <= iota((3, 3), 1), "f64")),
    "cumulative-product": lambda x: exp(log(x * x + 0.5) @ cast(iota((3, 3), 0) <= iota((3, 3), 1), "f64")),
    "cumulative-logsumexp": lambda x: log(exp(x) @ cast(iota((3, 3), 0) <= iota((3, 3), 1), "f64")),
    "exclusive-sum": lambda x: sin(x @ cast(iota((3, 3), 0) < iota((3, 3), 1), "f64")),
    "discounted": lambda x: x
    @ where(iota((3, 3), 0) >= iota((3, 3), 1), 0.9 ** (iota((3, 3), 0) - iota((3, 3), 1)), 0.0),
    "centred": lambda x: (x - mean(x, 0, True)).T @ (x - mean(x, 0, True)) / 2.0,
    "gram": lambda x: x @ x.T,
    "gram-columns": lambda x: exp(-(x.T @ x)),
    "trace-of-gram": lambda x: sum_(where(equal(iota((2, 2), 0), iota((2, 2), 1)), x @ x.T, 0.0)),
    "outer-with-itself": lambda x: sum_(dot_general(x, x, ((), ()), ((0,), (0,))) ** 2.0, 0),
    "diagonal-masked": lambda x: x * where(equal(iota((2, 3), 0), iota((2, 3), 1)), 2.0, 0.5),
    "ramp": lambda x: x * iota((2, 3), 1) + iota((2, 3), 0),
    "column-means": lambda x: x / (mean(absolute(x), 0, True) + 0.1),
    "repeated": lambda x: exp(broadcast(reshape(x, (2, 1, 3)), (2, 2, 3))),
    "broadcast-row": lambda x: square(x - slice_(x, 0, 0, 1)),
    "broadcast-column": lambda x: tanh(x * slice_(x, 1, 2, 3)),
    "upsampled": lambda x: reshape(broadcast(reshape(x, (2, 3, 1)), (2, 3, 2)), (2, 6)) * iota((2, 6), 1),
    "polynomial-features": lambda x: sum_(concatenate([x, x * x, x**3.0], 1), 1),
    "vandermonde": lambda x: reshape(x, (6, 1)) ** iota((6, 3), 1),
    "quadratic-form": lambda x: sum_((x.T @ x) * (x.T @ x)),
    "chain": lambda x: x @ x.T @ x @ x.T @ x,
    "chain-tanh": lambda x: tanh(x @ x.T) @ tanh(x),
    "determinant": lambda x: (
        lambda g: slice_(g, 0, 0, 1) * slice_(g, 0, 3, 4) - slice_(g, 0, 1, 2) * slice_(g, 0, 2, 3)
    )(reshape(x @ x.T, (4,))),
    "inverse": lambda x: (
        lambda g: concatenate(
            [slice_(g, 0, 3, 4), -slice_(g, 0, 1, 2), -slice_(g, 0, 2, 3), slice_(g, 0, 0, 1)]
        )
        / (slice_(g, 0, 0, 1) * slice_(g, 0, 3, 4) - slice_(g, 0, 1, 2) * slice_(g, 0, 2, 3))
    )(reshape(x @ x.T, (4,)) + constant([1.0, 0.0, 0.0, 1.0])),
    "sum-of-squares": lambda x: sum_(x * x),
    "mean-of-rows": lambda x: exp(mean(x, 0)),
    "nested-means": lambda x: mean(square(mean(x, 1))),
    "sum-then-broadcast": lambda x: x - sum_(x) / 6.0,
    "single-element": lambda x: reshape(slice_(slice_(x, 0, 1, 2), 1, 1, 2), ()) * x,
    "power-iteration": lambda x: (lambda v: v / sqrt(sum_(v * v)))(x.T @ (x @ sum_(x, 0))),
    "exponential-series": lambda x: x + x @ (x.T @ x) / 2.0 + x @ (x.T @ x) @ (x.T @ x) / 6.0,
    "soft-sort": lambda x: SOFTMAX["shifted"](-absolute(reshape(x, (6, 1)) - reshape(x, (1, 6))))
    @ reshape(x, (6,)),
}
for name, function in MOVED.items():
    add("movement", name, function, {"x": (2, 3)})
    add("movement", f"{name}-of-layer", lambda x, w, f=function: f(sin(x @ w)), {"x": (2, 2), "w": (2, 3)})
for name, axis, shape in (("rows", 0, (4, 2)), ("columns", 1, (2, 4)), ("middle", 1, (2, 4, 2))):
    add(
        "movement",
        f"gather-{name}",
        lambda x, i, a=axis: square(gather(x, i, a)),
        {"x": shape, "i": (3,)},
        whole={"i": (3, 0, 3)},
    )
    updates = shape[:axis] + (3,) + shape[axis + 1 :]
    add(
        "movement",
        f"scatter-{name}",
        lambda x, u, i, a=axis: square(scatter_add(x, i, u, a)),
        {"x": shape, "u": updates, "i": (3,)},
        whole={"i": (3, 0, 3)},
    )
    add(
        "movement",
        f"reversed-{name}",
        lambda x, a=axis: x * gather(x, constant([3, 2, 1, 0], dtype="i32"), a),
        {"x": shape},
    )


# Science: scalars and small vectors.
def _state(x):
    return slice_(x, 0, 0, 1), slice_(x, 0, 1, 2)


def lotka(z):
    x, y = _state(z)
    return concatenate([1.1 * x - 0.4 * x * y, 0.1 * x * y - 0.4 * y])


def pendulum(z):
    x, y = _state(z)
    return concatenate([y, -sin(x) - 0.1 * y])


def vanderpol(z):
    x, y = _state(z)
    return concatenate([y, 1.5 * (1.0 - x * x) * y - x])


def runge_kutta(f, z, h=0.1):
    a = f(z)
    b = f(z + h / 2 * a)
    c = f(z + h / 2 * b)
    return z + h / 6 * (a + 2.0 * b + 2.0 * c + f(z + h * c))


def newton_root(x, steps=4):
    y = 0.5 * (1.0 + x)
    for _ in range(steps):
        y = 0.5 * (y + x / y)
    return y


def rosenbrock(x):
    return sum_(
        100.0 * square(slice_(x, 0, 1, 3) - square(slice_(x, 0, 0, 2))) + square(1.0 - slice_(x, 0, 0, 2))
    )


def phi(x):
    return 0.5 * (1.0 + erf(x / math.sqrt(2.0)))


def black_scholes(s, k, v):
    first = (log(s / k) + 0.5 * v * v) / v
    return s * phi(first) - k * phi(first - v)


SYSTEMS = {"lotka": lotka, "pendulum": pendulum, "vanderpol": vanderpol}
for name, function in SYSTEMS.items():
    add("science", name, function, {"x": (2,)}, low=0.2, high=1.5)
    add(
        "science",
        f"{name}-euler",
        lambda x, f=function: x + 0.1 * f(x + 0.1 * f(x)),
        {"x": (2,)},
        low=0.2,
        high=1.5,
    )
    add(
        "science",
        f"{name}-runge-kutta",
        lambda x, f=function: runge_kutta(f, runge_kutta(f, x)),
        {"x": (2,)},
        low=0.2,
        high=1.5,
    )
    add(
        "science",
        f"{name}-implicit",
        lambda x, f=function: x - 0.05 * (f(x) + f(x + 0.1 * f(x))),
        {"x": (2,)},
        low=0.2,
        high=1.5,
    )
SCIENCE = {
    "newton-root": newton_root,
    "rosenbrock": rosenbrock,
    "rastrigin": lambda x: 30.0 + sum_(x * x - 10.0 * cos(2 * math.pi * x)),
    "ackley": lambda x: -20.0 * exp(-0.2 * sqrt(mean(x * x)))
    - exp(mean(cos(2 * math.pi * x)))
    + 20.0
    + math.e,
    "styblinski": lambda x: 0.5 * sum_(x**4.0 - 16.0 * x**2.0 + 5.0 * x),
    "griewank": lambda x: 1.0 + sum_(x * x) / 4000.0 - product(cos(x / sqrt(1.0 + iota((3,))))),
    "levy": lambda x: sum_(square((x - 1.0) / 4.0) * (1.0 + 10.0 * square(sin(math.pi * x + 1.0)))),
    "michalewicz": lambda x: -sum_(sin(x) * sin((1.0 + iota((3,))) * x * x / math.pi) ** 4.0),
    "lennard-jones": lambda x: 4.0 * ((1.0 / x) ** 12.0 - (1.0 / x) ** 6.0),
    "morse": lambda x: 2.0 * square(1.0 - exp(-1.5 * (x - 1.0))),
    "yukawa": lambda x: exp(-0.7 * x) / x,
    "coulomb": lambda x: 1.0 / sqrt(x * x + 0.01),
    "planck": lambda x: x**3.0 / (exp(x) - 1.0),
    "planck-expm1": lambda x: x**3.0 / expm1(x),
    "bose": lambda x: 1.0 / (exp(x) - 1.0),
    "fermi": lambda x: 1.0 / (exp((x - 0.5) / 0.2) + 1.0),
    "debye": lambda x: x * x * exp(x) / square(exp(x) - 1.0),
    "arrhenius": lambda x: 2.0 * exp(-1.5 / x),
    "michaelis": lambda x: 3.0 * x / (0.4 + x),
    "hill": lambda x: x**2.5 / (0.5**2.5 + x**2.5),
    "monod-haldane": lambda x: x / (0.3 + x + x * x / 2.0),
    "gompertz-growth": lambda x: 2.0 * exp(-3.0 * exp(-0.5 * x)),
    "logistic-growth": lambda x: 5.0 / (1.0 + 4.0 * exp(-x)),
    "logistic-map": lambda x: 3.7 * x * (1.0 - x) * 3.7 * (1.0 - 3.7 * x * (1.0 - x)),
    "kepler": lambda x: x - 0.3 * sin(x),
    "relativity": lambda x: rsqrt(1.0 - square(x / 3.0)),
    "cobb-douglas": lambda x: product(x ** constant([0.2, 0.3, 0.5])),
    "ces": lambda x: mean(x**-0.5) ** -2.0,
    "crra": lambda x: (x**-1.0 - 1.0) / -1.0,
    "entropy": lambda x: -sum_(x / sum_(x) * log(x / sum_(x))),
    "gini": lambda x: 1.0 - sum_(square(x / sum_(x))),
    "renyi": lambda x: -log(sum_((x / sum_(x)) ** 2.0)),
    "tsallis": lambda x: (1.0 - sum_((x / sum_(x)) ** 1.5)) / 0.5,
    "sharpe": lambda x: mean(x) / sqrt(variance(x)),
    "half-life": lambda x: 2.0 ** (-x / 3.0),
    "decibel": lambda x: 10.0 * log(x) / math.log(10.0),
    "inverse-square": lambda x: x**-2.0,
    "cube-root": lambda x: x ** (1 / 3),
    "self-power": lambda x: x**x,
    "exponential-base": lambda x: 3.0**x,
    "continued-fraction": lambda x: 1.0 / (1.0 + x / (2.0 + x / (3.0 + x))),
    "chebyshev": lambda x: 4.0 * x**3.0 - 3.0 * x,
    "legendre": lambda x: 0.125 * (35.0 * x**4.0 - 30.0 * x * x + 3.0),
    "hermite": lambda x: (x**3.0 - 3.0 * x) * exp(-x * x / 4.0),
    "wavelet": lambda x: (1.0 - x * x) * exp(-x * x / 2.0),
    "chirp": lambda x: sin(2.0 * x * x),
    "damped": lambda x: exp(-0.3 * x) * cos(2.0 * x),
    "fourier": lambda x: sum_(sin((1.0 + iota((4, 3), 0)) * x) / (1.0 + iota((4, 3), 0)), 0),
    "arc-length": lambda x: sum_(sqrt(1.0 + square(cos(x)))),
    "logit": lambda x: log(x / 4.0 / (1.0 - x / 4.0)),
    "inverse-softplus": lambda x: log(exp(x) - 1.0),
    "inverse-softplus-stable": lambda x: x + log(-expm1(-x)),
    "log1mexp": lambda x: log(1.0 - exp(-x)),
    "log1mexp-log1p": lambda x: log1p(-exp(-x)),
    "artanh": lambda x: 0.5 * log((1.0 + x / 4.0) / (1.0 - x / 4.0)),
    "arcosh": lambda x: log(x + 1.0 + sqrt(square(x + 1.0) - 1.0)),
    "box-cox": lambda x: (x**0.3 - 1.0) / 0.3,
    "mach": lambda x: (1.0 + 0.2 * x * x) ** 3.5,
    "normal-cdf": phi,
    "inverse-mills": lambda x: exp(-0.5 * x * x) / phi(-x),
}
for name, function in SCIENCE.items():
    add("science", name, function, {"x": (3,)}, low=0.3, high=2.2)
    add(
        "science",
        f"{name}-of-layer",
        lambda x, w, f=function: sum_(f(0.2 + square(w @ x))),
        {"x": (2,), "w": (3, 2)},
        low=0.2,
        high=0.8,
    )
add("science", "black-scholes", black_scholes, {n: (3,) for n in "skv"}, low=0.3, high=2.0)
add(
    "science",
    "black-scholes-sum",
    lambda s, v: sum_(black_scholes(s, 1.0, v)),
    {"s": (2, 2), "v": (2,)},
    low=0.4,
    high=2.0,
)
add(
    "science",
    "n-body",
    lambda x, m: -sum_(
        m
        * reshape(m, (3, 1))
        * where(
            equal(iota((3, 3), 0), iota((3, 3), 1)),
            0.0,
            rsqrt(sum_(square(reshape(x, (3, 1, 2)) - x), 2) + 0.01),
        )
    ),
    {"x": (3, 2), "m": (3,)},
)
add(
    "science",
    "n-body-guarded",
    lambda x: sum_(
        where(
            equal(iota((3, 3), 0), iota((3, 3), 1)),
            0.0,
            1.0 / sqrt(sum_(square(reshape(x, (3, 1, 2)) - x), 2)),
        )
    ),
    {"x": (3, 2)},
)
add("science", "ising", lambda s, j, b: -sum_((s @ j) * s) - sum_(b * s), {"s": (3,), "j": (3, 3), "b": (3,)})
add(
    "science",
    "hopfield",
    lambda x, w: -logsumexp(2.0 * (w @ x)) / 2.0 + 0.5 * sum_(x * x),
    {"x": (3,), "w": (4, 3)},
)
add(
    "science",
    "rotation",
    lambda x, t: concatenate(
        [
            cos(t) * slice_(x, 0, 0, 1) - sin(t) * slice_(x, 0, 1, 2),
            sin(t) * slice_(x, 0, 0, 1) + cos(t) * slice_(x, 0, 1, 2),
        ]
    ),
    {"x": (2,), "t": (1,)},
)
add(
    "science",
    "spring-energy",
    lambda x, k: 0.5 * sum_(k * square(sqrt(sum_(square(slice_(x, 0, 1, 3) - slice_(x, 0, 0, 2)), 1)) - 1.0)),
    {"x": (3, 2), "k": (2,)},
)
add(
    "science",
    "heat-step",
    lambda x, a: slice_(x, 0, 1, 4)
    + a * (slice_(x, 0, 2, 5) - 2.0 * slice_(x, 0, 1, 4) + slice_(x, 0, 0, 3)),
    {"x": (5,), "a": ()},
)
