"""Functions for products of derivatives: test functions for optimisation, and residuals of fits.

The names are those of Moré, Garbow and Hillstrom, "Testing unconstrained optimization software" (ACM
Transactions on Mathematical Software 7, 1981), and of Jamil and Yang, "A literature survey of benchmark
functions for global optimisation problems" (International Journal of Mathematical Modelling and Numerical
Optimisation 4, 2013).
"""

from product_layers import *

PLANE, SPACE, FOUR = {"x": (2,)}, {"x": (3,)}, {"x": (4,)}
TIMES = [0.1, 0.2, 0.3, 0.4, 0.5]

valley = Function("valley", lambda x: stacked(10.0 * (part(x, 1) - square(part(x, 0))), 1.0 - part(x, 0)))
norm = Function("half_norm", lambda r: sum_(r * r))
of_valley = Function("rosenbrock", lambda x: norm(valley(x)))
root_sum = Function("root_of_mean", lambda x: sqrt(mean_(x * x, 0)))


def rosenbrock(x):
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


def wood(x):
    a, b, c, d = parts(x) if isinstance(x, Value) else x
    f = 100 * (b - a * a) ** 2.0 + (1 - a) ** 2.0 + 90 * (d - c * c) ** 2.0 + (1 - c) ** 2.0
    return f + 10.1 * ((b - 1) ** 2.0 + (d - 1) ** 2.0) + 19.8 * (b - 1) * (d - 1)


colville = Function("wood", wood)


def goldstein_price(x):
    a, b = parts(x) if isinstance(x, Value) else x
    one = 1 + (a + b + 1) ** 2.0 * (19 - 14 * a + 3 * a * a - 14 * b + 6 * a * b + 3 * b * b)
    return one * (30 + (2 * a - 3 * b) ** 2.0 * (18 - 32 * a + 12 * a * a + 48 * b - 36 * a * b + 27 * b * b))


parabola = Function("parabola", lambda a, b, c: square(a * a + b + c))


def pair(formula):
    return lambda x: formula(part(x, 0), part(x, 1))


def ackley(x):
    return -20.0 * exp(-0.2 * root_sum(x)) - exp(mean_(cos(2 * math.pi * x), 0)) + 20.0 + math.e


def levy(x):
    w = 1.0 + (x - 1.0) / 4.0
    first, last = part(w, 0), part(w, 2)
    u = slice_(w, 0, 0, 2)
    middle = sum_(square(u - 1.0) * (1.0 + 10.0 * square(sin(math.pi * u + 1.0))))
    return (
        square(sin(math.pi * first)) + middle + square(last - 1.0) * (1.0 + square(sin(2 * math.pi * last)))
    )


def levy_reference(x):
    w = 1 + (x - 1) / 4
    u = w[:-1]
    f = jnp.sin(jnp.pi * w[0]) ** 2 + jnp.sum((u - 1) ** 2 * (1 + 10 * jnp.sin(jnp.pi * u + 1) ** 2))
    return f + (w[-1] - 1) ** 2 * (1 + jnp.sin(2 * jnp.pi * w[-1]) ** 2)


def powell(x):
    a, b, c, d = parts(x)
    return (a + 10.0 * b) ** 2.0 + 5.0 * (c - d) ** 2.0 + (b - 2.0 * c) ** 4.0 + 10.0 * (a - d) ** 4.0


def beale(x):
    a, b = parts(x)
    return stacked(*(y - a * (1.0 - b**p) for y, p in ((1.5, 1.0), (2.25, 2.0), (2.625, 3.0))))


beale_residuals = Function("beale_residuals", beale)
singular = Function("singular", powell)


def brown_dennis(x):
    t = constant(TIMES)
    a, b, c, d = parts(x)
    return square(a + t * b - exp(t)) + square(c + d * sin(t) - cos(t))


def kowalik_osborne(x):
    u = constant([4.0, 2.0, 1.0, 0.5, 0.25])
    a, b, c, d = parts(x)
    return constant([0.1957, 0.1947, 0.1735, 0.16, 0.0844]) - a * (u * u + u * b) / (u * u + u * c + d)


def kowalik_osborne_reference(x):
    u, y = jnp.array([4.0, 2.0, 1.0, 0.5, 0.25]), jnp.array([0.1957, 0.1947, 0.1735, 0.16, 0.0844])
    return y - x[0] * (u**2 + u * x[1]) / (u**2 + u * x[2] + x[3])


def broyden(x):
    before, after = pad(slice_(x, 0, 0, 3), [1], [0]), pad(slice_(x, 0, 1, 4), [0], [1])
    return (3.0 - 2.0 * x) * x - before - 2.0 * after + 1.0


broyden_residuals = Function("broyden", broyden)
HARTMANN = (
    [[3.0, 10.0, 30.0], [0.1, 10.0, 35.0], [3.0, 10.0, 30.0], [0.1, 10.0, 35.0]],
    [[0.3689, 0.117, 0.2673], [0.4699, 0.4387, 0.747], [0.1091, 0.8732, 0.5547], [0.0382, 0.5743, 0.8828]],
    [1.0, 1.2, 3.0, 3.2],
)
trigonometric = Function(
    "trigonometric", lambda x: 4.0 - sum_(cos(x)) + constant([1.0, 2, 3, 4]) * (1 - cos(x)) - sin(x)
)

for name, formula, reference, shapes, settings in (
    (
        "rosenbrock",
        lambda x: of_valley(x),
        rosenbrock,
        PLANE,
        {"extreme": ({"x": (-1.2, 1.0)}, {"x": (1.0, 1.0)})},
    ),
    (
        "rosenbrock-residuals",
        lambda x: valley(x),
        lambda x: jnp.array([10 * (x[1] - x[0] ** 2), 1 - x[0]]),
        PLANE,
        {"extreme": ({"x": (-1.2, 1.0)}, {"x": (1e5, -1e5)})},
    ),
    (
        "rosenbrock-chained",
        lambda x: sum_(
            100.0 * square(slice_(x, 0, 1, 4) - square(slice_(x, 0, 0, 3))) + square(1.0 - slice_(x, 0, 0, 3))
        ),
        lambda x: jnp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2),
        FOUR,
        {"extreme": ({"x": (-1.2, 1.0, -1.2, 1.0)},)},
    ),
    ("wood", lambda x: colville(x), wood, FOUR, {"extreme": ({"x": (-3.0, -1.0, -3.0, -1.0)},)}),
    ("goldstein-price", goldstein_price, goldstein_price, PLANE, {"extreme": ({"x": (0.0, -1.0)},)}),
    (
        "powell-singular",
        lambda x: singular(x),
        lambda x: (x[0] + 10 * x[1]) ** 2
        + 5 * (x[2] - x[3]) ** 2
        + (x[1] - 2 * x[2]) ** 4
        + 10 * (x[0] - x[3]) ** 4,
        FOUR,
        {"extreme": ({"x": (3.0, -1.0, 0.0, 1.0)},)},
    ),
    (
        "himmelblau",
        pair(lambda a, b: parabola(a, b, constant(-11.0)) + parabola(b, a, constant(-7.0))),
        lambda x: (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2,
        PLANE,
        {"extreme": ({"x": (3.0, 2.0)},)},
    ),
    (
        "beale-residuals",
        beale,
        lambda x: jnp.array([1.5, 2.25, 2.625]) - x[0] * (1 - x[1] ** jnp.arange(1.0, 4.0)),
        PLANE,
        {"low": 0.2, "high": 2.0},
    ),
    (
        "beale",
        lambda x: norm(beale_residuals(x)),
        lambda x: sum((y - x[0] * (1 - x[1] ** (k + 1))) ** 2 for k, y in enumerate((1.5, 2.25, 2.625))),
        PLANE,
        {"low": 0.2, "high": 2.0},
    ),
    (
        "matyas",
        pair(lambda a, b: 0.26 * (a * a + b * b) - 0.48 * a * b),
        lambda x: 0.26 * x @ x - 0.48 * x[0] * x[1],
        PLANE,
        {"extreme": ({"x": (0.0, 0.0)},)},
    ),
    (
        "ackley",
        ackley,
        lambda x: 20
        + jnp.e
        - 20 * jnp.exp(-0.2 * jnp.sqrt(jnp.mean(x**2)))
        - jnp.exp(jnp.mean(jnp.cos(2 * jnp.pi * x))),
        SPACE,
        {"extreme": ({"x": (32.0, -20.0, 0.0)},)},
    ),
    (
        "rastrigin",
        lambda x: 30.0 + sum_(x * x - 10.0 * cos(2 * math.pi * x)),
        lambda x: jnp.sum(10 + x**2 - 10 * jnp.cos(2 * jnp.pi * x)),
        SPACE,
        {"extreme": ({"x": (0.0, 4.0, -5.12)},)},
    ),
    (
        "griewank",
        lambda x: 1.0 + sum_(x * x) / 4000.0 - product(cos(x / constant([1.0, math.sqrt(2), math.sqrt(3)]))),
        lambda x: 1
        + x @ x / 4000
        - jnp.cos(x[0]) * jnp.cos(x[1] / jnp.sqrt(2.0)) * jnp.cos(x[2] / jnp.sqrt(3.0)),
        SPACE,
        {"extreme": ({"x": (0.0, 0.0, 0.0)},)},
    ),
    (
        "styblinski-tang",
        lambda x: 0.5 * sum_(square(square(x)) - 16.0 * x * x + 5.0 * x),
        lambda x: jnp.sum(x**4 - 16 * x**2 + 5 * x) / 2,
        SPACE,
        {"extreme": ({"x": (-2.903534, 5.0, 0.0)},)},
    ),
    ("levy", levy, levy_reference, SPACE, {"extreme": ({"x": (0.0, 2.0, -9.0)},)}),
    (
        "branin",
        pair(
            lambda a, b: square(b - 5.1 / (4 * math.pi**2) * a * a + 5 / math.pi * a - 6.0)
            + 10 * (1 - 1 / (8 * math.pi)) * cos(a)
            + 10.0
        ),
        lambda x: (x[1] - 5.1 * x[0] ** 2 / (2 * jnp.pi) ** 2 + 5 * x[0] / jnp.pi - 6) ** 2
        + (10 - 1.25 / jnp.pi) * jnp.cos(x[0])
        + 10,
        PLANE,
        {"extreme": ({"x": (math.pi, 2.275)},)},
    ),
    (
        "camel-back",
        pair(lambda a, b: (4.0 - 2.1 * a * a + a**4.0 / 3.0) * a * a + a * b + (-4.0 + 4.0 * b * b) * b * b),
        lambda x: 4 * x[0] ** 2
        - 2.1 * x[0] ** 4
        + x[0] ** 6 / 3
        + x[0] * x[1]
        - 4 * x[1] ** 2
        + 4 * x[1] ** 4,
        PLANE,
        {"extreme": ({"x": (0.0898, -0.7126)},)},
    ),
    (
        "easom",
        pair(lambda a, b: -cos(a) * cos(b) * exp(-square(a - math.pi) - square(b - math.pi))),
        lambda x: -jnp.prod(jnp.cos(x)) * jnp.exp(-jnp.sum((x - jnp.pi) ** 2)),
        PLANE,
        {"extreme": ({"x": (3.0, 3.5)}, {"x": (-10.0, 9.0)})},
    ),
    (
        "mccormick",
        pair(lambda a, b: sin(a + b) + square(a - b) - 1.5 * a + 2.5 * b + 1.0),
        lambda x: jnp.sin(x.sum()) + (x[0] - x[1]) ** 2 + x @ jnp.array([-1.5, 2.5]) + 1,
        PLANE,
        {},
    ),
    (
        "dixon-price",
        lambda x: square(part(x, 0) - 1.0)
        + sum_(constant([2.0, 3.0]) * square(2.0 * square(slice_(x, 0, 1, 3)) - slice_(x, 0, 0, 2))),
        lambda x: (x[0] - 1) ** 2 + 2 * (2 * x[1] ** 2 - x[0]) ** 2 + 3 * (2 * x[2] ** 2 - x[1]) ** 2,
        SPACE,
        {},
    ),
    (
        "zakharov",
        lambda x: (lambda s: sum_(x * x) + square(s) + square(square(s)))(
            sum_(constant([0.5, 1.0, 1.5]) * x)
        ),
        lambda x: x @ x + (s := x @ jnp.array([0.5, 1.0, 1.5])) ** 2 + s**4,
        SPACE,
        {},
    ),
    (
        "bohachevsky",
        pair(lambda a, b: a * a + 2.0 * b * b - 0.3 * cos(3 * math.pi * a) * cos(4 * math.pi * b) + 0.3),
        lambda x: x[0] ** 2
        + 2 * x[1] ** 2
        - 0.3 * jnp.cos(3 * jnp.pi * x[0]) * jnp.cos(4 * jnp.pi * x[1])
        + 0.3,
        PLANE,
        {"extreme": ({"x": (0.0, 0.0)},)},
    ),
    (
        "hartmann",
        lambda x: -sum_(
            constant(HARTMANN[2]) * exp(-sum_(constant(HARTMANN[0]) * square(x - constant(HARTMANN[1])), 1))
        ),
        lambda x: -jnp.array(HARTMANN[2])
        @ jnp.exp(-jnp.sum(jnp.array(HARTMANN[0]) * (x - jnp.array(HARTMANN[1])) ** 2, 1)),
        SPACE,
        {"low": 0.0, "high": 1.0},
    ),
    (
        "brown-dennis",
        brown_dennis,
        lambda x: (x[0] + (t := jnp.array(TIMES)) * x[1] - jnp.exp(t)) ** 2
        + (x[2] + x[3] * jnp.sin(t) - jnp.cos(t)) ** 2,
        FOUR,
        {"extreme": ({"x": (25.0, 5.0, -5.0, -1.0)},)},
    ),
    ("kowalik-osborne", kowalik_osborne, kowalik_osborne_reference, FOUR, {"low": 0.1, "high": 0.5}),
    (
        "freudenstein-roth",
        pair(
            lambda a, b: stacked(
                -13.0 + a + ((5.0 - b) * b - 2.0) * b, -29.0 + a + ((b + 1.0) * b - 14.0) * b
            )
        ),
        lambda x: jnp.array(
            [
                -13 + x[0] + 5 * x[1] ** 2 - x[1] ** 3 - 2 * x[1],
                -29 + x[0] + x[1] ** 3 + x[1] ** 2 - 14 * x[1],
            ]
        ),
        PLANE,
        {"extreme": ({"x": (0.5, -2.0)},)},
    ),
    (
        "broyden-tridiagonal",
        lambda x: broyden_residuals(x),
        lambda x: (3 - 2 * x) * x - jnp.append(0.0, x[:-1]) - 2 * jnp.append(x[1:], 0.0) + 1,
        FOUR,
        {},
    ),
    (
        "trigonometric",
        lambda x: norm(trigonometric(x)),
        lambda x: jnp.sum((4 - jnp.cos(x).sum() + jnp.arange(1, 5) * (1 - jnp.cos(x)) - jnp.sin(x)) ** 2),
        FOUR,
        {"extreme": ({"x": (0.0, 0.25, 0.25, 0.25)},)},
    ),
    (
        "box-residuals",
        lambda x: exp(-constant(TIMES) * part(x, 0))
        - exp(-constant(TIMES) * part(x, 1))
        - part(x, 2) * constant([math.exp(-t) - math.exp(-10 * t) for t in TIMES]),
        lambda x: jnp.exp(-(t := jnp.array(TIMES)) * x[0])
        - jnp.exp(-t * x[1])
        - x[2] * (jnp.exp(-t) - jnp.exp(-10 * t)),
        SPACE,
        {"extreme": ({"x": (0.0, 10.0, 20.0)},)},
    ),
    (
        "misra-residuals",
        lambda b, x, y: part(b, 0) * -expm1(-part(b, 1) * x) - y,
        lambda b, x, y: b[0] * (1 - jnp.exp(-b[1] * x)) - y,
        {"b": (2,), "x": (3,), "y": (3,)},
        {"batch": ["x", "y"], "ranges": {"b": (0.5, 2.0)}},
    ),
):
    add("optimization", name, formula, reference, shapes, **settings)
