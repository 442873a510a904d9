"""An expression that is at once a graph in the .graph format, a JAX function and a function of wide numbers.

A formula is written once, over `Value`s. `Expression.text` gives the graph, `Expression.jax` what JAX
computes and differentiates, and `Expression.wide` the value in as many digits as asked for. No rule of
differentiation stands here: JAX has its own, and wide numbers are differentiated by differences.
"""

import numpy as np

from evaluation import CHOOSING, COMPARISONS, DECIDED, JAX, WIDE

_recording = None


class Node:
    def __init__(self, operator, operands, shape, dtype="f64", name=None, /, **attributes):
        self.operator, self.operands, self.shape = operator, operands, tuple(shape)
        self.dtype, self.name, self.attributes = dtype, name, attributes
        # Of a composite what it is by definition, of a call the function's body: an expression of the operands.
        self.body = None


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
        outer, _recording = _recording, self
        values = []
        for name, shape in shapes.items():
            self.nodes.append(Node("input", [], shape, "i32" if name in whole else "f64", name))
            self.inputs.append(name)
            values.append(Value(len(self.nodes) - 1))
        results = formula(*values)
        self.results = [r.index for r in (results if isinstance(results, (list, tuple)) else [results])]
        self.result = self.results[0]
        self.shape = self.nodes[self.result].shape
        _recording = outer
        self.sources = [name for name in self.inputs if name not in whole]

    # The .graph format. `functions` has the name of each body that is called.
    def text(self, functions=None):
        names, lines, count = {}, [], 0
        for index, node in enumerate(self.nodes):
            if node.name:
                names[index] = "%" + node.name
                lines.append(f"input %{node.name}: {_type(node)}")
                continue
            if node.operator == "result":
                names[index] = f"{names[node.operands[0]]}#{node.attributes['place']}"
                continue
            names[index], count = f"%{count}", count + 1
            attributes = dict(node.attributes)
            own, types = names[index], _type(node)
            if node.operator == "call":
                attributes["function"] = "@" + functions[id(node.body)]
                made = [node.body.nodes[r] for r in node.body.results]
                own = ", ".join([own] + [f"{own}#{place}" for place in range(1, len(made))])
                types = ", ".join(map(_type, made))
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
                    own,
                    node.operator,
                    ", ".join(names[o] for o in node.operands),
                    " {%s}" % listed if listed else "",
                    types,
                )
            )
        return lines + [
            f"output y{place or ''} = {names[result]}" for place, result in enumerate(self.results)
        ]

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
        return self.all_wide(arguments, choices)[0]

    def all_wide(self, arguments, choices):
        values, made = [], {}
        arguments = iter(map(np.asarray, arguments))
        for index, node in enumerate(self.nodes):
            operands = [np.asarray(values[o]) for o in node.operands]
            if node.name:
                values.append(next(arguments))
            elif node.operator == "result":
                values.append(made[node.operands[0]][node.attributes["place"]])
            elif node.body:
                made[index] = node.body.all_wide(operands, choices.setdefault(index, {}))
                values.append(made[index][0])
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
        return [np.asarray(values[result]) for result in self.results]


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
