"""The computations of the cases, written once for every peer.

`f` is the peer's own set of functions (see its script), `p` its parameters and `x` its inputs, both
by name. What has a name of its own in a peer (a layer norm, an attention) is one function of `f`,
so that each peer does it in its best way.
"""

from collections.abc import Callable
from typing import NamedTuple


def layer_names(p):
    """The numbers of the layers 0, 1, ..."""
    return range(sum(name.startswith("weight") and name != "weight" for name in p))


def scalar(f, p, x):
    product = x["x1"] * x["x2"]
    return product + f.exp(product) - f.sin(x["x2"])


def elementwise(f, p, x):
    t = f.tanh(x["x"] * x["y"] + x["x"])
    s = f.sigmoid(t - x["y"])
    return f.sum(f.exp(-(s * s)) * t)


def perceptron(f, p, x):
    values = x["features"]
    layers = layer_names(p)
    for layer in layers:
        values = f.linear(values, p[f"weight{layer}"], p[f"bias{layer}"])
        if layer != layers[-1]:
            values = f.relu(values)
    return values


def residual(f, p, x):
    values = x["features"]
    for layer in layer_names(p):
        values = values + f.relu(f.linear(values, p[f"weight{layer}"], p[f"bias{layer}"]))
    return f.linear(values, p["weight"], p["bias"])


def embedding(f, p, x):
    return f.linear(f.rows(p["table"], x["indices"]), p["weight"], p["bias"])


def logistic(f, p, x):
    return f.matmul(x["features"], p["weight"]) + p["bias"]


HEADS = 4


def transformer(f, p, x):
    batch, length, width = x.shapes["x"]

    def norm(values, name):
        return f.layer_norm(values, p[name + "Scale"], p[name + "Offset"])

    def heads(values):
        parts = f.reshape(values, (batch, length, HEADS, width // HEADS))
        return f.transpose(parts, (0, 2, 1, 3))

    normal = norm(x["x"], "attentionNorm")
    parts = [heads(f.matmul(normal, p[name])) for name in ("query", "key", "value")]
    mixed = f.transpose(f.attention(*parts), (0, 2, 1, 3))
    mixed = f.reshape(mixed, (batch, length, width))
    h = x["x"] + f.linear(mixed, p["output"], p["outputBias"])
    up = f.gelu(f.linear(norm(h, "mlpNorm"), p["up"], p["upBias"]))
    return h + f.linear(up, p["down"], p["downBias"])


def class_loss(f, scores, x):
    return f.cross_entropy(scores, x["labels"])


def binary_loss(f, scores, x):
    return f.mean(f.softplus(scores) - x["labels"] * scores)


def square_loss(f, predictions, x):
    return f.mean(f.square(predictions - x["target"]))


def itself(f, predictions, x):
    return predictions


class Model(NamedTuple):
    """What predicts, and the scalar to differentiate."""

    predict: Callable
    measure: Callable

    def loss(self, f, p, x):
        return self.measure(f, self.predict(f, p, x), x)


PERCEPTRON = Model(perceptron, class_loss)
ELEMENTWISE = Model(elementwise, itself)
TRANSFORMER = Model(transformer, square_loss)
EMBEDDING = Model(embedding, class_loss)
LOGISTIC = Model(logistic, binary_loss)
RESIDUAL = Model(residual, class_loss)

MODELS = {
    "scalar": Model(scalar, itself),
    "mlp_b1": PERCEPTRON,
    "mlp_b32": PERCEPTRON,
    "mlp_b128": PERCEPTRON,
    "deepnarrow_b32": PERCEPTRON,
    "wide_b256": PERCEPTRON,
    "ew_16k": ELEMENTWISE,
    "ew_1m": ELEMENTWISE,
    "ew_16m": ELEMENTWISE,
    "tblock": TRANSFORMER,
    "hvp_mlp_b32": PERCEPTRON,
    "hvp_tblock": TRANSFORMER,
    "example_gradients": PERCEPTRON,
    "embedding_b128": EMBEDDING,
    "logistic_100k": LOGISTIC,
    "residual_b64": RESIDUAL,
    "infer_mlp": PERCEPTRON,
    "infer_mlp_b32": PERCEPTRON,
    "infer_deepnarrow": PERCEPTRON,
    "infer_wide": PERCEPTRON,
    "infer_tblock": TRANSFORMER,
    "infer_embedding": EMBEDDING,
    "infer_logistic": LOGISTIC,
    "infer_residual": RESIDUAL,
    "shared_mlp_b32": PERCEPTRON,
}


def chain(nodes):
    """A model of so many element-wise nodes, sines and hyperbolic tangents by turns."""

    def predict(f, p, x):
        values = x["x"]
        for node in range(nodes):
            values = f.tanh(values) if node % 2 else f.sin(values)
        return f.sum(values)

    return Model(predict, itself)
