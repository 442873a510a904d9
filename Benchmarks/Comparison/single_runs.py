"""What takes a new process each time: cold start, memory, and the time to compile long graphs."""

import json
import statistics
import subprocess
import time

from Comparison.rounds import result, rounded
from Comparison.setup import say
from Comparison.workers import OURS, SWIFT, command, pin

COLD_CASE = "mlp_b128"
COLD_STARTS = 5
# The first is reached by most compilers, the last only by ours: the others are not asked for it.
CHAINS = [1_000, 4_000, 100_000]
COMPILE_CASES = [f"compile_{nodes}" for nodes in CHAINS]
LONGEST_OF_PEERS = 4_000
# The first runs operator by operator, so there is nothing to wait for; the others are asked for some cases alone.
WITHOUT_COMPILER = {"torch", "mlx", "mlx.openblas", "onnxruntime", *SWIFT}


def cold_start(name, executable, case, file, threads):
    """Microseconds from the start of a process to the end of its first step, and its memory."""
    selection = ["--filter", f"^{case}$"] if name == OURS else []
    arguments = ["--cold-start", file, "--threads", threads, *selection]
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command(name, executable) + arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        preexec_fn=pin(threads),
    )
    first = process.stdout.readline()
    duration = (time.perf_counter() - start) * 1e6
    last = process.stdout.readline()
    if process.wait() != 0 or not last:
        return None
    return duration, json.loads(first)["residentBytes"], json.loads(last)["peakBytes"]


def cold_starts(peers, executable, file, threads):
    """The result of the cold start, all systems by turns."""
    runs = {}
    asked = [name for name in peers if name not in SWIFT]
    for number in range(COLD_STARTS):
        say(f"cold start, round {number + 1} of {COLD_STARTS}")
        for name in [OURS, *asked]:
            if found := cold_start(name, executable, COLD_CASE, file, threads):
                runs.setdefault(name, []).append(found)
    times = {name: statistics.median(run[0] for run in found) for name, found in runs.items()}
    row = result("cold_start", threads, times.pop(OURS), times)
    row["residentBytes"] = {
        name: int(statistics.median(run[1] for run in found)) for name, found in runs.items()
    }
    row["spread"] = {
        name: [rounded(bound(run[0] for run in found)) for bound in (min, max)]
        for name, found in runs.items()
    }
    return row


def peak_bytes(peers, executable, case, file, threads):
    """The most memory that a process had which took four steps of a case."""
    found = {}
    for name in [OURS, *(name for name in peers if name not in SWIFT)]:
        if run := cold_start(name, executable, case, file, threads):
            found[name] = run[2]
    return found


def compile_time(name, executable, nodes, limit):
    """Seconds from the first node to the first gradient; None where it failed or took too long."""
    arguments = ["--scaling", "--json", "--nodes"] if name == OURS else ["--compile"]
    try:
        done = subprocess.run(
            [str(part) for part in command(name, executable) + arguments + [nodes]],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=None if name == OURS else limit,
            check=True,
        )
    except subprocess.TimeoutExpired:
        return None, f"not done after {limit:g} s"
    except subprocess.CalledProcessError as error:
        return None, f"failed with status {error.returncode}"
    row = json.loads(done.stdout)
    if name != OURS:
        return row["seconds"], None
    stages = ["build", "differentiate", "simplify", "verify", "compile", "firstRun"]
    return sum(row[stage] for stage in stages), None


def compile_times(nodes, peers, executable, options):
    """The result of a chain of so many element-wise nodes."""
    times, failures = {}, {}
    asked = [name for name in peers if name not in WITHOUT_COMPILER and nodes <= LONGEST_OF_PEERS]
    for name in [OURS, *asked]:
        say(f"compile_{nodes}: {name}")
        seconds, failure = compile_time(name, executable, nodes, options.compile_limit)
        if failure:
            failures[name] = failure
        else:
            times[name] = seconds * 1e6
    if OURS in failures:
        raise SystemExit(f"compile_{nodes}: ours {failures[OURS]}")
    row = result(f"compile_{nodes}", 1, times.pop(OURS), times)
    if failures:
        row["leftOut"] = failures
    return row
