"""Formulas of science: systems, test functions, potentials, growth, finance."""

import math

from expression import *
from formulas import add, square
from softmax import logsumexp


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
