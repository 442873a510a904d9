"""How steps are timed, by the same rules as ours."""

import math
import threading
import time
from itertools import repeat


def microseconds(step, count):
    """The mean of so many steps."""
    start = time.perf_counter_ns()
    for _ in repeat(None, count):
        step()
    return (time.perf_counter_ns() - start) / 1000 / count


def samples(step, most, seconds):
    """Means of as many steps as take 5 ms, after 50 ms of warm-up; at least one."""
    fastest = math.inf
    warm = time.perf_counter() + 0.05
    while True:
        fastest = min(fastest, microseconds(step, 1))
        if time.perf_counter() >= warm:
            break
    count = max(1, math.ceil(5000 / fastest))
    found = []
    end = time.perf_counter() + seconds
    while not found or (len(found) < most and time.perf_counter() < end):
        found.append(microseconds(step, count))
    return sorted(found)


def shared_samples(program, callers, most, seconds):
    """Time gone by over the steps of all threads, in several samples of 20 ms."""
    steps = [program.step] + [program.another() for _ in range(callers - 1)]
    end = time.perf_counter() + seconds
    found = []
    while not found or (len(found) < most and time.perf_counter() < end):
        counts = [0] * callers
        over = threading.Event()
        ready = threading.Barrier(callers + 1)

        def call(index):
            steps[index]()
            ready.wait()
            while not over.is_set():
                steps[index]()
                counts[index] += 1

        threads = [threading.Thread(target=call, args=(index,)) for index in range(callers)]
        for thread in threads:
            thread.start()
        ready.wait()
        start = time.perf_counter_ns()
        time.sleep(0.02)
        over.set()
        for thread in threads:
            thread.join()
        found.append((time.perf_counter_ns() - start) / 1000 / sum(counts))
    return sorted(found)


def latencies(step, most, seconds):
    """The times of single calls at several percentiles, after a hundred that do not count."""
    for _ in range(100):
        step()
    calls = []
    end = time.perf_counter() + seconds
    while not calls or (len(calls) < most and time.perf_counter() < end):
        calls.append(microseconds(step, 1))
    calls.sort()
    shares = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p99.9": 0.999}
    return {name: calls[math.ceil(share * len(calls)) - 1] for name, share in shares.items()}
