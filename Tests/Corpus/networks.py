"""Networks as users write them, from attention to regressions."""

import math

from expression import *
from formulas import add, square
from softmax import SOFTMAX


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
