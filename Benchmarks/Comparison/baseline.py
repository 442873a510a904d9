"""Compares two builds of ours on one thread: paired ratios, each with its 95 % interval.

The two processes measure a case by turns, the one that begins changing from pair to pair, so that what
the machine does to one of them it does to the other. The interval is that of the median of the ratios by
the sign test: its ends are order statistics, found from the binomial distribution with no assumption on
how the ratios are distributed (Conover, Practical Nonparametric Statistics, section 3.2).
"""

import math
import statistics

from Comparison.setup import say, steps
from Comparison.single_runs import CHAINS, compile_time
from Comparison.workers import OURS, Worker

# A case is slower where all of the interval is above this in each of so many runs.
SLOWER = 1.02
RUNS = 2
CONFIDENCE = 0.95
# With fewer ratios no interval of two order statistics reaches the confidence.
FEWEST_PAIRS = 6
PAIRS = 21
SAMPLES = 5
SECONDS = 0.12
# A process each: these take seconds, and differ little from run to run.
COMPILE_PAIRS = 7
LONGEST_COMPILED = 4_000


def interval(ratios):
    """The ends of the interval of the median with at least the confidence wanted.

    >>> interval(range(1, 22))
    (6, 16)
    >>> interval([3, 1, 2, 4, 6, 5])
    (1, 6)
    >>> interval([1, 1, 1, 1, 1])
    (-inf, inf)
    """
    ordered = sorted(ratios)
    count = len(ordered)
    # The chance that fewer than `rank` of the ratios lie on one given side of the median.
    tail, rank = 0.5**count, 0
    while 2 * tail <= 1 - CONFIDENCE:
        rank += 1
        tail += math.comb(count, rank) * 0.5**count
    if rank == 0:
        return -math.inf, math.inf
    return ordered[rank - 1], ordered[count - rank]


class Pair:
    """The build that is judged and the one that it is compared with, each in a process of its own."""

    def __init__(self, executable, baseline):
        self.workers = [Worker(OURS, path, 1) for path in (executable, baseline)]

    def ratios(self, case, pairs):
        """Time of the build over time of the baseline, in each pair of turns."""
        for worker in self.workers:
            worker.ask("prepare", case=case)
        found = []
        for number in range(pairs):
            times = {}
            for worker in self.workers if number % 2 else reversed(self.workers):
                reply = worker.ask("measure", repeats=SAMPLES, seconds=SECONDS)
                times[worker] = statistics.median(reply["samples"])
            found.append(times[self.workers[0]] / times[self.workers[1]])
        for worker in self.workers:
            worker.ask("release")
        return found

    def end(self):
        for worker in self.workers:
            worker.end()


def compile_ratios(executable, baseline, nodes):
    """The same for the seconds from the first of so many nodes to the first gradient."""
    found = []
    for number in range(COMPILE_PAIRS):
        seconds = {}
        for path in [executable, baseline][:: 1 if number % 2 else -1]:
            seconds[path], failure = compile_time(OURS, path, nodes, None)
            if failure:
                raise SystemExit(f"compile_{nodes}: {path} {failure}")
        found.append(seconds[executable] / seconds[baseline])
    return found


def run(executable, baseline, cases, chains, pairs):
    """The lower end of each case's interval, after printing its row."""
    lower = {}

    def add(name, ratios):
        least, most = interval(ratios)
        lower[name] = least
        print(f"{name:17}{statistics.median(ratios):9.3f}{least:10.3f}{most:8.3f}", flush=True)

    print(f"case              new ÷ old   {CONFIDENCE:.0%} interval")
    pair = Pair(executable, baseline)
    try:
        for case in cases:
            add(case, pair.ratios(case, pairs))
    finally:
        pair.end()
    for nodes in chains:
        add(f"compile_{nodes}", compile_ratios(executable, baseline, nodes))
    return lower


def compare(executable, baseline, pattern, pairs):
    """Prints the table, and that of another run for what was slower; 1 where it is so in both."""
    executable = executable.resolve()
    if executable == baseline:
        raise SystemExit("Both builds are the same file.")
    ours, theirs = steps(executable), steps(baseline)
    for name in sorted(set(ours) ^ set(theirs)):
        say(f"{name}: only one of the builds has it")
    cases = [name for name in ours if name in theirs and pattern.search(name)]
    chains = [
        nodes for nodes in CHAINS
        if nodes <= LONGEST_COMPILED and pattern.search(f"compile_{nodes}")
    ]
    if not cases and not chains:
        raise SystemExit(f"No case of both builds matches; there are {', '.join(ours)}.")
    for number in range(RUNS):
        if number > 0:
            print(f"\nAbove {SLOWER}, so measured again:")
        lower = run(executable, baseline, cases, chains, pairs)
        cases = [name for name in cases if lower[name] > SLOWER]
        chains = [nodes for nodes in chains if lower[f"compile_{nodes}"] > SLOWER]
        if not cases and not chains:
            print(f"\nNo case is slower by more than {SLOWER - 1:.0%} in {RUNS} runs.")
            return 0
    slower = cases + [f"compile_{nodes}" for nodes in chains]
    print(f"\nSlower by more than {SLOWER - 1:.0%} in {RUNS} runs: {', '.join(slower)}")
    return 1
