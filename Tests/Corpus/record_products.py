"""Records products of derivatives: python3 record_products.py [FAMILY or FUNCTION …].

A scalar is recorded with its gradient, its Hessian, the diagonal of that, and products with one and with two
directions; another value with its JVP, VJP, Jacobian, the Jacobian of that where it is small, and the product
of Gauss and Newton. Then comes a batch, whose values and derivatives are recorded example by example. JAX
differentiates the formula in jax.numpy; wide numbers judge it by differences of the graph, as in record.py.
"""

import multiprocessing
import os
import sys
import warnings
import zlib

import numpy as np

from record import FOLDER, Point, agree, blocks_of, flattened, numbers, rounding

EXAMPLES = 3
# The most numbers of a derivative of second order that is recorded of what is no scalar, or of a batch.
MOST = 64


class Derivatives:
    """All that is recorded, from the value y, the Jacobian J and the second derivatives T of a flat function.

    `parts` splits a flat vector into the sources.
    """

    def __init__(self, sources, shapes, is_scalar):
        self.sources, self.shapes, self.is_scalar = sources, shapes, is_scalar
        self.sizes = [int(np.prod(shapes[name], dtype=int)) for name in sources]

    def named(self, kind, flat):
        """`kind x` for each source, of what has the sources in the last axis."""
        pieces = np.split(flat, np.cumsum(self.sizes)[:-1], axis=-1)
        return {f"{kind} {name}": piece for name, piece in zip(self.sources, pieces)}

    def blocks(self, kind, flat):
        """`kind a b` for each pair of sources, of a matrix over all of them."""
        rows = np.split(flat, np.cumsum(self.sizes)[:-1], axis=0)
        made = {}
        for name, row in zip(self.sources, rows):
            made |= self.named(f"{kind} {name}", row)
        return made

    def second_sources(self, count):
        """The sources of which a Jacobian of the Jacobian is recorded."""
        return [n for n, size in zip(self.sources, self.sizes) if count * size * size <= MOST]

    def products(self, y, J, T, direction, other, cotangent):
        """By linear algebra, from all derivatives."""
        made = {"value": y}
        if self.is_scalar:
            made |= self.named("gradient", J[0]) | self.blocks("hessian", T[0])
            made |= self.named("hessian_diagonal", np.diagonal(T[0]))
            made |= self.named("hessian_product", T[0] @ direction)
            return made | {"curvature": np.atleast_1d(other @ (T[0] @ direction))}
        made |= {"jvp": J @ direction} | self.named("vjp", cotangent @ J) | self.named("jacobian", J)
        made |= self.named("gauss_newton", (J @ direction) @ J)
        blocks = [self.blocks("jacobian_jacobian", row) for row in T]
        for name in self.second_sources(len(J)):
            made[f"jacobian_jacobian {name}"] = np.array(
                [b[f"jacobian_jacobian {name} {name}"] for b in blocks]
            )
        return made


def by_jax(product, expression, shape, point):
    """The same by the transforms of JAX."""
    import jax
    import jax.numpy as jnp

    names = expression.sources
    place = {name: k for k, name in enumerate(expression.inputs)}

    def function(*sources):
        arguments = [jnp.asarray(point.arrays[n]) for n in expression.inputs]
        for name, value in zip(names, sources):
            arguments[place[name]] = value
        return product.reference(*arguments)

    sources = tuple(jnp.asarray(point.arrays[n]) for n in names)
    tangents = tuple(jnp.asarray(point.tangents[n]) for n in names)
    every = tuple(range(len(names)))
    labelled = lambda kind, values: {f"{kind} {n}": v for n, v in zip(names, values)}
    made = {"value": function(*sources)}
    assert made["value"].shape == expression.shape, made["value"].shape
    if shape.is_scalar:
        gradient = jax.grad(function, every)
        hessian = jax.hessian(function, every)(*sources)
        made |= labelled("gradient", gradient(*sources))
        for row, name in enumerate(names):
            made |= labelled(f"hessian {name}", hessian[row])
        flat = [np.asarray(hessian[k][k]).reshape(size, size) for k, size in enumerate(shape.sizes)]
        made |= labelled("hessian_diagonal", [np.diagonal(block) for block in flat])
        made |= labelled("hessian_product", jax.jvp(gradient, sources, tangents)[1])
        along = lambda *s: jax.jvp(function, s, tangents)[1]
        return made | {"curvature": jax.jvp(along, sources, tuple(point.others[n] for n in names))[1]}
    made["jvp"] = jax.jvp(function, sources, tangents)[1]
    pullback = jax.vjp(function, *sources)[1]
    made |= labelled("vjp", pullback(jnp.asarray(point.cotangent)))
    by_rows = jax.jacrev(function, every)(*sources)
    by_columns = jax.jacfwd(function, every)(*sources)
    for rows, columns in zip(by_rows, by_columns):
        assert np.allclose(rows, columns, rtol=1e-9, atol=1e-13, equal_nan=True), "the orders of JAX disagree"
    made |= labelled("jacobian", by_rows)
    made |= labelled("gauss_newton", pullback(made["jvp"]))
    for name in shape.second_sources(int(np.prod(expression.shape, dtype=int))):
        made[f"jacobian_jacobian {name}"] = jax.jacfwd(
            jax.jacrev(function, names.index(name)), names.index(name)
        )(*sources)
    return made


def by_wide(expression, shape, point):
    """All derivatives by central differences in wide numbers."""
    from mpmath import mp, mpf

    widened = np.frompyfunc(mpf, 1, 1)
    wide = lambda array: np.asarray(widened(np.asarray(array, dtype=np.float64)), dtype=object).ravel()
    flat = np.concatenate([np.abs(point.arrays[n]).ravel() for n in expression.sources])
    flat = flat[flat > 0]
    extreme = flat.size and (flat.max() > 25 or flat.min() < 1e-6)
    mp.dps, exponent = (2400, -360) if extreme else (60, -15)
    h = mpf(10) ** exponent
    base = wide(np.concatenate([point.arrays[n].ravel() for n in expression.sources]))
    choices = {}

    def evaluated(*moves):
        moved = base.copy()
        for place, factor in moves:
            moved[place] = moved[place] + factor * h
        pieces = np.split(moved, np.cumsum(shape.sizes)[:-1])
        given = dict(point.arrays) | {
            n: p.reshape(shape.shapes[n]) for n, p in zip(expression.sources, pieces)
        }
        return expression.wide([given[n] for n in expression.inputs], choices).ravel()

    count = len(base)
    y = evaluated()
    up, down = [evaluated((k, 1)) for k in range(count)], [evaluated((k, -1)) for k in range(count)]
    J = np.stack([(a - b) / (2 * h) for a, b in zip(up, down)], axis=1)
    T = np.empty((len(y), count, count), dtype=object)
    wanted = [shape.is_scalar or n in shape.second_sources(len(y)) for n in expression.sources]
    wanted = np.repeat(wanted, shape.sizes)
    owner = np.repeat(range(len(shape.sizes)), shape.sizes)
    T[:] = mp.nan
    for i in range(count):
        for j in range(i + 1):
            if not wanted[i] or not (shape.is_scalar or owner[i] == owner[j]):
                continue
            if i == j:
                T[:, i, i] = (up[i] - 2 * y + down[i]) / (h * h)
            else:
                corners = [evaluated((i, a), (j, b)) for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
                T[:, i, j] = T[:, j, i] = (corners[0] - corners[1] - corners[2] + corners[3]) / (4 * h * h)
    joined = lambda arrays: wide(np.concatenate([arrays[n].ravel() for n in expression.sources]))
    found = shape.products(y, J, T, joined(point.tangents), joined(point.others), wide(point.cotangent))
    return found, 10.0 * float(h)


def judged(place, jax, exact, noise, report):
    """The numbers that stand for each quantity, whose they are and what f64 loses in them."""
    assert set(jax) == set(exact), set(jax) ^ set(exact)
    lines = {}
    for quantity in jax:
        ours, wide = flattened([jax[quantity]]), flattened([exact[quantity]])
        kind, bound, chosen = "", 0.0, ours
        if np.isnan(wide).any():
            kind = "unjudged"
        elif not agree(ours, wide, noise):
            kind, chosen = "mpmath", wide
            bound = rounding(ours, wide) or 0.0
        if kind:
            worst = (
                np.nanargmax(np.where(ours == wide, 0, np.abs(ours - wide))) if np.isfinite(wide).any() else 0
            )
            report.append(
                f"{place} {quantity} {kind} within {bound:.0e}: jax {ours[worst]} mpmath {wide[worst]}"
            )
        lines[quantity] = (kind, bound, chosen)
    return lines


def line(quantity, judgements):
    """The line of a quantity, of one point or of all examples."""
    kind = max(kind for kind, _, _ in judgements)
    bound = max(bound for _, bound, _ in judgements)
    marks = [quantity] + [kind] * bool(kind) + [f"within {bound:.0e}"] * bool(bound)
    return f"  {' '.join(marks)} = {numbers(np.concatenate([found for _, _, found in judgements]))}"


def examples(product, expression, seed):
    """The points of a batch: the inputs that are not of the batch are those of the first."""
    made = []
    for place in range(EXAMPLES):
        given = product.extreme[0] if product.extreme and place == EXAMPLES - 1 else None
        given = {n: v for n, v in (given or {}).items() if n in product.batch}
        point = Point(product, expression, [seed, 100 + place], given)
        for name in point.arrays:
            if name in product.batch and name in product.whole:
                point.arrays[name] = np.roll(point.arrays[name], place)
            elif made and name not in product.batch:
                point.arrays[name] = made[0].arrays[name]
        point.others = point.tangents
        made.append(point)
    return made


def of_batch(quantity, scalar, size):
    """Whether a quantity is recorded of a batch."""
    if quantity == "value":
        return True
    kind = quantity.split(" ")[0]
    return kind in (("gradient", "hessian") if scalar else ("vjp", "jacobian")) and size <= MOST


def recorded(job):
    product, seed = job
    from expression import Expression
    from functions import file_of

    expression = Expression(product.formula, product.shapes, set(product.whole))
    shape = Derivatives(expression.sources, product.shapes, expression.shape == ())
    lines = [f"function {product.name}"] + ["  " + line for line in file_of(expression, "f")]
    report = []
    for index, given in enumerate([None] + list(product.extreme)):
        point = Point(product, expression, [seed, index], given)
        point.others = Point(product, expression, [seed, 50 + index], given).tangents
        exact, noise = by_wide(expression, shape, point)
        chosen = judged(
            f"{product.name}[{index}]", by_jax(product, expression, shape, point), exact, noise, report
        )
        lines.append("point")
        lines += [f"  {name} = {numbers(point.arrays[name])}" for name in expression.inputs]
        lines += [f"  tangent {name} = {numbers(point.tangents[name])}" for name in expression.sources]
        if shape.is_scalar:
            lines += [f"  other {name} = {numbers(point.others[name])}" for name in expression.sources]
        else:
            lines.append(f"  cotangent = {numbers(point.cotangent)}")
        lines += [line(quantity, [judgement]) for quantity, judgement in chosen.items()]
    batch = examples(product, expression, seed)
    found = []
    for place, (point, jax) in enumerate(zip(batch, by_vmap(product, expression, shape, batch))):
        exact, noise = by_wide(expression, shape, point)
        exact = {q: exact[q] for q in jax}
        found.append(judged(f"{product.name} example {place}", jax, exact, noise, report))
    lines.append("batch " + " ".join(product.batch))
    for name in expression.inputs:
        values = [p.arrays[name] for p in batch] if name in product.batch else batch[0].arrays[name]
        lines.append(f"  {name} = {numbers(values)}")
    if not shape.is_scalar:
        lines.append(f"  cotangent = {numbers([p.cotangent for p in batch])}")
    lines += [line(quantity, [f[quantity] for f in found]) for quantity in found[0]]
    return product.family, lines, report


def by_vmap(product, expression, shape, batch):
    """What JAX gives for each example of a batch, by jax.vmap."""
    import jax
    import jax.numpy as jnp

    names = expression.sources
    every = tuple(expression.inputs.index(n) for n in names)
    axes = tuple(0 if n in product.batch else None for n in expression.inputs)
    arguments = [
        jnp.stack([jnp.asarray(p.arrays[n]) for p in batch]) if axis == 0 else jnp.asarray(batch[0].arrays[n])
        for n, axis in zip(expression.inputs, axes)
    ]
    labelled = lambda kind, values: {f"{kind} {n}": v for n, v in zip(names, values)}
    made = {"value": jax.vmap(product.reference, axes)(*arguments)}
    if shape.is_scalar:
        made |= labelled("gradient", jax.vmap(jax.grad(product.reference, every), axes)(*arguments))
        hessian = jax.vmap(jax.hessian(product.reference, every), axes)(*arguments)
        for row, name in enumerate(names):
            made |= labelled(f"hessian {name}", hessian[row])
    else:
        cotangents = jnp.stack([jnp.asarray(p.cotangent) for p in batch])

        def pulled(cotangent, *arguments):
            arguments = list(arguments)

            def function(*sources):
                for place, value in zip(every, sources):
                    arguments[place] = value
                return product.reference(*arguments)

            return jax.vjp(function, *(arguments[place] for place in every))[1](cotangent)

        made |= labelled("vjp", jax.vmap(pulled, (0, *axes))(cotangents, *arguments))
        made |= labelled("jacobian", jax.vmap(jax.jacrev(product.reference, every), axes)(*arguments))
    kept = {q: v for q, v in made.items() if of_batch(q, shape.is_scalar, int(np.size(v)) // len(batch))}
    return [{q: v[place] for q, v in kept.items()} for place in range(len(batch))]


def products_of(wanted):
    import product_layers
    import product_networks, product_optimization, product_science

    every = product_layers.PRODUCTS
    return every, [p for p in every if not wanted or p.family in wanted or p.name in wanted]


def record_at(index):
    warnings.filterwarnings("ignore")
    product = products_of(set(sys.argv[1:]))[1][index]
    try:
        return recorded((product, zlib.crc32(product.name.encode())))
    except Exception as error:
        raise RuntimeError(f"{product.name}: {error!r}") from error


def main():
    every, chosen = products_of(set(sys.argv[1:]))
    assert len({p.name for p in every}) == len(every), "a name is taken twice"
    made = {}
    with multiprocessing.Pool(2) as pool:
        for family, lines, report in pool.imap(record_at, range(len(chosen)), chunksize=2):
            made[family, lines[0].split(" ", 1)[1]] = lines
            for line in report:
                print(line, flush=True)
    for family in sorted({p.family for p in chosen}):
        path = os.path.join(FOLDER, family + ".products")
        blocks = blocks_of(path)
        lines = []
        for p in every:
            if p.family == family:
                lines += made.get((family, p.name)) or blocks[p.name]
        with open(path, "w") as file:
            file.write("\n".join(lines) + "\n")
    print(len(chosen), "functions")


if __name__ == "__main__":
    main()
