"""Times a case with all systems by turns, for several rounds."""

import statistics
import time

from Comparison.setup import say
from Comparison.workers import OURS, Failure

# The round trip between two cores is bimodal on virtual machines, the modes a factor of 5 apart.
FLIP = 1.5
# Others may use the machine too: it counts as quiet where a probe, a product and a search in memory, takes
# no more than so many times as long as the fastest since the systems were started.
SLOWDOWN = 1.15
# A turn waits at most so long for it to become quiet, and asks again after each pause.
WAITING_SECONDS = 4.0
PAUSE_SECONDS = 0.1
# The turns of one team wait at most so long together: a machine that is busy all the time, or whose clock
# was faster at first, is measured as it is.
PATIENT_SECONDS = 600.0
# The threads of a system that has just been measured spin for a while before they sleep (200 ms in
# OpenMP's run time of LLVM and Intel) and would take a core from the next one.
SETTLING_SECONDS = 0.4
# A case is measured again, after the others, where more than this share of its turns were disturbed.
DISTURBED_SHARE = 0.25
# The most steps of a turn where they are timed one by one.
SINGLE_STEPS = 3_000
# How often at most a turn is taken until it is quiet before and after it, and a case until it is not
# disturbed; how many times the rounds asked for are taken at most until enough were steady.
PATIENCE = 3


class Case:
    """A case with some number of threads, ready in every system that can state it."""

    def __init__(self, name, team, file):
        self.name = name
        self.team = team
        self.failures = {}
        # Seconds from the formula to the first result, for each system.
        self.first_results = {}
        # For each turn that was kept, the slower of the probes before and after it.
        self.speeds = []
        self.ready = []
        for worker in team.workers:
            field = {"case": name} if worker.name == OURS else {"file": str(file)}
            if (reply := self.ask(worker, "prepare", **field)) is not None:
                self.ready.append(worker)
                self.first_results[worker.name] = reply["firstResult"]

    def round(self, number, options):
        """The median of each system; each round starts with another one."""
        first = number % len(self.ready)
        times = {}
        after = self.speed()
        for worker in self.ready[first:] + self.ready[:first]:
            for _ in range(PATIENCE):
                before = self.quiet(after)
                times[worker.name] = self.measured(worker, options)
                after = self.speed()
                slower = min(before, after)
                failed = times[worker.name] is None
                if is_quiet(slower, self.team.fastest) or failed or not is_patient(self.team):
                    break
            self.speeds.append(slower)
        return times

    def measured(self, worker, options):
        """The median of a turn in microseconds; None where the worker fails."""
        if options.single_steps:
            reply = self.ask(
                worker, "latencies", repeats=SINGLE_STEPS, seconds=2 * options.seconds)
            return reply and reply["latencies"]["p50"]
        reply = self.ask(worker, "measure", repeats=options.samples, seconds=options.seconds)
        return reply and statistics.median(reply["samples"])

    def quiet(self, speed):
        """The speed of a probe as soon as the machine is quiet, or when it was waited for long enough."""
        waited = 0.0
        while (not is_quiet(speed, self.team.fastest)
               and waited < WAITING_SECONDS and is_patient(self.team)):
            start = time.monotonic()
            speed = self.speed(PAUSE_SECONDS)
            elapsed = time.monotonic() - start
            waited += elapsed
            self.team.waited += elapsed
        return speed

    def speed(self, pause=SETTLING_SECONDS):
        """Probes a second, when the system before has come to rest."""
        time.sleep(pause)
        speed = self.team.ours.ask("speed")["probes"]
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
            times = self.round(len(kept) + len(dropped), options)
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


def is_quiet(speed, fastest):
    """Whether a probe is as fast as where nobody else uses the machine."""
    return speed * SLOWDOWN >= fastest


def is_patient(team):
    """Whether a team has not waited for a quiet machine for too long yet."""
    return team.waited < PATIENT_SECONDS


def disturbed(row, fastest):
    """The share of a case's turns during which others used the machine."""
    speeds = row["turnSpeeds"]
    return sum(not is_quiet(speed, fastest) for speed in speeds) / len(speeds)


def quieter(row, other):
    """Whether the machine was quieter when this row of a case was measured."""
    return statistics.mean(row["turnSpeeds"]) > statistics.mean(other["turnSpeeds"])


def keep_lower_limit(row, before):
    """Takes the limit of a row measured before, if the machine was faster then."""
    if row["limit"] and before["limit"] and before["limit"] < row["limit"]:
        for key in ("limit", "peak", "bandwidth"):
            row[key] = before.get(key)
        row["ratioToLimit"] = rounded(row["ours"] / row["limit"])


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
    row["firstResults"] = {
        system: rounded(seconds) for system, seconds in case.first_results.items()}
    if case.failures:
        row["leftOut"] = case.failures
    row["turnSpeeds"] = [rounded(speed) for speed in case.speeds]
    row["measured"] = time.strftime("%Y-%m-%d %H:%M", time.gmtime())
    case.release()
    return row
