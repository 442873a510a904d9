"""The processes that are compared: ours and one for each peer, kept from round to round."""

import json
import os
import subprocess
import sys

from Comparison.setup import PEERS, PYTHON, say, swift_program

# The name of each peer in results that runs in Python, and its script.
SCRIPTS = {
    "jax": "jax_jit.py",
    "torch": "torch_eager.py",
    "torch.compile": "torch_compiled.py",
    "tf.function": "tensorflow_graph.py",
    "tf.xla": "tensorflow_xla.py",
    "pytensor": "pytensor_function.py",
    "casadi": "casadi_functions.py",
    "mlx": "mlx_compiled.py",
    "mlx.openblas": "mlx_openblas.py",
    "onnxruntime": "onnx_session.py",
}
# The name of each peer that Swift's own derivatives are, how it is optimised, and its arguments.
SWIFT = {
    "swift": ("-O", []),
    "swift.unchecked": ("-Ounchecked", []),
    "swift.registered": ("-O", ["--registered"]),
    "swift.registered.unchecked": ("-Ounchecked", ["--registered"]),
}
PEER_NAMES = [*SCRIPTS, *SWIFT]
OURS = "ours"


class Failure(Exception):
    """A worker could not do what it was asked."""


def command(name, executable):
    """How the process of a system starts, without its arguments."""
    if name == OURS:
        return [executable]
    if name in SWIFT:
        optimisation, arguments = SWIFT[name]
        return [swift_program(optimisation), *arguments]
    return [PYTHON, PEERS / SCRIPTS[name]]


def pin(cores):
    """A function that keeps the process that calls it on so many cores, where the system can."""

    def keep():
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])

    return keep


class Worker:
    """A process that answers one line of JSON with another."""

    def __init__(self, name, executable, threads, callers=1):
        self.name = name
        arguments = ["--serve"] if name == OURS else []
        arguments += ["--threads", threads, "--callers", callers]
        # Every system gets as many cores as threads: some start a thread for each core they see,
        # whatever they are told.
        self.process = subprocess.Popen(
            [str(part) for part in command(name, executable) + arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=sys.stderr if os.environ.get("COMPARE_VERBOSE") else subprocess.DEVNULL,
            text=True,
            preexec_fn=pin(threads * callers),
        )
        self.version = self.answer()["version"]

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise Failure(
                f"{self.name} ended with status {self.process.wait()}; COMPARE_VERBOSE=1 shows why"
            )
        return json.loads(line)

    def ask(self, request, **fields):
        try:
            self.process.stdin.write(json.dumps({"command": request, **fields}) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # The answer says so.
        reply = self.answer()
        if "mismatch" in reply:
            sys.exit(f"Not the same numbers, so nothing is timed. {reply['mismatch']}")
        if reply.get("error"):
            if self.name == OURS:
                sys.exit(f"ours: {reply['error']}")
            raise Failure(reply["error"])
        return reply

    def end(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass  # It has ended already.
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()


class Team:
    """Our worker and the peers', all with the same number of threads."""

    def __init__(self, peers, executable, threads, callers=1):
        self.workers = []
        for name in [OURS, *peers]:
            say(f"starting {name}, threads: {threads}" + (f", callers: {callers}" * (callers > 1)))
            self.workers.append(Worker(name, executable, threads, callers))
        self.ours = self.workers[0]
        # Floating-point operations a second of the fastest product so far.
        self.fastest = 0.0
        # Seconds in which turns have waited for a quiet machine.
        self.waited = 0.0

    @property
    def versions(self):
        return {worker.name: worker.version for worker in self.workers[1:]}

    def end(self):
        for worker in self.workers:
            worker.end()
