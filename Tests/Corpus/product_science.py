"""Functions for products of derivatives: the natural sciences, and products of matrices."""

from product_layers import *

distance = Function("distance", lambda a, b: sqrt(sum_(square(a - b))))
lennard_jones = Function("lennard_jones", lambda a, b: (lambda s: 4.0 * (s * s - s))(distance(a, b) ** -6.0))
slope = Function(
    "slope", lambda y: stacked(part(y, 0) * (1.0 - part(y, 1)), part(y, 1) * (part(y, 0) - 0.75))
)


def runge_kutta(y):
    a = slope(y)
    b = slope(y + 0.05 * a)
    c = slope(y + 0.05 * b)
    return y + 0.1 / 6.0 * (a + 2.0 * b + 2.0 * c + slope(y + 0.1 * c))


step = Function("runge_kutta", runge_kutta)


def predators(y):
    f = lambda y: jnp.array([y[0] * (1 - y[1]), y[1] * (y[0] - 0.75)])
    for _ in range(2):
        a = f(y)
        b = f(y + a / 20)
        c = f(y + b / 20)
        y = y + (a + 2 * b + 2 * c + f(y + c / 10)) / 60
    return y


def anomaly(m, e):
    """Kepler's equation x − e·sin x = m by Newton's method, which has converged."""
    x = m + e * sin(m)
    for _ in range(6):
        x = x - (x - e * sin(x) - m) / (1.0 - e * cos(x))
    return x


kepler = Function(
    "kepler",
    anomaly,
    vjp=lambda m, e, x, c: [c / (1.0 - e * cos(x)), c * sin(x) / (1.0 - e * cos(x))],
    jvp=lambda m, e, x, s, t: (s + sin(x) * t) / (1.0 - e * cos(x)),
)


def anomaly_reference(m, e):
    x = m
    for _ in range(200):
        x = m + e * jnp.sin(x)
    return x


def crossed(a, b):
    """The solution of two linear equations by Cramer's rule."""
    (p, q, r, s), (u, v) = parts(reshape(a, (4,))), parts(b)
    return stacked(u * s - q * v, p * v - u * r) / (p * s - q * r)


def solved_vjp(a, b, x, c):
    weight = cramer(transpose(a), c)
    return [-reshape(weight, (2, 1)) * x, weight]


cramer = Function("cramer", crossed)
solve = Function("solve", cramer.formula, vjp=solved_vjp, jvp=lambda a, b, x, s, t: cramer(a, t - s @ x))
phi = Function("normal_distribution", lambda x: 0.5 * (1.0 + erf(x / math.sqrt(2.0))))


def option_price(s, k, r, v):
    d = (log(s / k) + r + 0.5 * v * v) / v
    return s * phi(d) - k * exp(-r) * phi(d - v)


def option_reference(s, k, r, v):
    d = (jnp.log(s) - jnp.log(k) + r + v**2 / 2) / v
    distribution = jax.scipy.special.ndtr
    return s * distribution(d) - k * jnp.exp(-r) * distribution(d - v)


def chain(x):
    """Symplectic steps of a pendulum, from its angle, speed and damping."""
    angle, speed, damping = parts(x)
    for _ in range(4):
        speed = speed - 0.1 * (sin(angle) + damping * speed)
        angle = angle + 0.1 * speed
    return stacked(angle, speed)


def chain_reference(x):
    angle, speed = x[0], x[1]
    for _ in range(4):
        speed = speed - 0.1 * (jnp.sin(angle) + x[2] * speed)
        angle = angle + 0.1 * speed
    return jnp.array([angle, speed])


determinant = Function(
    "determinant",
    lambda a: (
        lambda e: e[0] * (e[4] * e[8] - e[5] * e[7])
        - e[1] * (e[3] * e[8] - e[5] * e[6])
        + e[2] * (e[3] * e[7] - e[4] * e[6])
    )(parts(reshape(a, (9,)))),
)
doubled = Function("inverse_step", lambda a, x: x @ (constant([[2.0, 0.0], [0.0, 2.0]]) - a @ x))
EYE = [[1.0, 0.0], [0.0, 1.0]]
diffused = Function(
    "diffused",
    lambda u: u + 0.2 * (pad(slice_(u, 0, 1, 4), [0], [1]) + pad(slice_(u, 0, 0, 3), [1], [0]) - 2.0 * u),
)
MATRIX = [[-2.0, 1.0, 0.0, 0.0], [1.0, -2.0, 1.0, 0.0], [0.0, 1.0, -2.0, 1.0], [0.0, 0.0, 1.0, -2.0]]
near_one = {"a": (0.9, 0.1, -0.2, 1.1)}


def inverse(a):
    x = constant(EYE)
    for _ in range(3):
        x = doubled(a, x)
    return x


def exponential(a):
    x = constant(EYE)
    for k in range(5, 0, -1):
        x = constant(EYE) + (a @ x) / float(k)
    return x


def rates(v):
    """The rates at which a gate of the squid axon opens and closes (Hodgkin and Huxley, 1952)."""
    opening = 0.1 * (25.0 - v) / expm1((25.0 - v) / 10.0)
    return opening / (opening + 4.0 * exp(-v / 18.0))


bound = Function("bound", lambda c, k, n: c**n / (k**n + c**n))
gate = Function("gate", rates)


def kernel_likelihood(x, y, l):
    """A Gaussian process of two points."""
    k = exp(-0.5 * square((part(x, 0) - part(x, 1)) / l))
    d = 1.1 * 1.1 - k * k
    u, v = parts(y)
    return 0.5 * (1.1 * (u * u + v * v) - 2.0 * k * u * v) / d + 0.5 * log(d)


def kernel_reference(x, y, l):
    k = jnp.exp(-((x[:, None] - x) ** 2) / (2 * l**2)) + 0.1 * jnp.eye(2)
    return 0.5 * y @ jnp.linalg.solve(k, y) + 0.5 * jnp.linalg.slogdet(k)[1]


for name, formula, reference, shapes, settings in (
    (
        "lennard-jones",
        lambda a, b, c: lennard_jones(a, b) + lennard_jones(b, c) + lennard_jones(c, a),
        lambda a, b, c: sum(
            4 * (1 / (d := (p - q) @ (p - q)) ** 6 - 1 / d**3) for p, q in ((a, b), (b, c), (c, a))
        ),
        {"a": (2,), "b": (2,), "c": (2,)},
        {"ranges": {"a": (-1.5, -1.0), "b": (0.0, 0.3), "c": (1.0, 1.4)}, "low": 0.0},
    ),
    (
        "morse",
        lambda r, d, a: sum_(d * square(1.0 - exp(-a * (r - 1.2)))),
        lambda r, d, a: jnp.sum(d * jnp.expm1(-a * (r - 1.2)) ** 2),
        {"r": (3,), "d": (), "a": ()},
        {"low": 0.5, "extreme": ({"r": (0.1, 1.2, 50.0)},)},
    ),
    ("predators", lambda y: step(step(y)), predators, {"y": (2,)}, {"low": 0.5}),
    (
        "kepler",
        lambda m, e: kepler(m, e),
        anomaly_reference,
        {"m": (3,), "e": (3,)},
        {"ranges": {"e": (0.1, 0.3, 0.5)}, "batch": ["m", "e"], "extreme": ({"m": (0.0, 3.0, -3.0)},)},
    ),
    (
        "kepler-orbit",
        lambda m, e: sum_(cos(kepler(m, broadcast(e, (3,))) - e)),
        lambda m, e: jnp.sum(jnp.cos(anomaly_reference(m, e) - e)),
        {"m": (3,), "e": ()},
        {"ranges": {"e": (0.1, 0.6)}},
    ),
    ("pendulum", chain, chain_reference, {"x": (3,)}, {}),
    (
        "option-price",
        option_price,
        option_reference,
        {"s": (), "k": (), "r": (), "v": ()},
        {"low": 0.8, "high": 1.2, "ranges": {"v": (0.1, 0.4), "r": (0.01, 0.1)}, "batch": ["s", "v"]},
    ),
    (
        "gate-rates",
        lambda v: gate(v),
        lambda v: 1 / (1 + 4 * jnp.exp(-v / 18) * jnp.expm1(2.5 - v / 10) / (2.5 - v / 10)),
        {"v": (3,)},
        {"low": -20.0, "high": 24.0, "extreme": ({"v": (24.0, -80.0, 60.0)},)},
    ),
    (
        "hill",
        lambda c, k, n: sum_(bound(c, k, n)),
        lambda c, k, n: jnp.sum(1 / (1 + (k / c) ** n)),
        {"c": (3,), "k": (), "n": ()},
        {"low": 0.3, "high": 3.0},
    ),
    (
        "planck",
        lambda x, t: sum_(x**3.0 / expm1(x / t)),
        lambda x, t: jnp.sum(x**3 * jnp.exp(-x / t) / (1 - jnp.exp(-x / t))),
        {"x": (3,), "t": ()},
        {"low": 0.5, "high": 3.0},
    ),
    (
        "van-der-waals",
        lambda v, t: 0.08 * t / (v - 0.03) - 1.4 / (v * v),
        lambda v, t: 0.08 * t / (v - 0.03) - 1.4 * v**-2.0,
        {"v": (3,), "t": (3,)},
        {"low": 0.5, "high": 3.0, "batch": ["v", "t"]},
    ),
    (
        "arrhenius",
        lambda a, e, t: sum_(log(a) - e / t) + log_sum_exp(-e / t, 0),
        lambda a, e, t: jnp.sum(jnp.log(a) - e / t) + jnp.log(jnp.sum(jnp.exp(-e / t))),
        {"a": (), "e": (), "t": (3,)},
        {"low": 0.5, "high": 3.0, "batch": ["t"]},
    ),
    (
        "yukawa",
        lambda a, b: (lambda r: exp(-0.7 * r) / r)(distance(a, b)),
        lambda a, b: jnp.exp(-0.7 * jnp.linalg.norm(a - b)) / jnp.linalg.norm(a - b),
        {"a": (3,), "b": (3,)},
        {},
    ),
    (
        "heat",
        lambda u: diffused(diffused(u)),
        lambda u: (jnp.eye(4) + 0.2 * jnp.array(MATRIX)) @ (jnp.eye(4) + 0.2 * jnp.array(MATRIX)) @ u,
        {"u": (4,)},
        {},
    ),
    (
        "heat-reaction",
        lambda u: sum_(square(diffused(diffused(u * (1.5 - u))))),
        lambda u: jnp.sum(
            (
                (jnp.eye(4) + 0.2 * jnp.array(MATRIX))
                @ (jnp.eye(4) + 0.2 * jnp.array(MATRIX))
                @ (1.5 * u - u**2)
            )
            ** 2
        ),
        {"u": (4,)},
        {},
    ),
    (
        "kernel-likelihood",
        kernel_likelihood,
        kernel_reference,
        {"x": (2,), "y": (2,), "l": ()},
        {"ranges": {"l": (0.5, 2.0)}, "batch": ["x", "y"]},
    ),
):
    add("science", name, formula, reference, shapes, **settings)

for name, formula, reference, shapes, settings in (
    (
        "quadratic",
        lambda x, a: x @ a @ x,
        lambda x, a: jnp.einsum("i,ij,j", x, a, x),
        {"x": (3,), "a": (3, 3)},
        {},
    ),
    (
        "product-of-two",
        lambda a, b: a @ b,
        lambda a, b: jnp.einsum("ik,kj->ij", a, b),
        {"a": (2, 3), "b": (3, 2)},
        {},
    ),
    ("cube-trace", lambda a: sum_(a @ a * transpose(a)), lambda a: jnp.trace(a @ a @ a), {"a": (3, 3)}, {}),
    (
        "batched-products",
        lambda a, b: tanh(matmul(a, b)),
        lambda a, b: jnp.tanh(jnp.einsum("bik,bkj->bij", a, b)),
        {"a": (2, 2, 2), "b": (2, 2, 1)},
        {"batch": ["a", "b"]},
    ),
    (
        "narrow-chain",
        lambda x, a: exp(
            0.1 * (reshape(sum_(square(x)) + sin(part(x, 0)), (1, 1)) @ reshape(square(a), (1, 4)))
        ),
        lambda x, a: jnp.exp(0.1 * (jnp.sum(x**2) + jnp.sin(x[0])) * a**2)[None],
        {"x": (4,), "a": (4,)},
        {"batch": ["x", "a"]},
    ),
    ("determinant", lambda a: determinant(a), jnp.linalg.det, {"a": (3, 3)}, {}),
    (
        "log-determinant",
        lambda a: log(square(determinant(a @ transpose(a) + constant([[1.0, 0, 0], [0, 1, 0], [0, 0, 1]])))),
        lambda a: 2 * jnp.linalg.slogdet(jnp.eye(3) + a @ a.T)[1],
        {"a": (3, 2)},
        {},
    ),
    (
        "solved",
        lambda a, b: solve(a, b),
        jnp.linalg.solve,
        {"a": (2, 2), "b": (2,)},
        {"ranges": {"a": (2.0, 0.5, -0.25, 1.5)}},
    ),
    (
        "solved-energy",
        lambda a, b: sum_(b * solve(transpose(a) @ a, b)),
        lambda a, b: jnp.sum(jnp.linalg.solve(a.T, b) ** 2),
        {"a": (2, 2), "b": (2,)},
        {"ranges": {"a": (2.0, 0.5, -0.25, 1.5)}, "batch": ["b"]},
    ),
    (
        "inverse-steps",
        lambda a: inverse(a),
        lambda a: (e := jnp.eye(2) - a, jnp.linalg.solve(a, jnp.eye(2) - jnp.linalg.matrix_power(e, 8)))[1],
        {"a": (2, 2)},
        {"ranges": near_one},
    ),
    (
        "exponential",
        lambda a: exponential(a),
        lambda a: sum((jnp.linalg.matrix_power(a, k) / math.factorial(k) for k in range(1, 6)), jnp.eye(2)),
        {"a": (2, 2)},
        {},
    ),
    (
        "rayleigh",
        lambda x, a: sum_(x * (a @ x)) / sum_(x * x),
        lambda x, a: (x / jnp.linalg.norm(x)) @ a @ (x / jnp.linalg.norm(x)),
        {"x": (3,), "a": (3, 3)},
        {},
    ),
):
    add("matrices", name, formula, reference, shapes, **settings)
