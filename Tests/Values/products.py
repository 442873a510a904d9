"""Writes products.json: derivatives of products, with 2000 bits, for ProductGradientTests.swift.

Each row is an x with a direction v, both exact in their type. `gradient` is the product of the
other elements, `tangent` its sum with v, `hessian` the product of the Hessian with v; `scale` is the
sum of the magnitudes of what is summed for an element of `hessian`. Needs mpmath.
"""

import json
import math
import random
import struct

import mpmath as mp

mp.mp.prec = 2000
LIMITS = {"f32": mp.mpf(3.4028234663852886e38), "f64": mp.mpf(1.7976931348623157e308)}


def exact(number, kind):
    """The number as its type holds it."""
    return struct.unpack("f", struct.pack("f", number))[0] if kind == "f32" else number


def product(elements):
    """As IEEE arithmetic would have it if no finite product overflowed."""
    if any(math.isinf(e) for e in elements):
        if any(e == 0 for e in elements):
            return mp.nan
        return mp.inf * mp.mpf(math.prod(math.copysign(1, e) for e in elements))
    return mp.fprod([mp.mpf(e) for e in elements])


def text(value, kind):
    """A number to 17 digits, beyond the range of its type an infinity."""
    if mp.isnan(value):
        return "nan"
    if abs(value) > LIMITS[kind]:
        return "inf" if value > 0 else "-inf"
    return mp.nstr(value, 17)


def case(name, x, v, kind):
    x = [exact(e, kind) for e in x]
    v = [exact(e, kind) for e in v]
    n = len(x)
    others = [product(x[:i] + x[i + 1 :]) for i in range(n)]
    terms = [
        [v[j] * product([x[k] for k in range(n) if k not in (i, j)]) for j in range(n) if j != i]
        for i in range(n)
    ]
    return {
        "name": name,
        "x": " ".join(str(e) for e in x),
        "v": " ".join(str(e) for e in v),
        "gradient": " ".join(text(e, kind) for e in others),
        "tangent": text(mp.fsum([a * b for a, b in zip(v, others)]), kind),
        "hessian": " ".join(text(mp.fsum(t), kind) for t in terms),
        "scale": " ".join(text(mp.fsum([abs(e) for e in t]), kind) for t in terms),
    }


def walk(random, n, bound):
    """Elements of which no run of neighbours strays further than 2 · bound decimal places from 1."""
    place, x = 0.0, []
    for _ in range(n):
        target = random.uniform(-bound, bound)
        x.append(10 ** (target - place))
        place = target
    return x


def cases(n, kind):
    r = random.Random(f"{n} {kind}")
    small, tiny, bound = (1e-19, 1e-42, 6) if kind == "f32" else (1e-153, 3e-320, 45)
    signed = lambda: [r.uniform(0.3, 2) * r.choice([-1, 1]) for _ in range(n)]
    positive = lambda: [r.uniform(0.3, 2) for _ in range(n)]

    def with_first(*values):
        x = signed()
        for place, value in zip(r.sample(range(n), min(n, len(values))), values):
            x[place] = value
        return x

    yield "signed", signed(), signed()
    yield "one zero", with_first(0.0), signed()
    yield "two zeros", with_first(0.0, -0.0), signed()
    yield "three zeros", with_first(0.0, 0.0, 0.0), signed()
    yield "tiny", with_first(small, small / 3), signed()
    yield "subnormal", with_first(tiny), signed()
    yield "huge", with_first(1 / small), signed()
    yield "infinite", [abs(e) for e in with_first(math.inf)], positive()
    yield "minus infinity and zero", with_first(-math.inf, 0.0), positive()
    for _ in range(3):
        yield "mixed", walk(r, n, bound), positive()


groups = [("f64", n) for n in (1, 2, 3, 5, 8, 13)] + [("f32", n) for n in (2, 3, 6, 11)]
table = [
    {"type": kind, "count": n, "rows": [case(*row, kind) for row in cases(n, kind)]}
    for kind, n in groups
]
with open("products.json", "w") as file:
    json.dump(table, file, indent=0)
    file.write("\n")
