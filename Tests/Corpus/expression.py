"""An expression that is at once a graph in the .graph format, a JAX function and a function of wide numbers.

A formula is written once, over `Value`s. `Expression.text` gives the graph, `Expression.jax` what JAX
computes and differentiates, and `Expression.wide` the value in as many digits as asked for. No rule of
differentiation stands here: JAX has its own, and wide numbers are differentiated by differences.
"""

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
from jax import lax
from mpmath import mp, mpf

jax.config.update("jax_enable_x64", True)

_recording = None


class Node:
    def __init__(self, operator, operands, shape, dtype="f64", name=None, /, **attributes):
        self.operator, self.operands, self.shape = operator, operands, tuple(shape)
        self.dtype, self.name, self.attributes = dtype, name, attributes


class Value:
    """A result of a node of the expression being written, with NumPy's operators and broadcasting."""

    def __init__(self, index):
        self.index = index

    node = property(lambda self: _recording.nodes[self.index])
    shape = property(lambda self: self.node.shape)
    dtype = property(lambda self: self.node.dtype)
    rank = property(lambda self: len(self.shape))
    T = property(lambda self: transpose(self))

    def __add__(self, other):
        return combined("add", self, other)

    def __radd__(self, other):
        return combined("add", other, self)

    def __sub__(self, other):
        return combined("subtract", self, other)

    def __rsub__(self, other):
        return combined("subtract", other, self)

    def __mul__(self, other):
        return combined("multiply", self, other)

    def __rmul__(self, other):
        return combined("multiply", other, self)

    def __truediv__(self, other):
        return combined("divide", self, other)

    def __rtruediv__(self, other):
        return combined("divide", other, self)

    def __pow__(self, other):
        return combined("power", self, other)

    def __rpow__(self, other):
        return combined("power", other, self)

    def __neg__(self):
        return apply("negate", [self], self.shape, self.dtype)

    def __matmul__(self, other):
        return matmul(self, other)

    def __lt__(self, other):
        return combined("less", self, other)

    def __le__(self, other):
        return combined("less_or_equal", self, other)

    def __gt__(self, other):
        return combined("greater", self, other)

    def __ge__(self, other):
        return combined("greater_or_equal", self, other)

    def __and__(self, other):
        return combined("and", self, other)

    def __or__(self, other):
        return combined("or", self, other)

    def __invert__(self):
        return apply("logical_not", [self], self.shape, "bool")


def apply(operator, operands, shape, dtype="f64", /, **attributes):
    _recording.nodes.append(
        Node(operator, [operand.index for operand in operands], shape, dtype, **attributes)
    )
    return Value(len(_recording.nodes) - 1)


def constant(number, shape=(), dtype="f64"):
    array = np.asarray(number, dtype=np.float64 if dtype == "f64" else np.int64)
    return apply("constant", [], array.shape or shape, dtype, value=array)


def lifted(x, dtype="f64"):
    return x if isinstance(x, Value) else constant(x, dtype=dtype)


def broadcast(x, shape):
    """NumPy's broadcasting: extents of 1 that grow are dropped, then axes are added."""
    shape = tuple(shape)
    if x.shape == shape:
        return x
    offset = len(shape) - x.rank
    kept = [a for a in range(x.rank) if x.shape[a] == shape[a + offset]]
    if len(kept) < x.rank:
        x = reshape(x, [x.shape[a] for a in kept])
    return apply("broadcast", [x], shape, x.dtype, shape=shape, axes=[a + offset for a in kept])


COMPARISONS = {"less", "less_or_equal", "greater", "greater_or_equal", "equal", "not_equal"}


def combined(operator, x, y):
    dtype = x.dtype if isinstance(x, Value) else y.dtype
    x, y = lifted(x, dtype), lifted(y, dtype)
    shape = np.broadcast_shapes(x.shape, y.shape)
    logical = operator in COMPARISONS or operator in ("and", "or")
    return apply(operator, [broadcast(x, shape), broadcast(y, shape)], shape, "bool" if logical else dtype)


def equal(x, y):
    return combined("equal", x, y)


def maximum(x, y):
    return combined("maximum", x, y)


def minimum(x, y):
    return combined("minimum", x, y)


def where(condition, x, y):
    x, y = lifted(x), lifted(y)
    shape = np.broadcast_shapes(condition.shape, x.shape, y.shape)
    return apply("select", [broadcast(v, shape) for v in (condition, x, y)], shape, x.dtype)


def _unary(name):
    return lambda x: apply(name, [x], x.shape, x.dtype)


(
    exp,
    expm1,
    log,
    log1p,
    sqrt,
    rsqrt,
    reciprocal,
    sin,
    cos,
    tan,
    tanh,
    sigmoid,
    softplus,
    erf,
    absolute,
    sign,
    floor,
    ceil,
    round_,
    stop_gradient,
) = map(
    _unary,
    (
        "exp expm1 log log1p sqrt rsqrt reciprocal sin cos tan tanh sigmoid softplus erf abs sign floor "
        "ceil round stop_gradient"
    ).split(),
)


def cast(x, dtype):
    return apply("cast", [x], x.shape, dtype, to=dtype)


def _reduction(name):
    def reduce(x, axis=None, keep=False):
        axes = list(range(x.rank)) if axis is None else [axis] if isinstance(axis, int) else axis
        axes = sorted(a % x.rank for a in axes)
        shape = [e for a, e in enumerate(x.shape) if a not in axes]
        result = apply(name, [x], shape, x.dtype, axes=axes)
        if keep:
            result = reshape(result, [1 if a in axes else e for a, e in enumerate(x.shape)])
        return result

    return reduce


sum_, max_, min_, product = map(_reduction, "reduce_sum reduce_max reduce_min reduce_product".split())


def mean(x, axis=None, keep=False):
    total = sum_(x, axis, keep)
    return total / float(np.prod(x.shape) / np.prod(total.shape))


def variance(x, axis=None, keep=False):
    return mean((x - mean(x, axis, True)) ** 2.0, axis, keep)


def reshape(x, shape):
    return x if x.shape == tuple(shape) else apply("reshape", [x], shape, x.dtype, shape=tuple(shape))


def transpose(x, permutation=None):
    permutation = list(permutation or reversed(range(x.rank)))
    return apply("transpose", [x], [x.shape[a] for a in permutation], x.dtype, permutation=permutation)


def slice_(x, axis, start, limit, stride=1):
    shape = list(x.shape)
    shape[axis] = len(range(start, limit, stride))
    return apply("slice", [x], shape, x.dtype, axes=[axis], starts=[start], limits=[limit], strides=[stride])


def pad(x, low, high, interior=None, value=0.0):
    interior = interior or [0] * x.rank
    shape = [l + h + e + i * max(e - 1, 0) for e, l, h, i in zip(x.shape, low, high, interior)]
    return apply("pad", [x], shape, x.dtype, low=low, high=high, interior=interior, value=value)


def concatenate(values, axis=0):
    shape = list(values[0].shape)
    shape[axis] = sum(v.shape[axis] for v in values)
    return apply("concatenate", values, shape, values[0].dtype, axis=axis)


def iota(shape, axis=0, dtype="f64"):
    return apply("iota", [], shape, dtype, axis=axis)


def gather(x, indices, axis=0):
    shape = x.shape[:axis] + indices.shape + x.shape[axis + 1 :]
    return apply("gather", [x, indices], shape, x.dtype, axis=axis)


def scatter_add(x, indices, updates, axis=0):
    return apply("scatter_add", [x, indices, updates], x.shape, x.dtype, axis=axis)


def dot_general(x, y, contract, batch=((), ())):
    """The product over pairs of axes: the batch axes, then the free ones of either operand."""
    free = [
        [a for a in range(v.rank) if a not in contract[k] and a not in batch[k]] for k, v in enumerate((x, y))
    ]
    shape = [x.shape[a] for a in batch[0]] + [x.shape[a] for a in free[0]] + [y.shape[a] for a in free[1]]
    return apply(
        "dot_general",
        [x, y],
        shape,
        x.dtype,
        batch_left=list(batch[0]),
        batch_right=list(batch[1]),
        contract_left=list(contract[0]),
        contract_right=list(contract[1]),
    )


def matmul(x, y):
    if y.rank == 1 or x.rank == 1 or y.rank == 2:
        return dot_general(x, y, ((x.rank - 1,), (max(y.rank - 2, 0),)))
    batch = tuple(range(x.rank - 2))
    return dot_general(x, y, ((x.rank - 1,), (y.rank - 2,)), (batch, batch))


class Expression:
    """What a formula gives for inputs of the given shapes; `whole` names inputs of whole numbers."""

    def __init__(self, formula, shapes, whole=()):
        global _recording
        self.nodes, self.inputs = [], []
        _recording = self
        values = []
        for name, shape in shapes.items():
            self.nodes.append(Node("input", [], shape, "i32" if name in whole else "f64", name))
            self.inputs.append(name)
            values.append(Value(len(self.nodes) - 1))
        self.result = formula(*values).index
        self.shape = self.nodes[self.result].shape
        self.sources = [name for name in self.inputs if name not in whole]

    # The .graph format.
    def text(self):
        names, lines, count = {}, [], 0
        for index, node in enumerate(self.nodes):
            if node.name:
                names[index] = "%" + node.name
                lines.append(f"input %{node.name}: {_type(node)}")
                continue
            names[index], count = f"%{count}", count + 1
            attributes = dict(node.attributes)
            if node.operator in ("constant", "iota"):
                attributes["type"] = _Type(_type(node))
            listed = ", ".join(
                f"{k} = {_spelled(v)}"
                for k, v in attributes.items()
                if not (k.startswith("batch") and v == [])
            )
            lines.append(
                "%s = %s(%s)%s : %s"
                % (
                    names[index],
                    node.operator,
                    ", ".join(names[o] for o in node.operands),
                    " {%s}" % listed if listed else "",
                    _type(node),
                )
            )
        return lines + [f"output y = {names[self.result]}"]

    # JAX.
    def jax(self, *arguments):
        values = []
        arguments = iter(arguments)
        for node in self.nodes:
            operands = [values[o] for o in node.operands]
            values.append(next(arguments) if node.name else JAX[node.operator](node, *operands))
        return values[self.result]

    # Wide numbers. `choices` keeps what is decided by comparison at the point itself (branches, ties,
    # signs, rounding, whole numbers), so that differences around it are those of the smooth function
    # there; a first evaluation fills it.
    def wide(self, arguments, choices):
        values = []
        arguments = iter(map(np.asarray, arguments))
        for index, node in enumerate(self.nodes):
            operands = [np.asarray(values[o]) for o in node.operands]
            if node.name:
                values.append(next(arguments))
            elif node.operator in DECIDED:
                if index not in choices:
                    choices[index] = DECIDED[node.operator](node, *operands)
                values.append(choices[index])
            elif node.operator in CHOOSING:
                if index not in choices:
                    choices[index] = CHOOSING[node.operator][0](node, *operands)
                values.append(CHOOSING[node.operator][1](node, choices[index], *operands))
            else:
                values.append(WIDE[node.operator](node, *operands))
        return np.asarray(values[self.result])


class _Type(str):
    pass


def _type(node):
    return f"{node.dtype}[{', '.join(map(str, node.shape))}]"


def _number(x, floating):
    return repr(float(x)) if floating else str(int(x))


def _spelled(value):
    if isinstance(value, np.ndarray):
        floating = value.dtype == np.float64
        if value.size == 1 or floating and (value == value.flat[0]).all():
            return _number(value.flat[0], floating)
        return "[" + ", ".join(_number(x, floating) for x in value.flat) + "]"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(str, value)) + "]"
    return str(value) if isinstance(value, str) else _number(value, isinstance(value, float))


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
