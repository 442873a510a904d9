"""Losses as users write them, of residuals and of logits with truth values."""

import math

from expression import *
from formulas import add, square


def _huber(d, delta=1.0):
    return where(absolute(d) <= delta, 0.5 * square(d), delta * (absolute(d) - 0.5 * delta))


RESIDUALS = {
    "squared": square,
    "squared-power": lambda d: d**2.0,
    "absolute": absolute,
    "huber": _huber,
    "huber-half": lambda d: _huber(d, 0.5),
    "huber-minimum": lambda d: 0.5 * square(minimum(absolute(d), 1.0)) + maximum(absolute(d) - 1.0, 0.0),
    "smooth-l1": lambda d: where(absolute(d) < 0.3, 0.5 * square(d) / 0.3, absolute(d) - 0.15),
    "pseudo-huber": lambda d: sqrt(1.0 + square(d)) - 1.0,
    "charbonnier": lambda d: sqrt(square(d) + 1e-6),
    "log-cosh": lambda d: d + softplus(-2.0 * d) - math.log(2.0),
    "quantile": lambda d: maximum(0.9 * d, -0.1 * d),
    "quantile-where": lambda d: where(d >= 0.0, 0.3 * d, -0.7 * d),
    "expectile": lambda d: where(d > 0.0, 0.8, 0.2) * square(d),
    "epsilon": lambda d: maximum(absolute(d) - 0.1, 0.0),
    "cauchy": lambda d: log1p(square(d / 0.5)),
    "cauchy-log": lambda d: log(1.0 + square(d)),
    "welsch": lambda d: 1.0 - exp(-0.5 * square(d)),
    "geman": lambda d: square(d) / (square(d) + 4.0),
    "tukey": lambda d: where(
        absolute(d) <= 2.0, (1.0 - (1.0 - square(d / 2.0)) ** 3.0) * (4.0 / 6.0), 4.0 / 6.0
    ),
    "barron": lambda d: (1.0 / 1.5) * ((square(d) + 1.0) ** 0.75 - 1.0),
    "wing": lambda d: where(
        absolute(d) < 1.0, log(1.0 + absolute(d) / 0.5), absolute(d) - (1.0 - math.log(3.0))
    ),
    "linex": lambda d: exp(0.7 * d) - 0.7 * d - 1.0,
}
for name, function in RESIDUALS.items():
    add(
        "losses",
        f"{name}-mean",
        lambda p, t, f=function: mean(f(p - t)),
        {"p": (4,), "t": (4,)},
        extreme=[{"p": (1.0, -2.0, 0.5, 1e3), "t": (1.0, -2.0, 0.0, 1.0)}],
    )
    add("losses", f"{name}-rows", lambda p, t, f=function: sum_(f(t - p), 1), {"p": (2, 3), "t": (2, 1)})
    add(
        "losses",
        f"{name}-fit",
        lambda w, b, x, t, f=function: 0.5 * sum_(f(x @ w + b - t)),
        {"w": (2,), "b": (), "x": (3, 2), "t": (3,)},
    )

LABELS = (0.0, 1.0, 1.0, 0.0)
BINARY = {
    "bce-probabilities": lambda z, t: -(t * log(sigmoid(z)) + (1.0 - t) * log(1.0 - sigmoid(z))),
    "bce-written": lambda z, t: -t * log(1.0 / (1.0 + exp(-z)))
    - (1.0 - t) * log(1.0 - 1.0 / (1.0 + exp(-z))),
    "bce-logits": lambda z, t: maximum(z, 0.0) - z * t + log1p(exp(-absolute(z))),
    "bce-softplus": lambda z, t: softplus(z) - t * z,
    "bce-log": lambda z, t: log(1.0 + exp(z)) - t * z,
    "bce-two-softplus": lambda z, t: t * softplus(-z) + (1.0 - t) * softplus(z),
    "bce-weighted": lambda z, t: (1.0 + 2.0 * t) * (softplus(z) - t * z),
    "bce-smoothed": lambda z, t: softplus(z) - (0.9 * t + 0.05) * z,
    "bce-where": lambda z, t: where(t > 0.5, -log(sigmoid(z)), -log(1.0 - sigmoid(z))),
    "bce-logistic": lambda z, t: log(1.0 + exp(-(2.0 * t - 1.0) * z)),
    "bce-logistic-log1p": lambda z, t: log1p(exp((1.0 - 2.0 * t) * z)),
    "focal": lambda z, t: -(
        t * square(1.0 - sigmoid(z)) * log(sigmoid(z))
        + (1.0 - t) * square(sigmoid(z)) * log(1.0 - sigmoid(z))
    ),
    "focal-softplus": lambda z, t: t * square(sigmoid(-z)) * softplus(-z)
    + (1.0 - t) * square(sigmoid(z)) * softplus(z),
    "focal-power": lambda z, t: (t * sigmoid(-z) + (1.0 - t) * sigmoid(z)) ** 1.5 * (softplus(z) - t * z),
    "hinge": lambda z, t: maximum(0.0, 1.0 - (2.0 * t - 1.0) * z),
    "hinge-where": lambda z, t: where((2.0 * t - 1.0) * z < 1.0, 1.0 - (2.0 * t - 1.0) * z, 0.0),
    "squared-hinge": lambda z, t: square(maximum(0.0, 1.0 - (2.0 * t - 1.0) * z)),
    "modified-huber": lambda z, t: where(
        (2.0 * t - 1.0) * z >= -1.0,
        square(maximum(0.0, 1.0 - (2.0 * t - 1.0) * z)),
        -4.0 * (2.0 * t - 1.0) * z,
    ),
    "exponential": lambda z, t: exp(-(2.0 * t - 1.0) * z),
    "brier": lambda z, t: square(sigmoid(z) - t),
    "savage": lambda z, t: square(sigmoid((1.0 - 2.0 * t) * z)),
}
for name, function in BINARY.items():
    far = [{"z": (-700.0, 700.0, 40.0, -40.0)}, {"z": (-1500.0, 20.0, 1500.0, 17.0)}]
    far = [{**point, "t": (0.0, 1.0, 1.0, 0.0)} for point in far]
    if name == "exponential":
        far = []
    if name == "focal-power":
        # A power of what vanishes has no derivative on both sides of it.
        far = far[:1]
    for reduction, reduce in {"sum": sum_, "mean": mean}.items():
        add(
            "losses",
            f"{name}-{reduction}",
            lambda z, t, f=function, r=reduce: r(f(z, t)),
            {"z": (4,), "t": (4,)},
            ranges={"t": LABELS},
            extreme=far,
        )
    if name != "exponential":
        far = [{"z": (700.0, -700.0, -40.0, 1e-9), "t": (0.0, 1.0, 1.0, 0.0)}]
    add("losses", f"{name}-each", function, {"z": (4,), "t": (4,)}, ranges={"t": LABELS}, extreme=far)
