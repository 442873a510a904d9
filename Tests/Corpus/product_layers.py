"""Functions for products of derivatives: activations, losses, rows that are normalised, networks.

Each is written twice: over `Value`s, which makes its graph, with functions and composites by name, and in
jax.numpy alone, which is what JAX differentiates.
"""

import jax
import jax.numpy as jnp

from formulas import Formula
from functions import *

PRODUCTS = []


class Product(Formula):
    def __init__(self, family, name, formula, reference, shapes, batch=None, **settings):
        super().__init__(family, name, formula, shapes, **settings)
        self.reference = reference
        # The inputs that differ from example to example where a batch is taken.
        self.batch = batch or list(shapes)[:1]


def add(family, name, formula, reference, shapes, **settings):
    PRODUCTS.append(Product(family, name, formula, reference, shapes, **settings))


def part(x, place):
    """An element of a vector, as a scalar."""
    return reshape(slice_(x, 0, place, place + 1), ())


def parts(x):
    return [part(x, place) for place in range(x.shape[0])]


def stacked(*scalars):
    return concatenate([reshape(lifted(s), (1,)) for s in scalars])


def square(x):
    return x * x


FAR = ({"x": (-700.0, -38.0, 38.0, 700.0)}, {"x": (0.0, 1e-9, -1e-9, 17.0)})
MILD = ({"x": (-30.0, -5.0, 5.0, 30.0)}, {"x": (0.0, 1e-9, -1e-9, 8.0)})
VECTOR = {"x": (4,)}

# Activations.
softplus_own = Function(
    "softplus_own",
    lambda x: where(x > 0.0, x + log1p(exp(-x)), log1p(exp(x))),
    vjp=lambda x, y, cotangent: cotangent * sigmoid(x),
    jvp=lambda x, y, tangent: tangent * sigmoid(x),
)
logistic = Function("logistic", lambda x: 1.0 / (1.0 + exp(-x)))
swish = Function("swish", lambda x: x * logistic(x))
mish = Function("mish", lambda x: x * tanh(softplus(x)))
elu = Function("elu", lambda x: where(x > 0.0, x, expm1(minimum(x, 0.0))))
tanh_own = Function("tanh_own", lambda x: tanh(x), vjp=lambda x, y, c: c * (1.0 - y * y))
cube_own = Function("cube_own", lambda x: x * x * x, jvp=lambda x, y, t: 3.0 * x * x * t)
selu = lambda x: 1.0507009873554805 * where(x > 0.0, x, 1.6732632423543772 * expm1(x))

for name, formula, reference, settings in (
    ("relu", lambda x: relu(x) * x, lambda x: jnp.where(x > 0, x * x, 0.0), {"extreme": FAR[:1]}),
    (
        "leaky-relu",
        lambda x: square(leaky_relu(x, 0.2)),
        lambda x: jnp.where(x > 0, x, 0.2 * x) ** 2,
        {"extreme": FAR[:1]},
    ),
    ("silu", lambda x: silu(x), lambda x: x * jax.nn.sigmoid(x), {"extreme": FAR}),
    (
        "gelu",
        lambda x: gelu(x),
        lambda x: 0.5 * x * jax.lax.erfc(-x / jnp.sqrt(2.0)),
        {"extreme": ({"x": (-5.0, -3.0, 5.0, 30.0)}, MILD[1])},
    ),
    (
        "gelu-tanh",
        lambda x: gelu_tanh(x),
        lambda x: 0.5 * x * (1 + jnp.tanh(jnp.sqrt(2 / jnp.pi) * (x + 0.044715 * x**3))),
        {"extreme": ({"x": (0.0, 1e-9, 3.0, 8.0)},)},
    ),
    ("softplus-own", lambda x: softplus_own(x), jax.nn.softplus, {"extreme": FAR}),
    (
        "softplus-own-squared",
        lambda x: square(softplus_own(0.5 * x)),
        lambda x: jax.nn.softplus(x / 2) ** 2,
        {},
    ),
    ("swish-nested", lambda x: swish(x), lambda x: x * jax.nn.sigmoid(x), {"extreme": MILD}),
    ("mish", lambda x: mish(x), lambda x: x * jnp.tanh(jnp.log1p(jnp.exp(x))), {"extreme": MILD[1:]}),
    ("elu", lambda x: elu(x) * x, lambda x: x * jnp.where(x > 0, x, jnp.expm1(x)), {"extreme": FAR[:1]}),
    ("selu", lambda x: tanh(selu(x)), lambda x: jnp.tanh(jax.nn.selu(x)), {}),
    ("tanh-own", lambda x: tanh_own(x) * x, lambda x: x * jnp.tanh(x), {"extreme": MILD[1:]}),
    ("cube-own", lambda x: sin(cube_own(x)), lambda x: jnp.sin(x**3), {}),
    (
        "log-sigmoid",
        lambda x: -softplus_own(-x),
        lambda x: -jnp.logaddexp(0.0, -x),
        {"extreme": FAR},
    ),
    (
        "gated",
        lambda x: slice_(x, 0, 0, 2) * logistic(slice_(x, 0, 2, 4)),
        lambda x: x[:2] * jax.nn.sigmoid(x[2:]),
        {"extreme": MILD},
    ),
    ("softsign", lambda x: x / (1.0 + absolute(x)), lambda x: x / (1 + jnp.abs(x)), {"extreme": FAR[:1]}),
):
    add("activations", name, formula, reference, VECTOR, **settings)

add(
    "activations",
    "snake",
    lambda x, a: sum_(x + square(sin(a * x)) / a),
    lambda x, a: jnp.sum(x + jnp.sin(a * x) ** 2 / a),
    {"x": (3,), "a": ()},
    ranges={"a": (0.5, 2.0)},
)
add(
    "activations",
    "swish-beta",
    lambda x, b: mean_(x * logistic(b * x), None),
    lambda x, b: jnp.mean(x / (1 + jnp.exp(-b * x))),
    {"x": (4,), "b": ()},
    extreme=({"x": (-20.0, 20.0, 0.0, 3.0)},),
)

# Losses.
LABELS = {"labels": (2, 0)}
LOGITS = ({"x": (700.0, -700.0, 0.0, 38.0, 30.0, -40.0)}, {"x": (0.0,) * 6})


def rows_nll(x, labels):
    return -jnp.take_along_axis(jax.nn.log_softmax(x), labels[:, None], axis=1)[:, 0]


add(
    "losses",
    "cross-entropy",
    lambda x, labels: cross_entropy(x, labels),
    lambda x, labels: jnp.mean(rows_nll(x, labels)),
    {"x": (2, 3), "labels": (2,)},
    whole=LABELS,
    extreme=LOGITS,
    batch=["x", "labels"],
)
add(
    "losses",
    "cross-entropy-linear",
    lambda w, b, x, labels: cross_entropy(linear(x, w, b), labels),
    lambda w, b, x, labels: jnp.mean(rows_nll(x @ w + b, labels)),
    {"w": (2, 3), "b": (3,), "x": (2, 2), "labels": (2,)},
    whole=LABELS,
    batch=["x", "labels"],
    extreme=({"x": (30.0, -20.0, 15.0, 8.0)},),
)
add(
    "losses",
    "cross-entropy-probabilities",
    lambda x, q: cross_entropy_probabilities(x, softmax(q)),
    lambda x, q: jnp.mean(-jnp.sum(jax.nn.softmax(q) * jax.nn.log_softmax(x), axis=1)),
    {"x": (2, 3), "q": (2, 3)},
    batch=["x", "q"],
)
add(
    "losses",
    "mean-squared-error",
    lambda w, x, t: mean_squared_error(tanh(x @ w), t),
    lambda w, x, t: jnp.mean((jnp.tanh(x @ w) - t) ** 2),
    {"w": (2, 2), "x": (3, 2), "t": (3, 2)},
    batch=["x", "t"],
)
focal = Function(
    "focal", lambda x: -square(1.0 - slice_(softmax(x), 1, 0, 1)) * slice_(log_softmax(x), 1, 0, 1)
)
smoothed = Function("smoothed", lambda x: sum_(constant([0.9, 0.05, 0.05]) * log_softmax(x), 1))
margin = Function("margin_loss", lambda z: log(1.0 + exp(-z)))
add(
    "losses",
    "logistic",
    lambda w, x, y: mean_(margin(y * (x @ w)), None),
    lambda w, x, y: jnp.mean(jax.nn.softplus(-y * (x @ w))),
    {"w": (3,), "x": (4, 3), "y": (4,)},
    ranges={"y": (1.0, -1.0, 1.0, -1.0)},
    extreme=({"w": (100.0, -300.0, 50.0)},),
    batch=["x"],
)
huber = Function("huber", lambda r: where(absolute(r) < 1.0, 0.5 * r * r, absolute(r) - 0.5))
add(
    "losses",
    "huber",
    lambda w, x: sum_(huber(w * x - 0.3)),
    lambda w, x: jnp.sum(
        jax.numpy.where(jnp.abs(w * x - 0.3) < 1, (w * x - 0.3) ** 2 / 2, jnp.abs(w * x - 0.3) - 0.5)
    ),
    {"w": (4,), "x": (4,)},
    extreme=({"w": (1e3, 1e-3, -1e3, 0.0)},),
)
log_cosh = Function("log_cosh", lambda r: r + softplus(-2.0 * r) - math.log(2.0))
add(
    "losses",
    "log-cosh",
    lambda x, t: mean_(log_cosh(x - t), None),
    lambda x, t: jnp.mean(jnp.logaddexp(x - t, t - x) - jnp.log(2.0)),
    {"x": (3,), "t": (3,)},
    extreme=({"x": (500.0, -300.0, 0.0)},),
)
add(
    "losses",
    "focal",
    lambda x: sum_(focal(x)),
    lambda x: -jnp.sum((1 - jax.nn.softmax(x)[:, 0]) ** 2 * jax.nn.log_softmax(x)[:, 0]),
    {"x": (2, 3)},
)
add(
    "losses",
    "label-smoothing",
    lambda x: -mean_(smoothed(x), None),
    lambda x: -jnp.mean(jax.nn.log_softmax(x) @ jnp.array([0.9, 0.05, 0.05])),
    {"x": (2, 3)},
    extreme=LOGITS[:1],
)
add(
    "losses",
    "contrastive",
    lambda a, b: cross_entropy((a @ transpose(b)) / 0.5, constant([0, 1], dtype="i32")),
    lambda a, b: -jnp.mean(jnp.diag(jax.nn.log_softmax(2 * a @ b.T))),
    {"a": (2, 3), "b": (2, 3)},
    batch=["a", "b"],
)
add(
    "losses",
    "triplet",
    lambda a, p, n: sum_(relu(sum_(square(a - p), 1) - sum_(square(a - n), 1) + 0.7)),
    lambda a, p, n: jnp.sum(jnp.maximum(((a - p) ** 2).sum(1) - ((a - n) ** 2).sum(1) + 0.7, 0)),
    {"a": (2, 2), "p": (2, 2), "n": (2, 2)},
    batch=["a", "p", "n"],
)
add(
    "losses",
    "divergence",
    lambda x, z: sum_(softmax(x) * (log_softmax(x) - log_softmax(z))),
    lambda x, z: jnp.sum(jax.nn.softmax(x) * (jax.nn.log_softmax(x) - jax.nn.log_softmax(z))),
    {"x": (4,), "z": (4,)},
    extreme=({"x": (40.0, -40.0, 0.0, 5.0)},),
)
normal_nll = Function("normal_nll", lambda x, m, s: 0.5 * square((x - m) * exp(-s)) + s)
add(
    "losses",
    "normal-nll",
    lambda m, s, x: sum_(normal_nll(x, m, s)),
    lambda m, s, x: jnp.sum((x - m) ** 2 / (2 * jnp.exp(2 * s)) + s),
    {"m": (3,), "s": (3,), "x": (3,)},
    batch=["x"],
)
add(
    "losses",
    "poisson",
    lambda w, x, k: mean_(exp(x @ w) - k * (x @ w), None),
    lambda w, x, k: jnp.mean(jnp.exp(x @ w) - k * (x @ w)),
    {"w": (2,), "x": (3, 2), "k": (3,)},
    batch=["x", "k"],
)
add(
    "losses",
    "pinball",
    lambda x: sum_(maximum(0.9 * (x - 0.25), -0.1 * (x - 0.25)) * x),
    lambda x: jnp.sum(jnp.where(x > 0.25, 0.9, -0.1) * (x - 0.25) * x),
    {"x": (4,)},
)
add(
    "losses",
    "hinge-squared",
    lambda w, x: mean_(square(relu(1.0 - x @ w)), None),
    lambda w, x: jnp.mean(jnp.maximum(1 - x @ w, 0) ** 2),
    {"w": (3,), "x": (4, 3)},
    batch=["x"],
)
add(
    "losses",
    "geman-mcclure",
    lambda x: sum_(x * x / (1.0 + x * x)),
    lambda x: jnp.sum(1 - 1 / (1 + x**2)),
    {"x": (4,)},
    extreme=({"x": (0.0, 1e4, -1e4, 1.0)},),
)

# Rows: softmax and what is normalised.
ROW = ({"x": (700.0, -700.0, 38.0, 690.0)}, {"x": (0.0, 0.0, 0.0, 0.0)})
tempered = Function("tempered", lambda x, t: softmax(x / t))
twice_soft = Function("twice_soft", lambda x: tempered(tempered(x, constant(0.5)), constant(0.25)))
normalised = Function("rms_norm", lambda x, g: x * rsqrt(mean(x * x, -1, True) + 1e-6) * g)
scaled_log_sum = Function("scaled_log_sum", lambda x, a: log_sum_exp(a * x) / a)
matrix_lse = lambda x, axis: jax.scipy.special.logsumexp(x, axis=axis)
standard = lambda x: (x - x.mean(-1, keepdims=True)) / jnp.sqrt(x.var(-1, keepdims=True) + 1e-5)

for name, formula, reference, shapes, settings in (
    ("softmax", lambda x: softmax(x), jax.nn.softmax, VECTOR, {"extreme": ROW}),
    ("softmax-columns", lambda x: softmax(x, 0), lambda x: jnp.exp(x) / jnp.exp(x).sum(0), {"x": (3, 2)}, {}),
    ("log-softmax", lambda x: log_softmax(x), jax.nn.log_softmax, {"x": (2, 3)}, {"extreme": LOGITS}),
    (
        "log-sum-exp",
        lambda x: log_sum_exp(x, None),
        lambda x: matrix_lse(x, None),
        {"x": (2, 3)},
        {"extreme": LOGITS},
    ),
    ("log-sum-exp-rows", lambda x: log_sum_exp(x, 1), lambda x: matrix_lse(x, 1), {"x": (3, 2)}, {}),
    (
        "softmax-tempered",
        lambda x, t: tempered(x, t),
        lambda x, t: jax.nn.softmax(x / t),
        {"x": (3,), "t": ()},
        {"ranges": {"t": (0.3, 2.0)}},
    ),
    (
        "softmax-twice",
        lambda x: twice_soft(x),
        lambda x: jax.nn.softmax(jax.nn.softmax(x * 2) * 4),
        {"x": (3,)},
        {},
    ),
    (
        "entropy",
        lambda x: -sum_(softmax(x) * log_softmax(x)),
        lambda x: matrix_lse(x, 0) - jax.nn.softmax(x) @ x,
        VECTOR,
        {"extreme": ({"x": (30.0, -30.0, 0.0, 29.0)}, ROW[1])},
    ),
    (
        "log-mean-exp",
        lambda x: scaled_log_sum(x, constant(3.0)) - math.log(4.0) / 3.0,
        lambda x: jnp.log(jnp.mean(jnp.exp(3 * x))) / 3,
        VECTOR,
        {},
    ),
    (
        "layer-norm",
        lambda x, g, b: layer_norm(x, g, b),
        lambda x, g, b: standard(x) * g + b,
        {"x": (2, 3), "g": (3,), "b": (3,)},
        {"extreme": ({"x": (1e3, 1e3 + 1, 1e3 - 2, -7.0, 7.0, 0.5)},)},
    ),
    (
        "layer-norm-loss",
        lambda x, g, b: sum_(square(tanh(layer_norm(x, g, b)))),
        lambda x, g, b: jnp.sum(jnp.tanh(standard(x) * g + b) ** 2),
        {"x": (2, 3), "g": (3,), "b": (3,)},
        {},
    ),
    (
        "rms-norm",
        lambda x, g: normalised(x, g),
        lambda x, g: g * x / jnp.sqrt(jnp.mean(x**2, -1, keepdims=True) + 1e-6),
        {"x": (2, 3), "g": (3,)},
        {},
    ),
    ("mean-of-squares", lambda x: mean_(x, 1) ** 2.0, lambda x: x.mean(1) ** 2, {"x": (2, 3)}, {}),
    ("log-variance", lambda x: log(variance_(x, None)), lambda x: jnp.log(jnp.var(x)), {"x": (2, 3)}, {}),
    ("variance-rows", lambda x: variance_(x, 1), lambda x: x.var(1), {"x": (2, 3)}, {}),
    (
        "standardised",
        lambda x: (x - mean_(x, None)) / sqrt(variance_(x, None) + 0.1),
        lambda x: (x - x.mean()) / jnp.sqrt(x.var() + 0.1),
        VECTOR,
        {"extreme": ROW[1:]},
    ),
    (
        "cosine",
        lambda x, z: sum_(x * z) * rsqrt(sum_(x * x)) * rsqrt(sum_(z * z)),
        lambda x, z: x @ z / jnp.linalg.norm(x) / jnp.linalg.norm(z),
        {"x": (3,), "z": (3,)},
        {},
    ),
    (
        "group-norm",
        lambda x: reshape(
            layer_norm(reshape(x, (2, 3)), constant([1.0, 0.5, 2.0]), constant([0.0, 0.5, 0.0])), (6,)
        ),
        lambda x: (
            standard(x.reshape(2, 3)) * jnp.array([1.0, 0.5, 2.0]) + jnp.array([0.0, 0.5, 0.0])
        ).ravel(),
        {"x": (6,)},
        {},
    ),
):
    add("rows", name, formula, reference, shapes, **settings)
