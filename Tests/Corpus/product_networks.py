"""Functions for products of derivatives: networks, whose layers are called, and what moves elements."""

from product_layers import *

dense = Function("dense", lambda x, w, b: tanh(linear(x, w, b)))
perceptron = Function("perceptron", lambda x, w, b, v, c: linear(dense(x, w, b), v, c))
residual = Function("residual", lambda x, w: x + tanh(x @ w))
block = Function(
    "block",
    lambda x, w, g, b: x + attention(layer_norm(x, g, b) @ w, layer_norm(x, g, b), layer_norm(x, g, b)),
)
gating = Function("gating", lambda x, g: softmax(x @ g))
encoder = Function("encoder", lambda x, w: silu(x @ w))
transformer = Function("transformer", lambda x, w, g, b: block(x, w, g, b) @ w)
recurrent = Function("recurrent", lambda h, x, u, w: tanh(h @ u + x @ w))


def cell(h, c, x, w):
    """A long short-term memory of one unit: its output and its state."""
    gates = stacked(h, x) @ w
    forget, enter, leave = (sigmoid(part(gates, place)) for place in range(3))
    state = forget * c + enter * tanh(part(gates, 3))
    return [leave * tanh(state), state]


memory = Function("memory", cell)


def twice_remembered(w, x):
    h, c = memory(constant(0.1), constant(-0.2), part(x, 0), w)
    h, c = memory(h, c, part(x, 1), w)
    return h * c


def memory_reference(w, x):
    h, c = 0.1, -0.2
    for value in x:
        gates = h * w[0] + value * w[1]
        f, i, o = (1 / (1 + jnp.exp(-gates[k])) for k in range(3))
        c = f * c + i * jnp.tanh(gates[3])
        h = o * jnp.tanh(c)
    return h * c


def dot_attention(q, k, v):
    return jax.nn.softmax(q @ k.T / jnp.sqrt(q.shape[1])) @ v


def block_reference(x, w, g, b):
    y = standard(x) * g + b
    return x + dot_attention(y @ w, y, y)


SQUARES = {"q": (2, 2), "k": (2, 2), "v": (2, 2)}
reversal = lambda x, scale: (1.0 + scale) * stop_gradient(x) - scale * x

for name, formula, reference, shapes, settings in (
    (
        "perceptron",
        lambda x, w, b, v, c, t: mean_squared_error(perceptron(x, w, b, v, c), t),
        lambda x, w, b, v, c, t: jnp.mean((jnp.tanh(x @ w + b) @ v + c - t) ** 2),
        {"x": (2, 2), "w": (2, 2), "b": (2,), "v": (2, 1), "c": (1,), "t": (2, 1)},
        {"batch": ["x", "t"]},
    ),
    (
        "classifier",
        lambda x, w, b, v, c, labels: cross_entropy(perceptron(x, w, b, v, c), labels),
        lambda x, w, b, v, c, labels: jnp.mean(rows_nll(jnp.tanh(x @ w + b) @ v + c, labels)),
        {"x": (2, 1), "w": (1, 2), "b": (2,), "v": (2, 3), "c": (3,), "labels": (2,)},
        {"batch": ["x", "labels"], "whole": {"labels": (1, 2)}},
    ),
    (
        "residual-blocks",
        lambda x, w: residual(residual(residual(x, w), w), w),
        lambda x, w: (f := lambda x: x + jnp.tanh(x @ w))(f(f(x))),
        {"x": (2, 2), "w": (2, 2)},
        {},
    ),
    (
        "residual-energy",
        lambda x, w: sum_(square(residual(residual(x, w), transpose(w)))),
        lambda x, w: jnp.sum(((y := x + jnp.tanh(x @ w)) + jnp.tanh(y @ w.T)) ** 2),
        {"x": (3,), "w": (3, 3)},
        {},
    ),
    (
        "attention",
        lambda q, k, v: attention(q, k, v),
        dot_attention,
        SQUARES,
        {"batch": ["q", "k", "v"], "extreme": ({"q": (60.0, -40.0, 25.0, 90.0)},)},
    ),
    (
        "attention-loss",
        lambda q, k, v: mean_(square(attention(q, k, v)), None),
        lambda q, k, v: jnp.mean(dot_attention(q, k, v) ** 2),
        SQUARES,
        {"batch": ["q"]},
    ),
    (
        "attention-written",
        lambda q, k, v: softmax(q @ transpose(k) / math.sqrt(2.0)) @ v,
        dot_attention,
        SQUARES,
        {"batch": ["k", "v"]},
    ),
    (
        "transformer",
        lambda x, w, g, b: sum_(tanh(transformer(x, w, g, b))),
        lambda x, w, g, b: jnp.sum(jnp.tanh(block_reference(x, w, g, b) @ w)),
        {"x": (3, 2), "w": (2, 2), "g": (2,), "b": (2,)},
        {"ranges": {"x": (1.5, -0.5, 0.25, -1.25, -0.75, 0.5)}},
    ),
    (
        "recurrent",
        lambda u, w, x: sum_(
            recurrent(recurrent(slice_(x, 0, 0, 2), slice_(x, 0, 2, 4), u, w), slice_(x, 0, 4, 6), u, w)
        ),
        lambda u, w, x: jnp.sum(jnp.tanh(jnp.tanh(x[:2] @ u + x[2:4] @ w) @ u + x[4:] @ w)),
        {"u": (2, 2), "w": (2, 2), "x": (6,)},
        {"batch": ["x"]},
    ),
    ("memory", twice_remembered, memory_reference, {"w": (2, 4), "x": (2,)}, {"batch": ["x"]}),
    (
        "embedding",
        lambda t, w: cross_entropy(
            gather(t, constant([2, 0, 2], dtype="i32")) @ w, constant([0, 1, 1], dtype="i32")
        ),
        lambda t, w: jnp.mean(rows_nll(t[jnp.array([2, 0, 2])] @ w, jnp.array([0, 1, 1]))),
        {"t": (3, 2), "w": (2, 2)},
        {"batch": ["t", "w"]},
    ),
    (
        "experts",
        lambda x, g, w: sum_(gating(x, g) * tanh(x @ w)),
        lambda x, g, w: jax.nn.softmax(x @ g) @ jnp.tanh(x @ w),
        {"x": (2,), "g": (2, 3), "w": (2, 3)},
        {},
    ),
    (
        "excitation",
        lambda x, w: silu(x) * sigmoid(mean_(x, 0) @ w),
        lambda x, w: x * jax.nn.sigmoid(x) * jax.nn.sigmoid(x.mean(0) @ w),
        {"x": (2, 2), "w": (2, 2)},
        {},
    ),
    (
        "convolution",
        lambda x, k: relu(
            sum((slice_(x, 0, j, j + 4) * part(k, j) for j in range(1, 3)), slice_(x, 0, 0, 4) * part(k, 0))
        ),
        lambda x, k: jnp.maximum(jnp.correlate(x, k, mode="valid"), 0),
        {"x": (6,), "k": (3,)},
        {},
    ),
    (
        "autoencoder",
        lambda w, x: mean_squared_error(encoder(x, w) @ transpose(w), x),
        lambda w, x: jnp.mean((jax.nn.silu(x @ w) @ w.T - x) ** 2),
        {"w": (3, 2), "x": (2, 3)},
        {"batch": ["x"]},
    ),
    (
        "gelu-network",
        lambda w, v, x: sum_(gelu(x @ w) @ v),
        lambda w, v, x: jnp.sum((x @ w * (1 + jax.lax.erf(x @ w / jnp.sqrt(2.0))) / 2) @ v),
        {"w": (2, 3), "v": (3,), "x": (2, 2)},
        {"batch": ["x"]},
    ),
    (
        "gradient-reversal",
        lambda x, w: sum_(square(tanh(reversal(x, 0.5) @ w))),
        lambda x, w: jnp.sum(jnp.tanh((1.5 * jax.lax.stop_gradient(x) - 0.5 * x) @ w) ** 2),
        {"x": (2,), "w": (2, 2)},
        {},
    ),
    (
        "leaky-network",
        lambda x, w: log_sum_exp(leaky_relu(x @ w, 0.1)),
        lambda x, w: jnp.log(jnp.sum(jnp.exp(jnp.where(x @ w > 0, x @ w, (x @ w) / 10)), -1)),
        {"x": (2, 2), "w": (2, 3)},
        {},
    ),
):
    add("networks", name, formula, reference, shapes, low=-1.5, high=1.5, **settings)

# What selects and moves elements, away from ties.
median = Function("median", lambda a, b, c: maximum(minimum(a, b), minimum(maximum(a, b), c)))
norm_of_rows = Function("norm_of_rows", lambda x: sqrt(sum_(x * x, -1)))
INDICES = [2, 0, 2, 1]

for name, formula, reference, shapes, settings in (
    (
        "gather",
        lambda x: square(gather(x, constant(INDICES, dtype="i32"))),
        lambda x: x[jnp.array(INDICES)] ** 2,
        {"x": (3, 2)},
        {},
    ),
    (
        "gather-weighted",
        lambda x, w: sum_(w * exp(gather(x, constant(INDICES, dtype="i32")))),
        lambda x, w: w @ jnp.exp(x)[jnp.array(INDICES)],
        {"x": (3,), "w": (4,)},
        {},
    ),
    (
        "scatter",
        lambda x, u: tanh(scatter_add(x, constant(INDICES, dtype="i32"), u * u)),
        lambda x, u: jnp.tanh(x.at[jnp.array(INDICES)].add(u**2)),
        {"x": (3,), "u": (4,)},
        {},
    ),
    ("maximum-row", lambda x: max_(x * x * x, 1), lambda x: jnp.max(x, 1) ** 3, {"x": (2, 3)}, {}),
    (
        "minimum-and-sum",
        lambda x: min_(x) * sum_(sin(x)),
        lambda x: x.min() * jnp.sin(x).sum(),
        {"x": (4,)},
        {},
    ),
    ("median", lambda x: square(median(*parts(x))), lambda x: jnp.median(x) ** 2, {"x": (3,)}, {}),
    (
        "branches",
        lambda x: where(x > 0.5, x * x * x, where(x < -0.5, exp(x), cos(x))),
        lambda x: jnp.select([x > 0.5, x < -0.5], [x**3, jnp.exp(x)], jnp.cos(x)),
        {"x": (4,)},
        {"extreme": ({"x": (0.0, 0.4, -0.6, 700.0)},)},
    ),
    (
        "guarded-root",
        lambda x: sum_(where(x > 0.0, sqrt(where(x > 0.0, x, 1.0)), 0.0)),
        lambda x: jnp.sum(jnp.where(x > 0, jnp.sqrt(jnp.where(x > 0, x, 1.0)), 0.0)),
        {"x": (4,)},
        {"extreme": ({"x": (-1.0, -3.0, 1e-6, 1e6)},)},
    ),
    (
        "product-of-all",
        lambda x: product(x),
        jnp.prod,
        {"x": (4,)},
        {"extreme": ({"x": (0.0, 2.0, -3.0, 0.5)}, {"x": (0.0, 0.0, -3.0, 0.5)})},
    ),
    (
        "running-sum",
        lambda x: exp(constant([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]) @ x),
        lambda x: jnp.exp(jnp.cumsum(x)),
        {"x": (3,)},
        {},
    ),
    (
        "stencil",
        lambda x: square(pad(x, [1], [0]) - pad(x, [0], [1])),
        lambda x: jnp.diff(x, prepend=0.0, append=0.0) ** 2,
        {"x": (4,)},
        {},
    ),
    (
        "distances",
        lambda x, z: norm_of_rows(x - z),
        lambda x, z: jnp.linalg.norm(x - z, axis=1),
        {"x": (3, 2), "z": (2,)},
        {"extreme": ({"x": (1e6, -1e6, 1e-6, 3.0, 0.5, 0.25)},)},
    ),
    (
        "turned-parts",
        lambda x: concatenate([transpose(x), sin(reshape(x, (3, 2)))], 1),
        lambda x: jnp.hstack([x.T, jnp.sin(x.reshape(3, 2))]),
        {"x": (2, 3)},
        {},
    ),
    (
        "clipped",
        lambda x: sum_(square(minimum(maximum(x, -1.0), 1.0) + 0.1 * x)),
        lambda x: jnp.sum((jnp.clip(x, -1, 1) + 0.1 * x) ** 2),
        {"x": (4,)},
        {"extreme": ({"x": (50.0, -50.0, 0.0, 0.5)},)},
    ),
):
    add("selection", name, formula, reference, shapes, **settings)
