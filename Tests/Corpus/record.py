"""Records the corpus: python3 record.py [FAMILY ...] (needs jax, numpy, mpmath; gmpy2 makes it faster).

Each function is recorded at a random point and at the extreme points that it names: its value, its VJP
for a random cotangent, its JVP for a random tangent, and its second order, the derivative of the VJP along the
tangent. JAX gives all four in f64. Wide numbers (mpmath) judge them by differences that know no rule of
differentiation; where JAX is off, what they give is recorded, and the line says `mpmath`. README.md has the
format and the conventions.
"""

import multiprocessing
import os
import sys
import zlib

import numpy as np

FOLDER = os.path.dirname(os.path.abspath(__file__))


def number(x):
    x = float(x)
    text = repr(x)
    return text[:-2] if text.endswith(".0") else text


def numbers(array):
    return " ".join(number(x) for x in np.asarray(array, dtype=np.float64).ravel())


class Point:
    """Inputs of a function with a cotangent and a tangent of short decimal numbers."""

    def __init__(self, formula, expression, seed, given=None):
        random = np.random.default_rng(seed)
        self.arrays, self.tangents = {}, {}
        for node in expression.nodes:
            if not node.name:
                continue
            name, size = node.name, int(np.prod(node.shape))
            values = (given or {}).get(name)
            if values is None:
                values = formula.whole.get(name)
            if values is None:
                low, high = formula.low, formula.high
                fixed = formula.ranges.get(name)
                if fixed is not None and len(fixed) == 2 != size:
                    low, high = fixed
                    fixed = None
                values = fixed if fixed is not None else np.round(random.uniform(low, high, size), 4)
            kind = np.int32 if node.dtype == "i32" else np.float64
            self.arrays[name] = np.asarray(values, dtype=kind).reshape(node.shape)
            self.tangents[name] = np.round(random.uniform(-1, 1, node.shape), 3)
        self.cotangent = np.round(random.uniform(-1, 1, expression.shape), 3)


def by_jax(expression, point):
    import jax
    import jax.numpy as jnp

    names = expression.sources
    place = {name: k for k, name in enumerate(expression.inputs)}

    def function(sources):
        arguments = [jnp.asarray(point.arrays[n]) for n in expression.inputs]
        for name, value in zip(names, sources):
            arguments[place[name]] = value
        return expression.jax(*arguments)

    sources = [jnp.asarray(point.arrays[n]) for n in names]
    tangents = [jnp.asarray(point.tangents[n]) for n in names]
    cotangent = jnp.asarray(point.cotangent)
    vjp = lambda s: jax.vjp(function, s)[1](cotangent)[0]
    value, jvp = jax.jvp(function, (sources,), (tangents,))
    gradient, second = jax.jvp(vjp, (sources,), (tangents,))
    return {"value": [value], "jvp": [jvp], "vjp": gradient, "second": second}


def by_wide(expression, point):
    from mpmath import mp, mpf

    widened = np.frompyfunc(mpf, 1, 1)
    flat = np.concatenate([np.abs(point.arrays[n]).ravel() for n in expression.sources])
    flat = flat[(flat > 0) & np.isfinite(flat)]
    # A point is extreme where sums of very different numbers may come up: digits and steps follow.
    extreme = flat.size and (flat.max() > 25 or flat.min() < 1e-6)
    mp.dps, exponent = (2400, -360) if extreme else (60, -15)
    h = mpf(10) ** exponent
    base = {n: np.asarray(widened(a)) if n in expression.sources else a for n, a in point.arrays.items()}
    tangent = {n: np.asarray(widened(point.tangents[n])) for n in expression.sources}
    cotangent = np.asarray(widened(point.cotangent))
    choices = {}

    def evaluated(*moves):
        moved = dict(base)
        for factor, direction in moves:
            for name, array in direction.items():
                moved[name] = moved[name] + factor * h * array
        return expression.wide([moved[n] for n in expression.inputs], choices)

    def weighted(*moves):
        return np.sum(cotangent * evaluated(*moves))

    value = evaluated()
    jvp = (evaluated((1, tangent)) - evaluated((-1, tangent))) / (2 * h)
    gradient, second = [], []
    for name in expression.sources:
        first, mixed = [], []
        for place in np.ndindex(point.arrays[name].shape):
            unit = np.asarray(widened(np.zeros(point.arrays[name].shape)))
            unit[place] = mpf(1)
            axis = {name: unit}
            first.append((weighted((1, axis)) - weighted((-1, axis))) / (2 * h))
            mixed.append(
                (
                    weighted((1, axis), (1, tangent))
                    - weighted((1, axis), (-1, tangent))
                    - weighted((-1, axis), (1, tangent))
                    + weighted((-1, axis), (-1, tangent))
                )
                / (4 * h * h)
            )
        gradient.append(np.asarray(first, dtype=object))
        second.append(np.asarray(mixed, dtype=object))
    return {"value": [value], "jvp": [jvp], "vjp": gradient, "second": second}, 10.0 * float(h)


def flattened(parts):
    return np.concatenate([np.asarray(p, dtype=np.float64).ravel() for p in parts] or [[]])


def rounding(jax, wide):
    """What JAX lost by rounding in f64 where it is near, as a bound for others; nil where it is wrong."""
    if not np.isfinite(jax).all() or not np.isfinite(wide).all():
        return None
    lost = np.abs(jax - wide).max()
    near = lost <= 1e-12 * max(1.0, np.abs(wide).max())
    # Numbers below the normal ones, which XLA flushes to zero, are no question of rounding.
    return 4.0 * lost if near and lost > 1e-300 else None


def agree(jax, wide, noise):
    """Whether JAX is right: within 1e-9 of each number, or 1e-13 of the largest one."""
    if np.isnan(jax).any():
        return False
    with np.errstate(invalid="ignore"):
        finite = np.abs(wide[np.isfinite(wide)])
        scale = max(finite.max() if finite.size else 0.0, noise)
        bound = 1e-9 * np.abs(wide) + 1e-13 * scale
        return bool(np.all((jax == wide) | (np.abs(jax - wide) <= bound)))


def recorded(job):
    formula, seed = job
    from expression import Expression

    expression = Expression(formula.formula, formula.shapes, set(formula.whole))
    lines = [f"function {formula.name}"] + ["  " + line for line in expression.text()]
    report = []
    for index, given in enumerate([None] + list(formula.extreme)):
        point = Point(formula, expression, [seed, index], given)
        exact, noise = by_wide(expression, point)
        found = by_jax(expression, point)
        lines.append("point")
        for name in expression.inputs:
            lines.append(f"  {name} = {numbers(point.arrays[name])}")
        for name in expression.sources:
            lines.append(f"  tangent {name} = {numbers(point.tangents[name])}")
        lines.append(f"  cotangent = {numbers(point.cotangent)}")
        for quantity in ("value", "jvp", "vjp", "second"):
            jax, wide = flattened(found[quantity]), flattened(exact[quantity])
            if np.isnan(wide).any():
                kind, chosen = "unjudged", jax
            elif agree(jax, wide, noise):
                kind, chosen = "jax", jax
            else:
                kind, chosen = "mpmath", wide
                lost = rounding(jax, wide)
                if lost is not None:
                    kind += f" within {lost:.0e}"
            if kind != "jax":
                report.append(f"{formula.name}[{index}] {quantity} {kind}: jax {jax} mpmath {wide}")
            sizes = np.cumsum([np.size(p) for p in exact[quantity]])[:-1]
            labels = expression.sources if quantity in ("vjp", "second") else [None]
            for label, part in zip(labels, np.split(chosen, sizes)):
                mark = "" if kind == "jax" else f" {kind}"
                lines.append(f"  {quantity}{' ' + label if label else ''}{mark} = {numbers(part)}")
            if (index, quantity) in formula.differs:
                lines.append(f"  differs {quantity} = {formula.differs[index, quantity]}")
    return formula.family, lines, report


def formulas_of(wanted):
    import formulas
    import losses, softmax, models, networks, movement, science, compositions

    every = formulas.FORMULAS
    return every, [f for f in every if not wanted or f.family in wanted or f.name in wanted]


def record_at(index):
    import warnings

    warnings.filterwarnings("ignore")
    formula = formulas_of(set(sys.argv[1:]))[1][index]
    try:
        return recorded((formula, zlib.crc32(formula.name.encode())))
    except Exception as error:
        raise RuntimeError(f"{formula.name}: {error!r}") from error


def blocks_of(path):
    """The functions that a file has, by name."""
    blocks = {}
    if os.path.exists(path):
        with open(path) as file:
            for line in file.read().splitlines():
                if line.startswith("function "):
                    lines = blocks[line.split(" ", 1)[1]] = []
                lines.append(line)
    return blocks


def main():
    every, chosen = formulas_of(set(sys.argv[1:]))
    assert len({(f.family, f.name) for f in every}) == len(every), "a name is taken twice"
    made = {}
    with multiprocessing.Pool(2) as pool:
        for family, lines, report in pool.imap(record_at, range(len(chosen)), chunksize=4):
            made[family, lines[0].split(" ", 1)[1]] = lines
            for line in report:
                print(line, flush=True)
    for family in sorted({f.family for f in chosen}):
        path = os.path.join(FOLDER, family + ".corpus")
        blocks = blocks_of(path)
        lines = []
        for f in every:
            if f.family == family:
                lines += made.get((family, f.name)) or blocks[f.name]
        with open(path, "w") as file:
            file.write("\n".join(lines) + "\n")
    print(len(chosen), "functions")


if __name__ == "__main__":
    main()
