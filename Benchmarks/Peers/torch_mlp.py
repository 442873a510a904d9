#!/usr/bin/env python3
"""Times a training step of a multilayer perceptron in PyTorch eager mode, on the CPU.

The network is 784-512-256-10 with ReLU and cross-entropy; a step is forward, backward and a plain
SGD update, f32, on the same batch each time. These are the cases mlp_b1, mlp_b32 and mlp_b128 of the
benchmark executable. Prints a JSON array of objects: case, threads, microseconds (the median of the
repeats), minimum, repeats. A repeat is the mean step of a block that lasts about `--block` seconds.
"""

import argparse
import json
import math
import os
import statistics
import sys
import time

WIDTHS = [784, 512, 256, 10]
BATCHES = [1, 32, 128]
LEARNING_RATE = 0.01


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{value} is not positive")
    return value


def seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number of seconds")
    return value


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=positive, default=1, help="default: 1")
    parser.add_argument(
        "--batch", type=positive, action="append", help="may be repeated; default: 1, 32 and 128"
    )
    parser.add_argument("--repeats", type=positive, default=31, help="default: 31")
    parser.add_argument(
        "--block", type=seconds, default=0.05, help="seconds in a repeat; default: 0.05"
    )
    parser.add_argument("--warm-up", type=positive, default=50, help="untimed steps; default: 50")
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
    return parser.parse_args()


def make_step(torch, batch: int, seed: int):
    """A function that trains one step and returns the loss before its update."""
    torch.manual_seed(seed)
    layers = []
    for inputs, outputs in zip(WIDTHS, WIDTHS[1:]):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    # PyTorch's default update; its fused and its multi-tensor one take the same time here.
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE)
    measure = torch.nn.CrossEntropyLoss()
    features = torch.rand(batch, WIDTHS[0])
    labels = torch.randint(WIDTHS[-1], (batch,))

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = measure(model(features), labels)
        loss.backward()
        optimizer.step()
        return loss

    return step


def time_steps(step, count: int) -> float:
    """The mean microseconds of `count` steps."""
    start = time.perf_counter_ns()
    for _ in range(count):
        step()
    return (time.perf_counter_ns() - start) / 1000 / count


def measure_case(torch, batch: int, arguments: argparse.Namespace) -> dict:
    step = make_step(torch, batch, arguments.seed)
    first = step().item()
    for _ in range(arguments.warm_up):
        step()
    last = step().item()
    if not last < first:
        sys.exit(f"mlp_b{batch}: the loss did not fall ({first} before, {last} after the warm-up)")
    count = max(1, round(arguments.block * 1e6 / time_steps(step, 10)))
    repeats = [time_steps(step, count) for _ in range(arguments.repeats)]
    return {
        "case": f"mlp_b{batch}",
        "threads": arguments.threads,
        "microseconds": round(statistics.median(repeats), 1),
        "minimum": round(min(repeats), 1),
        "repeats": arguments.repeats,
    }


def main() -> None:
    arguments = parse_arguments()
    # The thread pools read these when the library is loaded.
    os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(arguments.threads)
    import torch

    torch.set_num_threads(arguments.threads)
    batches = arguments.batch or BATCHES
    rows = [measure_case(torch, batch, arguments) for batch in batches]
    print("[\n" + ",\n".join("  " + json.dumps(row) for row in rows) + "\n]")


if __name__ == "__main__":
    main()
