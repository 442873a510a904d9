"""Movement of elements: slices, pads, gathers, cumulative sums by products, chains."""

from expression import *
from formulas import add, square
from softmax import SOFTMAX

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
