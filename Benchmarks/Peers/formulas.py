"""The formulas of the derivative products and of GradBench's problems, written once for every peer.

As in models.py; `f.array` is the peer's own module of array functions (`jax.numpy`, `torch`), called by what both
have and with positions for axes. `f.constant` makes a value of an array of NumPy.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy


def trigonometric(f, p, x):
    angles = x["x"]
    count = angles.shape[0]
    number = f.constant(numpy.arange(1.0, count + 1))
    residual = count - f.sum(f.cos(angles)) + number * (1 - f.cos(angles)) - f.sin(angles)
    return f.sum(f.square(residual))


def tanh_network_loss(f, p, x, inputs=8, hidden=20, outputs=2):
    weights = x["weights"]
    first = f.reshape(weights[: inputs * hidden], (inputs, hidden))
    second = f.reshape(weights[inputs * hidden :], (hidden, outputs))
    predictions = f.matmul(f.tanh(f.matmul(x["x"], first)), second)
    return f.mean(f.square(predictions - x["target"]))


def tanh_network(f, p, x):
    values = x["x"]
    layers = sum(name.startswith("weight") for name in x)
    for layer in range(layers):
        values = f.linear(values, x[f"weight{layer}"], x[f"bias{layer}"])
        if layer < layers - 1:
            values = f.tanh(values)
    return values


def gaussian_mixture(f, p, x):
    m = f.array
    alphas, means, icf, points = x["alphas"], x["means"], x["icf"], x["x"]
    count = len(points)
    components, d = means.shape
    logarithms, below = icf[:, :d], icf[:, d:]
    diagonal = m.exp(logarithms)
    # Q [K, d, d]: below the diagonal, column by column, what the row has of it; a zero above.
    places = numpy.full((d, d), below.shape[1])
    columns, rows = numpy.triu_indices(d, 1)
    places[rows, columns] = numpy.arange(len(rows))
    padded = m.concatenate([below, 0 * below[:, :1]], 1)
    lower = m.reshape(padded[:, places.reshape(-1)], (components, d, d))
    factors = m.where(f.constant(numpy.eye(d, dtype=bool)), diagonal[:, None, :], lower)
    moved = m.sum(factors * means[:, None, :], 2)
    products = points @ m.reshape(factors, (components * d, d)).T
    distances = m.reshape(products, (count, components, d)) - moved
    inner = alphas + m.sum(logarithms, 1) - 0.5 * m.sum(distances * distances, 2)
    prior = 0.5 * (m.sum(diagonal * diagonal) + m.sum(below * below))
    gamma = d * (d - 1) / 4 * math.log(math.pi)
    gamma += sum(math.lgamma(0.5 * (d + 1) - i / 2) for i in range(d))
    constant = -count * d * 0.5 * math.log(2 * math.pi)
    constant -= components * ((d + 1) * d * math.log(1 / math.sqrt(2)) - gamma)
    likelihood = m.sum(f.logsumexp(inner, 1))
    return likelihood - count * f.logsumexp(alphas, 0) + prior + constant


def bundle_operands(f, x):
    """What an observation sees: its camera, its point, its weight."""
    return {
        "cameras": x["cameras"][:, x["cameraOf"]],
        "points": x["points"][:, x["pointOf"]],
        "weights": x["weights"],
    }


def bundle_errors(f, s, x):
    m = f.array
    camera, weight = s["cameras"], s["weights"]
    r = camera[:3]
    place = s["points"] - camera[3:6]
    angle = m.sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2])
    a = [r[i] / angle for i in range(3)]
    cross = [
        a[(i + 1) % 3] * place[(i + 2) % 3] - a[(i + 2) % 3] * place[(i + 1) % 3] for i in range(3)
    ]
    cosine, sine = m.cos(angle), m.sin(angle)
    along = (a[0] * place[0] + a[1] * place[1] + a[2] * place[2]) * (1 - cosine)
    turned = [place[i] * cosine + cross[i] * sine + a[i] * along for i in range(3)]
    seen = [turned[0] / turned[2], turned[1] / turned[2]]
    square = seen[0] * seen[0] + seen[1] * seen[1]
    distortion = 1 + camera[9] * square + camera[10] * square * square
    return [
        weight * (seen[i] * distortion * camera[6] + camera[7 + i] - x["features"][i])
        for i in range(2)
    ] + [1 - weight * weight]


def nearest_squares(f, p, x):
    points, centroids = x["points"], x["centroids"]
    squares = f.array.sum(points * points, 1)[:, None] - 2 * (points @ centroids.T)
    squares = squares + f.array.sum(centroids * centroids, 1)
    return f.array.sum(f.least(squares, 1))


def polynomial_fit(f, p, x):
    coefficients, t = x["x"], x["t"]
    value = coefficients[-1] + 0 * t
    for index in range(len(coefficients) - 2, -1, -1):
        value = value * t + coefficients[index]
    return 0.5 * f.array.sum(f.square(f.array.sign(t) - value))


def log_sum_of_exponentials(f, p, x):
    m = f.array
    largest = m.max(x["x"])
    return m.log(m.sum(m.exp(x["x"] - largest))) + largest


def determinant(f, p, x):
    matrix = x["A"]
    size = matrix.shape[0]
    sets = [
        [s for s in range(1 << size) if s.bit_count() == count] for count in range(size + 1)
    ]
    minors = matrix[0]
    for rows in range(2, size + 1):
        place = {s: i for i, s in enumerate(sets[rows - 1])}
        bits = [[c for c in range(size) if s >> c & 1] for s in sets[rows]]
        columns = numpy.array(bits)
        others = numpy.array(
            [[place[s & ~(1 << c)] for c in b] for s, b in zip(sets[rows], bits)])
        signs = f.constant(numpy.array([(-1.0) ** (i + rows - 1) for i in range(rows)]))
        minors = f.array.sum(signs * matrix[rows - 1][columns] * minors[others], 1)
    return minors[0]


FINGERS, JOINTS = 5, 4


def finger_turns(f, x, z):
    m = f.array
    zero, one = m.zeros_like(x), m.ones_like(x)
    cx, sx, cz, sz = m.cos(x), m.sin(x), m.cos(z), m.sin(z)
    rows = [cz, -sz * cx, sz * sx, zero, sz, cz * cx, -cz * sx, zero, zero, sx, cx, zero]
    return m.reshape(m.stack(rows + [zero, zero, zero, one], 1), (FINGERS, 4, 4))


def global_rotation(f, turn):
    m = f.array
    angle = m.sqrt(m.sum(turn * turn))
    x, y, z = (turn[i] / angle for i in range(3))
    c, s = m.cos(angle), m.sin(angle)
    rows = [
        x * x + (1 - x * x) * c, x * y * (1 - c) - z * s, x * z * (1 - c) + y * s,
        x * y * (1 - c) + z * s, y * y + (1 - y * y) * c, y * z * (1 - c) - x * s,
        x * z * (1 - c) - y * s, z * y * (1 - c) + x * s, z * z + (1 - z * z) * c,
    ]
    return m.reshape(m.stack(rows, 0), (3, 3))


def hand(f, p, x):
    m = f.array
    theta, relatives, base, weights = x["theta"], x["relatives"], x["base"], x["weights"]
    bones, vertices = weights.shape
    angles = m.reshape(theta[6:], (FINGERS, 4))
    still = m.zeros_like(angles[:, 0])
    parent = relatives[0]
    absolutes = [relatives[:1]]
    for joint in range(JOINTS):
        bent = still if joint == 0 else angles[:, 0 if joint == 1 else joint]
        spread = angles[:, 1] if joint == 1 else still
        first = 1 + joint * FINGERS
        parent = parent @ (relatives[first : first + FINGERS] @ finger_turns(f, bent, spread))
        absolutes.append(parent)
    absolutes.append((relatives[0] @ relatives[-1])[None])
    transforms = m.concatenate(absolutes, 0) @ x["inverses"]
    rows = m.reshape(f.transpose(transforms[:, :3], (1, 0, 2)), (3, bones * 4))
    weighted = m.reshape(weights[:, None, :] * base[None], (bones * 4, vertices))
    places = global_rotation(f, theta[:3]) @ (rows @ weighted) + theta[3:6, None]
    return (x["points"] - places[:, x["vertexOf"]]).T


def diagonal_lstm(f, p, x):
    m = f.array
    main, extra, sequence = x["main"], x["extra"], x["sequence"]
    layers, width = main.shape[0], main.shape[2]
    hidden = [x["state"][layer, 0] for layer in range(layers)]
    cells = [x["state"][layer, 1] for layer in range(layers)]
    total = 0.0
    for step in range(len(sequence) - 1):
        values = sequence[step] * extra[0]
        for layer in range(layers):
            def gate(index, value, layer=layer):
                return value * main[layer, index] + main[layer, 4 + index]

            change = m.tanh(gate(3, hidden[layer]))
            kept = cells[layer] * f.sigmoid(gate(0, values))
            cells[layer] = kept + f.sigmoid(gate(1, hidden[layer])) * change
            hidden[layer] = f.sigmoid(gate(2, values)) * m.tanh(cells[layer])
            values = hidden[layer]
        prediction = values * extra[1] + extra[2]
        scale = m.log(m.sum(m.exp(prediction)) + 2)
        total = total + m.sum(sequence[step + 1] * (prediction - scale))
    return total * (-1 / ((len(sequence) - 1) * width))


def power_ode(f, p, x, steps=20, end=2.0):
    rates = x["x"]
    h = end / steps

    def slope(y):
        return f.array.concatenate([rates[:1], rates[1:] * y[:-1]], 0)

    y = 0 * rates
    for _ in range(steps):
        first = slope(y)
        second = slope(y + h / 2 * first)
        third = slope(y + h / 2 * second)
        fourth = slope(y + h * third)
        y = y + h / 6 * (first + 2 * second + 2 * third + fourth)
    return y[-1]


class Formula(NamedTuple):
    """A function of the inputs; a scalar where its gradient or Hessian is asked for."""

    predict: Callable

    def loss(self, f, p, x):
        return self.predict(f, p, x)


class RowFormula(NamedTuple):
    """Errors of which an element depends on its own column of each operand alone."""

    operands: Callable
    errors: Callable


FORMULAS = {
    "hessian_20": Formula(trigonometric),
    "hessian_200": Formula(tanh_network_loss),
    "jacobian_mlp": Formula(tanh_network),
    "gb_gmm": Formula(gaussian_mixture),
    "gb_ba": RowFormula(bundle_operands, bundle_errors),
    "gb_kmeans": Formula(nearest_squares),
    "gb_llsq": Formula(polynomial_fit),
    "gb_lse": Formula(log_sum_of_exponentials),
    "gb_det": Formula(determinant),
    "gb_ht": Formula(hand),
    "gb_lstm": Formula(diagonal_lstm),
    "gb_ode": Formula(power_ode),
}
