"""What every peer's script builds on: its worker, which answers requests.

A peer is a class with a `name`, a `version`, the functions that models.py, formulas.py and others.py call, and ways to
make a program of a model: `training`, `inference`, and those of KINDS, as many as it has; with `cases`, a pattern of
names, where it is asked for some alone. `main` makes a worker of it: one request a line on standard input, one answer
a line on standard output, in JSON.
"""

import argparse
import gc
import json
import math
import os
import sys
import time
import traceback
from pathlib import Path

# What peers compile and keep goes here and not to the home folder.
CACHE = Path(__file__).resolve().parent / ".venv" / "cache"

# The thread pools read these when their library is loaded, so they are set before any import of it.
THREAD_VARIABLES = [
    "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS",
]


def parse_arguments():
    parser = argparse.ArgumentParser(description="A worker of Benchmarks/compare.")
    parser.add_argument("--threads", type=int, default=1, help="threads of a step")
    parser.add_argument("--callers", type=int, default=1, help="threads that run steps at once")
    parser.add_argument("--cold-start", metavar="FILE", help="run this case once, and say so")
    parser.add_argument("--compile", type=int, metavar="NODES", help="time a chain so long")
    return parser.parse_args()


arguments = parse_arguments()
for variable in THREAD_VARIABLES:
    os.environ[variable] = str(arguments.threads)
os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(CACHE / "torch")

from case_data import Data, Inputs, Mismatch  # noqa: E402
from formulas import FORMULAS  # noqa: E402
from models import MODELS, chain  # noqa: E402
from others import OTHERS  # noqa: E402
from timing import latencies, samples, shared_samples  # noqa: E402

__all__ = ["CACHE", "Inputs", "Program", "main"]


class Program:
    """A compiled case: `step` runs it once and waits for it, `results` is what the last step gave.

    `another` is a step that another thread may run at the same time.
    """

    def __init__(self, step, results, another=None):
        self.step = step
        self.results = results
        self.another = another or (lambda: step)


class Unsupported(Exception):
    """A peer is not asked for such a derivative."""


# How the names of results begin, and what makes a program that computes them.
KINDS = {
    "hessian_product.": "hessian_product",
    "gradient.": "gradients",
    "hessian.": "hessian",
    "jacobian.": "jacobian",
    "newton.": "newton",
    "rows.": "row_gradients",
    "example.": "example_gradients",
}


def kind_of(data):
    """What makes the program of a case; what it computes is told by what our executable wrote."""
    if data.updated:
        return "training"
    for prefix, kind in KINDS.items():
        if any(name.startswith(prefix) for name in data.outputs):
            return kind
    return "inference"


def prepare(peer, data, model):
    """The program of a case."""
    kind = kind_of(data)
    if not hasattr(peer, kind):
        raise Unsupported(f"not asked for {kind.replace('_', ' ')}")
    if hasattr(peer, "cases") and not peer.cases.search(data.case):
        raise Unsupported(f"not asked for {data.case}")
    return getattr(peer, kind)(model, data)


class Worker:
    def __init__(self, peer):
        self.peer = peer
        self.program = None

    def prepare(self, request):
        data = Data(request["file"])
        start = time.perf_counter()
        self.program = prepare(self.peer, data, (MODELS | FORMULAS | OTHERS)[data.case])
        self.program.step()
        seconds = time.perf_counter() - start
        data.compare(self.peer.name, self.program.results())
        return {"firstResult": seconds}

    def measure(self, request):
        if arguments.callers > 1:
            found = shared_samples(
                self.program, arguments.callers, request["repeats"], request["seconds"]
            )
        else:
            found = samples(self.program.step, request["repeats"], request["seconds"])
        return {"samples": found}

    def latencies(self, request):
        return {"latencies": latencies(self.program.step, request["repeats"], request["seconds"])}

    def release(self, request):
        self.program = None
        gc.collect()
        return {}

    def answer(self, request):
        try:
            gc.collect()
            gc.disable()
            return getattr(self, request["command"])(request)
        except Mismatch as error:
            return {"mismatch": str(error)}
        except Exception as error:  # The comparison decides what to do without this peer.
            traceback.print_exc()
            reason = (str(error).splitlines() or [""])[0]
            return {"error": f"{type(error).__name__}: {reason[:200]}"}
        finally:
            gc.enable()


def resident():
    """The memory of this process, now and at its peak, as Linux tells it."""
    with open("/proc/self/status", encoding="ascii") as file:
        lines = dict(line.split(":", 1) for line in file)
    names = {"residentBytes": "VmRSS", "peakBytes": "VmHWM"}
    return {key: int(lines[name].split()[0]) * 1024 for key, name in names.items()}


def cold_start(peer, path, say):
    """Runs the first step of a case and says so, then a few more."""
    data = Data(path)
    program = prepare(peer, data, MODELS[data.case])
    program.step()
    say(resident())
    for _ in range(3):
        program.step()
    say(resident())


def compile_chain(peer, nodes, say):
    """Times the gradient of a chain, from the first node to the first result, and checks it."""
    value, slope = 0.8, 1.0
    for node in range(nodes):
        slope *= 1 - math.tanh(value) ** 2 if node % 2 else math.cos(value)
        value = math.tanh(value) if node % 2 else math.sin(value)
    data = Data.of_chain(nodes, value, slope)
    start = time.perf_counter()
    program = prepare(peer, data, chain(nodes))
    program.step()
    seconds = time.perf_counter() - start
    # Rounding grows along the chain, differently in each system.
    data.compare(peer.name, program.results(), share=1e-2)
    say({"seconds": seconds})


def main(make_peer):
    """Runs as the arguments say; `make_peer` takes the number of threads."""
    # What libraries print on standard output goes to standard error.
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def say(answer):
        channel.write(json.dumps(answer) + "\n")
        channel.flush()

    sys.setrecursionlimit(100_000)
    peer = make_peer(arguments.threads)
    if arguments.cold_start:
        cold_start(peer, arguments.cold_start, say)
    elif arguments.compile:
        compile_chain(peer, arguments.compile, say)
    else:
        say({"name": peer.name, "version": peer.version})
        worker = Worker(peer)
        for line in sys.stdin:
            say(worker.answer(json.loads(line)))
