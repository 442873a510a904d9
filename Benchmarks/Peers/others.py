"""The formulas of the group of other people's programs and of what Swift differentiates, written once for every peer.

As in models.py; shapes are those of `x.shapes`, values may be sliced, and axes are given by position.
"""

import math

from formulas import Formula, tanh_network_loss


def dense_lstm(f, p, x):
    steps = x.shapes["sequence"][0]
    width = x.shapes["hidden"][1]
    hidden, cell = x["hidden"], x["cell"]
    for step in range(steps):
        gates = f.linear(x["sequence"][step], x["input"], x["bias"])
        gates = gates + f.matmul(hidden, x["recurrent"])
        parts = [gates[:, index * width : (index + 1) * width] for index in range(4)]
        cell = f.sigmoid(parts[1]) * cell + f.sigmoid(parts[0]) * f.tanh(parts[2])
        hidden = f.sigmoid(parts[3]) * f.tanh(cell)
    return f.mean(f.square(hidden - x["target"]))


def bodies(f, p, x, softening=0.01):
    differences = x["places"][:, None, :] - x["places"][None, :, :]
    squares = f.sum(f.square(differences), 2) + softening
    return -0.5 * f.sum(1 / f.sqrt(squares))


def matrix_factorization(f, p, x, ridge=0.1):
    residual = f.matmul(x["U"], f.transpose(x["V"], (1, 0))) - x["A"]
    squares = f.sum(f.square(x["U"])) + f.sum(f.square(x["V"]))
    return 0.5 * f.sum(f.square(residual)) + ridge / 2 * squares


def stencil(f, p, x):
    u = x["u"]
    neighbours = u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:]
    return 0.5 * f.sum(f.square(4 * u[1:-1, 1:-1] - neighbours - x["f"]))


def first_axis_log_sum_exp(f, p, x):
    return f.sum(f.logsumexp(x["x"], 0))


def first_axis_norm(f, p, x):
    normal = f.batch_norm(x["x"], x["scale"], x["offset"])
    return f.mean(f.square(normal - x["target"]))


def variational_auto_encoder(f, p, x):
    def layer(values, name):
        return f.linear(values, x[name], x[name + "Bias"])

    encoded = f.relu(layer(x["x"], "encoder"))
    mean, logarithm = layer(encoded, "mean"), layer(encoded, "logarithm")
    code = mean + f.exp(0.5 * logarithm) * x["noise"]
    scores = layer(f.relu(layer(code, "decoder")), "pixels")
    entropy = f.sum(f.softplus(scores) - x["x"] * scores)
    divergence = -0.5 * f.sum(1 + logarithm - f.square(mean) - f.exp(logarithm))
    return (entropy + divergence) / x.shapes["x"][0]


def chained_rosenbrock(f, p, x):
    first, after = x["x"][:-1], x["x"][1:]
    return f.sum(100 * f.square(after - f.square(first)) + f.square(1 - first))


def heated_floor(f, p, x, steps=20, duration=0.1):
    every = x["factors"] * x["parameters"]
    a = [every[index] for index in range(20)]
    resistance = a[3] * a[2] / (a[5] / a[0] * math.pi * a[1]) * 10
    flow = a[11] * a[12] * a[13]
    floor, water, tank = a[19], a[10], a[14]
    for _ in range(steps):
        gained = (tank - water) * flow
        tank = tank - gained * duration / (a[16] * a[15] * a[17])
        water = water + gained / flow
        lost = (floor - water) / resistance
        floor = floor - lost * duration / (a[6] * a[5] * a[8] * a[7])
        water = water + lost / flow
    return abs(floor - 27.344767)


OTHERS = {
    "other_lstm": Formula(dense_lstm),
    "other_bodies": Formula(bodies),
    "other_mf": Formula(matrix_factorization),
    "other_stencil": Formula(stencil),
    "other_lse": Formula(first_axis_log_sum_exp),
    "other_norm": Formula(first_axis_norm),
    "other_vae": Formula(variational_auto_encoder),
    "other_rosenbrock": Formula(chained_rosenbrock),
    "swift_simulation": Formula(heated_floor),
    "swift_network": Formula(tanh_network_loss),
}
