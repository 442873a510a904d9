"""Spellings of softmax, its logarithm and cross-entropy, and of sums of exponentials."""

import math

from expression import *
from formulas import add, square


def logsumexp(x, axis=-1, keep=False):
    shift = max_(x, axis, True)
    total = log(sum_(exp(x - shift), axis, True)) + shift
    return total if keep else reshape(total, [e for a, e in enumerate(x.shape) if a != axis % x.rank])


def one_hot(labels, count):
    return cast(equal(reshape(labels, [labels.shape[0], 1]), iota((count,), 0, "i32")), "f64")


SOFTMAX = {
    "written": lambda x: exp(x) / sum_(exp(x), -1, True),
    "shifted": lambda x: exp(x - max_(x, -1, True)) / sum_(exp(x - max_(x, -1, True)), -1, True),
    "stopped": lambda x: exp(x - stop_gradient(max_(x, -1, True)))
    / sum_(exp(x - stop_gradient(max_(x, -1, True))), -1, True),
    "logsumexp": lambda x: exp(x - logsumexp(x, -1, True)),
    "log": lambda x: exp(x - log(sum_(exp(x), -1, True))),
    "temperature": lambda x: exp(x / 0.5) / sum_(exp(x / 0.5), -1, True),
    "reciprocal": lambda x: exp(x) * (1.0 / sum_(exp(x), -1, True)),
}
LOGSOFTMAX = {
    "log-of-softmax": lambda x: log(exp(x) / sum_(exp(x), -1, True)),
    "minus-log": lambda x: x - log(sum_(exp(x), -1, True)),
    "shifted": lambda x: (x - max_(x, -1, True)) - log(sum_(exp(x - max_(x, -1, True)), -1, True)),
    "stopped": lambda x: (x - stop_gradient(max_(x, -1, True)))
    - log(sum_(exp(x - stop_gradient(max_(x, -1, True))), -1, True)),
    "logsumexp": lambda x: x - logsumexp(x, -1, True),
    "log-of-shifted": lambda x: log(SOFTMAX["shifted"](x)),
}
ROWS = (
    (1.0, 2.0, 3.0, 3.0, 3.0, 3.0),
    (700.0, 10.0, -700.0, 0.0, 0.0, 0.0),
    (1e6, 1e6 - 3.0, -1e6, 1000.0, 999.0, 998.0),
)
POINTS = [{"x": row} for row in ROWS]
for name, function in SOFTMAX.items():
    add("softmax", f"softmax-{name}", function, {"x": (2, 3)}, extreme=POINTS)
    add(
        "softmax",
        f"softmax-{name}-expectation",
        lambda x, v, f=function: sum_(f(x) * v, 1),
        {"x": (2, 3), "v": (2, 3)},
    )
    add("softmax", f"softmax-{name}-layer", lambda x, w, f=function: f(x @ w), {"x": (2, 2), "w": (2, 3)})
    add("softmax", f"softmax-{name}-entropy", lambda x, f=function: -sum_(f(x) * log(f(x)), 1), {"x": (2, 3)})
    add(
        "softmax",
        f"softmax-{name}-squared",
        lambda x, t, f=function: mean(square(f(x) - t)),
        {"x": (2, 3), "t": (2, 3)},
        extreme=[{**p, "t": (1, 0, 0, 0, 1, 0)} for p in POINTS],
    )
    add("softmax", f"softmax-{name}-product", lambda x, v, f=function: f(x) @ v, {"x": (2, 3), "v": (3, 2)})
for name, function in LOGSOFTMAX.items():
    labels = {"t": (2, 0)}
    add("softmax", f"logsoftmax-{name}", function, {"x": (2, 3)}, extreme=POINTS)
    add(
        "softmax",
        f"cross-entropy-{name}-soft",
        lambda x, q, f=function: -mean(sum_(q * f(x), 1)),
        {"x": (2, 3), "q": (2, 3)},
        ranges={"q": (0.2, 0.5, 0.3, 0.0, 1.0, 0.0)},
        extreme=[{**p, "q": (0.2, 0.5, 0.3, 0.0, 1.0, 0.0)} for p in POINTS],
    )
    add(
        "softmax",
        f"cross-entropy-{name}-one-hot",
        lambda x, t, f=function: -mean(sum_(one_hot(t, 3) * f(x), 1)),
        {"x": (2, 3), "t": (2,)},
        whole=labels,
        extreme=[{**p, **labels} for p in POINTS],
    )
    add(
        "softmax",
        f"cross-entropy-{name}-gathered",
        lambda x, t, f=function: -sum_(gather(reshape(f(x), [6]), t + 3 * iota((2,), 0, "i32"))) / 2.0,
        {"x": (2, 3), "t": (2,)},
        whole=labels,
        extreme=[{**p, **labels} for p in POINTS],
    )
    add(
        "softmax",
        f"cross-entropy-{name}-smoothed",
        lambda x, t, f=function: -mean(sum_((0.9 * one_hot(t, 3) + 0.1 / 3.0) * f(x), 1)),
        {"x": (2, 3), "t": (2,)},
        whole=labels,
        extreme=[{**p, **labels} for p in POINTS],
    )
    add(
        "softmax",
        f"cross-entropy-{name}-layer",
        lambda w, b, x, t, f=function: -mean(sum_(one_hot(t, 3) * f(x @ w + b), 1)),
        {"w": (2, 3), "b": (3,), "x": (2, 2), "t": (2,)},
        whole=labels,
    )
    add(
        "softmax",
        f"cross-entropy-{name}-focal",
        lambda x, t, f=function: -mean(sum_(one_hot(t, 3) * square(1.0 - exp(f(x))) * f(x), 1)),
        {"x": (2, 3), "t": (2,)},
        whole=labels,
    )
    add(
        "softmax",
        f"divergence-{name}",
        lambda x, y, f=function: sum_(exp(f(x)) * (f(x) - f(y))),
        {"x": (2, 3), "y": (2, 3)},
    )
add("softmax", "logsumexp-written", lambda x: log(sum_(exp(x), -1)), {"x": (2, 3)}, extreme=POINTS)
add("softmax", "logsumexp-shifted", logsumexp, {"x": (2, 3)}, extreme=POINTS)
add("softmax", "logsumexp-all", lambda x: log(sum_(exp(x))), {"x": (2, 3)}, extreme=POINTS)
add("softmax", "logmeanexp", lambda x: log(mean(exp(x), -1)), {"x": (2, 3)}, extreme=POINTS[:1])
add(
    "softmax",
    "logsumexp-weighted",
    lambda x, w: log(sum_(w * exp(x), -1)),
    {"x": (2, 3), "w": (3,)},
    ranges={"w": (0.2, 0.5, 0.3)},
)
add(
    "softmax",
    "logaddexp",
    lambda x, y: maximum(x, y) + log1p(exp(-absolute(x - y))),
    {"x": (3,), "y": (3,)},
    extreme=[{"x": (700.0, -700.0, 3.0), "y": (10.0, -701.0, 2.0)}],
)
add("softmax", "softmin", lambda x: exp(-x) / sum_(exp(-x), -1, True), {"x": (2, 3)}, extreme=POINTS)
add("softmax", "softmax-columns", lambda x: exp(x) / sum_(exp(x), 0, True), {"x": (3, 2)}, extreme=POINTS)
add(
    "softmax",
    "masked-infinite",
    lambda x: SOFTMAX["shifted"](where(iota((2, 3), 1) <= iota((2, 3), 0), x, -math.inf)),
    {"x": (2, 3)},
    extreme=POINTS,
)
add(
    "softmax",
    "masked-written-infinite",
    lambda x: SOFTMAX["written"](where(iota((2, 3), 1) <= iota((2, 3), 0), x, -math.inf)),
    {"x": (2, 3)},
    extreme=POINTS,
)
add(
    "softmax",
    "masked-large",
    lambda x: SOFTMAX["shifted"](x + where(iota((2, 3), 1) <= iota((2, 3), 0), 0.0, -1e9)),
    {"x": (2, 3)},
    extreme=POINTS[:2],
)
add(
    "softmax",
    "masked-product",
    lambda x: exp(x)
    * cast(iota((2, 3), 1) < 2.0, "f64")
    / sum_(exp(x) * cast(iota((2, 3), 1) < 2.0, "f64"), -1, True),
    {"x": (2, 3)},
)
