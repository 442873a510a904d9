"""Times a case with all systems by turns, for several rounds."""

import statistics
import time

from Comparison.setup import say
from Comparison.workers import OURS, Failure

# The round trip between two cores is bimodal on virtual machines, the modes a factor of 5 apart.
FLIP = 1.5
# Others may use the machine too: a turn counts where a product before it and one after it took no more
# than so many times as long as the fastest since the systems were started.
SLOWDOWN = 1.15
# The threads of a system that has just been measured spin for a while before they sleep (200 ms in
# OpenMP's run time of LLVM and Intel) and would take a core from the next one.
SETTLING_SECONDS = 0.4
# So often a turn is taken until it is steady; so many times the rounds asked for, until enough were.
PATIENCE = 3


class Case:
    """A case with some number of threads, ready in every system that can state it."""

    def __init__(self, name, team, file):
        self.name = name
        self.team = team
        self.failures = {}
        self.turns = self.disturbed = 0
        self.ready = []
        for worker in team.workers:
            field = {"case": name} if worker.name == OURS else {"file": str(file)}
            if self.ask(worker, "prepare", **field) is not None:
                self.ready.append(worker)

    def round(self, number, options, threads):
        """The median of each system; each round starts with another one."""
        first = number % len(self.ready)
        times = {}
        before = self.speed(threads)
        for worker in self.ready[first:] + self.ready[:first]:
            for _ in range(PATIENCE):
                reply = self.ask(worker, "measure", repeats=options.samples, seconds=options.seconds)
                times[worker.name] = statistics.median(reply["samples"]) if reply else None
                after = self.speed(threads)
                slowest, before = min(before, after), after
                self.turns += 1
                if slowest * SLOWDOWN >= self.team.fastest or not reply:
                    break
                self.disturbed += 1
        return times

    def speed(self, threads):
        """Operations a second in a product of ours, when the system before has come to rest."""
        time.sleep(SETTLING_SECONDS)
        speed = self.team.ours.ask("speed")["peak"]
        self.team.fastest = max(self.team.fastest, speed)
        return speed

    def ask(self, worker, request, **fields):
        """The worker's answer; None where it fails, which leaves it out from then on."""
        try:
            return worker.ask(request, **fields)
        except Failure as error:
            say(f"{self.name}: {worker.name} is left out: {error}")
            self.failures[worker.name] = str(error)
            if worker in self.ready:
                self.ready.remove(worker)
            return None

    def rounds(self, options, threads):
        """The steady rounds, those that were dropped, and the round trips seen in nanoseconds."""
        kept, dropped, trips = [], [], []
        while len(kept) < options.rounds and len(kept) + len(dropped) < PATIENCE * options.rounds:
            before = self.round_trip(threads)
            times = self.round(len(kept) + len(dropped), options, threads)
            after = self.round_trip(threads)
            if before is None:
                kept.append(times)
                continue
            steady = max(before, after) < FLIP * min(before, after)
            (kept if steady else dropped).append(times)
            if steady or not trips:
                trips += [before, after]
        return kept, dropped, trips

    def round_trip(self, threads):
        return self.team.ours.ask("roundTrip")["nanoseconds"] if threads > 1 else None

    def latencies(self, options):
        found = {}
        for worker in list(self.ready):
            reply = self.ask(worker, "latencies", repeats=10_000, seconds=options.seconds * 2)
            if reply:
                found[worker.name] = reply["latencies"]
        return found

    def release(self):
        for worker in list(self.ready):
            self.ask(worker, "release")


def result(name, threads, ours, peers, limit=None):
    """An object of the results; `ours` and `peers` are microseconds."""
    best = min(peers, key=peers.get) if peers else None
    return {
        "case": name,
        "threads": threads,
        "ours": rounded(ours),
        "peers": {peer: rounded(time) for peer, time in peers.items()},
        "bestPeer": best,
        "ratio": rounded(ours / peers[best]) if best else None,
        "limit": rounded(limit) if limit else None,
        "ratioToLimit": rounded(ours / limit) if limit else None,
    }


def rounded(number):
    """Four significant digits."""
    return float(f"{number:.4g}")


def measured(name, team, file, options, threads):
    """The result of one case."""
    case = Case(name, team, file)
    steady, dropped, trips = case.rounds(options, threads)
    # Figures from an unsteady machine are better than none, and the report says so.
    kept = steady or dropped
    medians = {
        worker.name: statistics.median(times[worker.name] for times in kept)
        for worker in case.ready
    }
    ours = medians.pop(OURS)
    limit = team.ours.ask("limit", case=name)
    row = result(name, threads, ours, medians, limit["limit"])
    row["spread"] = {
        worker.name: [
            rounded(bound(times[worker.name] for times in kept)) for bound in (min, max)
        ]
        for worker in case.ready
    }
    row["rounds"] = len(kept)
    row["roundsDropped"] = len(dropped)
    row["steady"] = bool(steady)
    row["turns"] = case.turns
    row["turnsDisturbed"] = case.disturbed
    if trips:
        row["roundTripNanoseconds"] = [min(trips), max(trips)]
    for key in ("peak", "bandwidth"):
        if limit.get(key):
            row[key] = rounded(limit[key])
    if name.startswith("infer_"):
        row["latencies"] = {
            system: {share: rounded(time) for share, time in times.items()}
            for system, times in case.latencies(options).items()
        }
    if case.failures:
        row["leftOut"] = case.failures
    case.release()
    return row
