"""What each operator computes: by JAX, and in wide numbers."""

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
from jax import lax
from mpmath import mp, mpf

jax.config.update("jax_enable_x64", True)

COMPARISONS = {"less", "less_or_equal", "greater", "greater_or_equal", "equal", "not_equal"}


def _filled(node):
    return np.broadcast_to(node.attributes["value"], node.shape)


def _iota(node):
    shape, axis = node.shape, node.attributes["axis"]
    ramp = np.arange(shape[axis]).reshape([-1 if a == axis else 1 for a in range(len(shape))])
    return np.broadcast_to(ramp, shape).astype(np.float64 if node.dtype == "f64" else np.int32)


def _pads(node):
    a = node.attributes
    return list(zip(a["low"], a["high"], a["interior"]))


def _axes(node):
    return tuple(node.attributes["axes"])


def _window(node):
    a = node.attributes
    return tuple(
        slice(a["starts"][0], a["limits"][0], a["strides"][0]) if axis == a["axes"][0] else slice(None)
        for axis in range(len(node.shape))
    )


def _dimensions(node):
    a = node.attributes
    return ((a["contract_left"], a["contract_right"]), (a["batch_left"], a["batch_right"]))


def _broadcast(array, node, into=np.broadcast_to):
    axes = node.attributes["axes"]
    shape = [array.shape[axes.index(a)] if a in axes else 1 for a in range(len(node.shape))]
    return into(array.reshape(shape), node.shape)


def _jax_scatter(node, x, i, u):
    place = (slice(None),) * node.attributes["axis"] + (i,)
    return x.at[place].add(u)


_TYPES = {"f64": np.float64, "i32": np.int32, "bool": bool, "f32": np.float32}

JAX = {
    "constant": lambda n: jnp.asarray(_filled(n)),
    "iota": lambda n: jnp.asarray(_iota(n)),
    "add": lambda n, x, y: x + y,
    "subtract": lambda n, x, y: x - y,
    "multiply": lambda n, x, y: x * y,
    "divide": lambda n, x, y: x / y,
    "power": lambda n, x, y: x**y,
    "negate": lambda n, x: -x,
    "maximum": lambda n, x, y: jnp.maximum(x, y),
    "minimum": lambda n, x, y: jnp.minimum(x, y),
    "less": lambda n, x, y: x < y,
    "less_or_equal": lambda n, x, y: x <= y,
    "greater": lambda n, x, y: x > y,
    "greater_or_equal": lambda n, x, y: x >= y,
    "equal": lambda n, x, y: x == y,
    "and": lambda n, x, y: x & y,
    "or": lambda n, x, y: x | y,
    "logical_not": lambda n, x: ~x,
    "select": lambda n, c, x, y: jnp.where(c, x, y),
    "exp": lambda n, x: jnp.exp(x),
    "expm1": lambda n, x: jnp.expm1(x),
    "log": lambda n, x: jnp.log(x),
    "log1p": lambda n, x: jnp.log1p(x),
    "sqrt": lambda n, x: jnp.sqrt(x),
    "rsqrt": lambda n, x: lax.rsqrt(x),
    "reciprocal": lambda n, x: 1 / x,
    "sin": lambda n, x: jnp.sin(x),
    "cos": lambda n, x: jnp.cos(x),
    "tan": lambda n, x: jnp.tan(x),
    "tanh": lambda n, x: jnp.tanh(x),
    "sigmoid": lambda n, x: jax.nn.sigmoid(x),
    "softplus": lambda n, x: jax.nn.softplus(x),
    "erf": lambda n, x: lax.erf(x),
    "abs": lambda n, x: jnp.abs(x),
    "sign": lambda n, x: jnp.sign(x),
    "floor": lambda n, x: jnp.floor(x),
    "ceil": lambda n, x: jnp.ceil(x),
    "round": lambda n, x: jnp.round(x),
    "stop_gradient": lambda n, x: lax.stop_gradient(x),
    "cast": lambda n, x: x.astype(_TYPES[n.dtype]),
    "reduce_sum": lambda n, x: jnp.sum(x, _axes(n)),
    "reduce_max": lambda n, x: jnp.max(x, _axes(n)),
    "reduce_min": lambda n, x: jnp.min(x, _axes(n)),
    "reduce_product": lambda n, x: jnp.prod(x, _axes(n)),
    "broadcast": lambda n, x: _broadcast(x, n, jnp.broadcast_to),
    "reshape": lambda n, x: x.reshape(n.shape),
    "transpose": lambda n, x: jnp.transpose(x, n.attributes["permutation"]),
    "slice": lambda n, x: x[_window(n)],
    "pad": lambda n, x: lax.pad(x, n.attributes["value"], _pads(n)),
    "concatenate": lambda n, *x: jnp.concatenate(x, n.attributes["axis"]),
    "gather": lambda n, x, i: jnp.take(x, i, axis=n.attributes["axis"]),
    "scatter_add": _jax_scatter,
    "dot_general": lambda n, x, y: lax.dot_general(x, y, _dimensions(n)),
}


def _total(function):
    """A function of wide numbers that gives NaN where it has no real value."""

    def value(*x):
        try:
            result = function(*x)
        except (ZeroDivisionError, ValueError, OverflowError):
            return mp.nan
        return mp.nan if isinstance(result, mpmath.mpc) else mpf(result)

    ufunc = np.frompyfunc(value, function.__code__.co_argcount, 1)
    return lambda node, *operands: np.asarray(ufunc(*operands), dtype=object).reshape(node.shape)


def _exp(x):
    return mp.inf if x > 10**7 else mpf(0) if x < -(10**7) else mp.exp(x)


def _log(x):
    return -mp.inf if x == 0 else mp.nan if x < 0 else mp.log(x)


def _divide(x, y):
    return x / y if y else mp.nan if not x or mp.isnan(x) else mp.sign(x) * mp.inf


def _sigmoid(x):
    return 1 / (1 + _exp(-x))


def _softplus(x):
    return x if x > 10**7 else mp.log(1 + _exp(x))


def _tanh(x):
    return mp.sign(x) if abs(x) > 10**7 else mp.tanh(x)


def _wide_scatter(node, x, i, u):
    result = np.moveaxis(x.copy(), node.attributes["axis"], 0)
    axis = node.attributes["axis"]
    updates = np.moveaxis(u, list(range(axis, axis + i.ndim)), list(range(i.ndim)))
    for place in np.ndindex(i.shape):
        result[i[place]] = result[i[place]] + updates[place]
    return np.moveaxis(result, 0, axis)


def _wide_dot(node, x, y):
    (cx, cy), (bx, by) = _dimensions(node)
    letters = iter("abcdefghijklmnopqrst")
    left = [next(letters) for _ in x.shape]
    right = [next(letters) for _ in y.shape]
    for a, b in list(zip(cx, cy)) + list(zip(bx, by)):
        right[b] = left[a]
    free = [left[a] for a in range(x.ndim) if a not in cx and a not in bx]
    free += [right[a] for a in range(y.ndim) if a not in cy and a not in by]
    result = [left[a] for a in bx] + free
    return np.asarray(np.einsum("%s,%s->%s" % tuple(map("".join, (left, right, result))), x, y), dtype=object)


def _wide_pad(node, x):
    result = np.full(node.shape, mpf(node.attributes["value"]), dtype=object)
    place = tuple(
        slice(low, low + (interior + 1) * e, interior + 1)
        for (low, _, interior), e in zip(_pads(node), x.shape)
    )
    result[place] = x
    return result


def _wide_product(node, x):
    return np.asarray(np.multiply.reduce(x, axis=_axes(node)), dtype=object)


_widened = np.frompyfunc(mpf, 1, 1)

WIDE = {
    "constant": lambda n: np.asarray(_widened(_filled(n)) if n.dtype == "f64" else _filled(n)),
    "iota": lambda n: _widened(_iota(n)) if n.dtype == "f64" else _iota(n),
    "add": lambda n, x, y: x + y,
    "subtract": lambda n, x, y: x - y,
    "multiply": lambda n, x, y: x * y,
    "negate": lambda n, x: -x,
    "divide": _total(_divide),
    "exp": _total(_exp),
    "log": _total(_log),
    "expm1": _total(lambda x: _exp(x) - 1),
    "log1p": _total(lambda x: _log(1 + x)),
    "sqrt": _total(lambda x: mp.sqrt(x)),
    "rsqrt": _total(lambda x: _divide(mpf(1), mp.sqrt(x))),
    "reciprocal": _total(lambda x: _divide(mpf(1), x)),
    "sin": _total(lambda x: mp.sin(x)),
    "cos": _total(lambda x: mp.cos(x)),
    "tan": _total(lambda x: mp.tan(x)),
    "tanh": _total(_tanh),
    "sigmoid": _total(_sigmoid),
    "softplus": _total(_softplus),
    "erf": _total(lambda x: mp.erf(x)),
    "reduce_product": _wide_product,
    "reduce_sum": lambda n, x: np.asarray(np.add.reduce(x, axis=_axes(n)), dtype=object),
    "broadcast": lambda n, x: _broadcast(x, n),
    "reshape": lambda n, x: x.reshape(n.shape),
    "transpose": lambda n, x: np.transpose(x, n.attributes["permutation"]),
    "slice": lambda n, x: x[_window(n)],
    "pad": _wide_pad,
    "concatenate": lambda n, *x: np.concatenate(x, n.attributes["axis"]),
    "gather": lambda n, x, i: np.take(x, i, axis=n.attributes["axis"]),
    "scatter_add": _wide_scatter,
    "dot_general": _wide_dot,
}


def _compared(function):
    return lambda n, x, y: np.asarray(function(x, y), dtype=bool)


def _converted(node, x):
    if node.dtype == "f64":
        return _widened(x)
    return np.asarray(x, dtype=np.float64).astype(_TYPES[node.dtype])


DECIDED = {
    "less": _compared(np.less),
    "less_or_equal": _compared(np.less_equal),
    "greater": _compared(np.greater),
    "greater_or_equal": _compared(np.greater_equal),
    "equal": _compared(np.equal),
    "and": _compared(np.logical_and),
    "or": _compared(np.logical_or),
    "logical_not": lambda n, x: ~x,
    "cast": _converted,
    "stop_gradient": lambda n, x: x,
    "sign": _total(lambda x: mp.sign(x)),
    "floor": _total(lambda x: mp.floor(x)),
    "ceil": _total(lambda x: mp.ceil(x)),
    "round": _total(lambda x: mp.nint(x)),
}


def _ties(node, x, best):
    axes = _axes(node)
    extreme = best(x, axis=axes, keepdims=True)
    chosen = np.asarray(x == extreme, dtype=object)
    count = np.add.reduce(np.asarray(chosen, dtype=int), axis=axes, keepdims=True)
    return np.frompyfunc(lambda c, k: mpf(int(c)) / int(k), 2, 1)(chosen, count)


def _shared(node, weights, x):
    terms = np.frompyfunc(lambda w, v: w * v if w else mpf(0), 2, 1)(weights, x)
    return np.asarray(np.add.reduce(terms, axis=_axes(node)), dtype=object)


def _winner(better):
    return np.frompyfunc(lambda x, y: mpf(1) / 2 if x == y else mpf(1) if better(x, y) else mpf(0), 2, 1)


def _mixed(node, weight, x, y):
    mix = lambda w, a, b: a if w == 1 else b if w == 0 else (a + b) / 2
    return np.asarray(np.frompyfunc(mix, 3, 1)(weight, x, y), dtype=object).reshape(node.shape)


def _power(node, fixed, x, y):
    """A base at or below zero has no power around its exponent, which does not move there."""
    power = lambda a, b, f: mp.power(a, b if f is None else f)

    def total(a, b, f):
        try:
            result = power(a, b, f)
        except (ZeroDivisionError, ValueError):
            return mp.nan
        return mp.nan if isinstance(result, mpmath.mpc) else result

    return np.asarray(np.frompyfunc(total, 3, 1)(x, y, fixed), dtype=object).reshape(node.shape)


CHOOSING = {
    "select": (lambda n, c, x, y: c, lambda n, _, c, x, y: np.where(c, x, y)),
    "maximum": (lambda n, x, y: _winner(lambda a, b: a > b)(x, y), _mixed),
    "minimum": (lambda n, x, y: _winner(lambda a, b: a < b)(x, y), _mixed),
    "reduce_max": (lambda n, x: _ties(n, x, np.maximum.reduce), _shared),
    "reduce_min": (lambda n, x: _ties(n, x, np.minimum.reduce), _shared),
    "abs": (lambda n, x: np.frompyfunc(lambda v: mp.sign(v), 1, 1)(x), lambda n, s, x: s * x),
    "power": (lambda n, x, y: np.frompyfunc(lambda a, b: b if a <= 0 else None, 2, 1)(x, y), _power),
}
