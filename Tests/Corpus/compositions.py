"""Random compositions from seeds, smooth but for rare maxima, with values within a bound."""

import random

from expression import *
from formulas import add

UNARY = [
    sin,
    cos,
    tanh,
    sigmoid,
    softplus,
    erf,
    lambda x: exp(tanh(x)),
    lambda x: log(2.0 + sin(x)),
    lambda x: sqrt(1.5 + cos(x)),
    lambda x: rsqrt(2.0 + sin(x)),
    lambda x: 1.0 / (2.0 + cos(x)),
    lambda x: log1p(exp(x)),
    lambda x: tanh(x) ** 3.0,
    lambda x: (1.5 + sin(x)) ** 1.7,
    lambda x: expm1(0.3 * tanh(x)),
    lambda x: tan(0.7 * sin(x)),
    lambda x: -x,
    lambda x: x * stop_gradient(tanh(x)),
    lambda x: where(x > 0.1, x, tanh(x)),
]


class Composition:
    """What a seed decides: the shapes of the inputs and, when it is written, every step."""

    def __init__(self, seed):
        choice = random.Random(f"shapes {seed}")
        self.seed = seed
        self.shapes = {
            name: tuple(choice.randint(1, 3) for _ in range(choice.randint(0, 2)))
            for name in "xyz"[: choice.randint(1, 3)]
        }
        self.count = choice.randint(3, 9)

    def __call__(self, *inputs):
        self.choice = random.Random(f"steps {self.seed}")
        pool = list(inputs)
        for _ in range(self.count):
            value = self.step(self.recent(pool), self.recent(pool))
            if self.choice.random() < 0.3:
                value = tanh(value)
            pool.append(value)
        total = pool[-1]
        for value in pool[len(inputs) : -1][-2:] + list(inputs):
            total = total + tanh(mean(value))
        return total

    def recent(self, pool):
        return self.choice.choice(pool[-4:])

    def step(self, x, y):
        kind = self.choice.randrange(12)
        if kind < 3:
            return self.choice.choice(UNARY)(x)
        if kind < 6:
            return self.arithmetic(x, y)
        if kind < 8:
            return self.reduction(x)
        if kind < 10:
            return self.movement(x, y)
        return self.product(x, y)

    def arithmetic(self, x, y):
        try:
            if np.prod(np.broadcast_shapes(x.shape, y.shape)) > 12:
                raise ValueError
        except ValueError:
            y = tanh(sum_(y))
        return self.choice.choice(
            [
                lambda: x + y,
                lambda: x - y,
                lambda: x * y,
                lambda: x / (2.0 + sin(y)),
                lambda: maximum(x, y),
                lambda: minimum(x, tanh(y)),
                lambda: where(x < y, sin(x), y),
                lambda: (1.2 + tanh(x)) ** tanh(y),
                lambda: sqrt(x * x + y * y + 0.3),
            ]
        )()

    def reduction(self, x):
        axes = [a for a in range(x.rank) if self.choice.random() < 0.5]
        keep = self.choice.random() < 0.5
        if not axes:
            return tanh(x) * x
        return self.choice.choice(
            [
                lambda: sum_(x, axes, keep),
                lambda: mean(square_(x), axes, keep),
                lambda: max_(x, axes, keep),
                lambda: min_(x, axes, keep),
                lambda: product(0.5 + sigmoid(x), axes, keep),
                lambda: product(tanh(x), axes, keep),
                lambda: log(sum_(exp(tanh(x)), axes, keep)),
                lambda: variance(x, axes, keep),
                lambda: exp(x - max_(x, axes, True)) / sum_(exp(x - max_(x, axes, True)), axes, True),
            ]
        )()

    def movement(self, x, y):
        if x.rank == 0:
            return broadcast(x, (self.choice.randint(1, 3),)) * sin(sum_(y))
        axis = self.choice.randrange(x.rank)
        extent = x.shape[axis]
        index = constant([self.choice.randrange(extent) for _ in range(3)], dtype="i32")
        return self.choice.choice(
            [
                lambda: transpose(x),
                lambda: reshape(x, (int(np.prod(x.shape)),)),
                lambda: concatenate([x, tanh(x)], axis) if np.prod(x.shape) <= 6 else cos(x),
                lambda: slice_(x, axis, extent - 1, extent),
                lambda: sin(slice_(x, axis, 0, extent, 2)),
                lambda: pad(tanh(x), [1] * x.rank, [0] * x.rank, value=0.5) if np.prod(x.shape) <= 4 else x,
                lambda: gather(x, index, axis) if np.prod(x.shape) <= 4 else x,
                lambda: scatter_add(x, index, 0.3 * gather(x, index, axis), axis),
            ]
        )()

    def product(self, x, y):
        if x.rank == 2 and y.rank == 2 and x.shape[1] == y.shape[0]:
            return x @ y
        if x.rank == 2:
            return tanh(x) @ transpose(x)
        if x.rank == 1:
            return sum_(x * tanh(x)) * y
        return x * y


def square_(x):
    return x * x


for seed in range(300):
    made = Composition(seed)
    add("compositions", f"composition-{seed}", made, made.shapes, low=-1.2, high=1.2)
