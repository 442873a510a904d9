"""Writes the results as a page of Markdown."""

import datetime
import os
import platform
import subprocess


def microseconds(number):
    """Three digits or all of the whole ones."""
    if number is None:
        return ""
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}"


def spelled(threads):
    return "one thread" if threads == 1 else f"{threads} threads"


def ratio(number):
    return "" if number is None else f"{number:.2f}"


def table(titles, rows):
    lines = ["| " + " | ".join(titles) + " |", "|---" + "|---:" * (len(titles) - 1) + "|"]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def first_line(path, key):
    try:
        with open(path, encoding="utf-8") as file:
            for line in file:
                if line.startswith(key):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return None


def machine():
    """The machine in a few lines."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    processor = first_line("/proc/cpuinfo", "model name") or platform.processor()
    memory = first_line("/proc/meminfo", "MemTotal") or "? kB"
    swift = subprocess.run(["swift", "--version"], capture_output=True, text=True)
    facts = [
        f"{processor}, {cores} cores, {memory} of memory",
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        next((line for line in swift.stdout.splitlines() if "Swift version" in line), "Swift"),
        f"written on {datetime.date.today().isoformat()}",
    ]
    return "\n".join(f"- {fact}" for fact in facts) + "\n"


def systems(rows):
    names = []
    for row in rows:
        names += [name for name in row["peers"] if name not in names]
    return names


def times(rows):
    """Medians, ratios and limits."""
    peers = systems(rows)
    titles = ["case", "ours", *peers, "best peer", "ours ÷ best", "limit", "ours ÷ limit"]
    return table(
        titles,
        [
            [
                row["case"],
                microseconds(row["ours"]),
                *(microseconds(row["peers"].get(name)) for name in peers),
                row["bestPeer"] or "",
                ratio(row["ratio"]),
                microseconds(row["limit"]),
                ratio(row["ratioToLimit"]),
            ]
            for row in rows
        ],
    )


def spreads(rows):
    """The least and the greatest median of a round, as shares of the median over the rounds."""
    rows = [row for row in rows if "rounds" in row]
    peers = systems(rows)

    def cell(row, name):
        middle = row["ours"] if name == "ours" else row["peers"].get(name)
        if name not in row["spread"] or not middle:
            return ""
        least, most = row["spread"][name]
        return f"−{100 * (1 - least / middle):.0f} +{100 * (most / middle - 1):.0f} %"

    def trip(row):
        return " to ".join(f"{t:.0f}" for t in row.get("roundTripNanoseconds", []))

    titles = ["case", "rounds", "dropped", "round trip ns", "disturbed", "UTC", "ours", *peers]
    return table(
        titles,
        [
            [
                row["case"],
                row["rounds"] if row["steady"] else f"{row['rounds']}, none steady",
                row["roundsDropped"],
                trip(row),
                f"{100 * row['disturbed']:.0f} %" if "disturbed" in row else "",
                row.get("measured", ""),
                *(cell(row, name) for name in ["ours", *peers]),
            ]
            for row in rows
        ],
    )


def latency_table(rows):
    titles = ["p50", "p90", "p99", "p99.9"]
    cells = []
    for row in rows:
        for system, shares in row["latencies"].items():
            cells.append([row["case"], system, *(microseconds(shares[title]) for title in titles)])
    return table(["case", "system", *titles], cells)


def memory_table(rows, key):
    peers = systems(rows)
    return table(
        ["case", "ours", *peers],
        [
            [row["case"]]
            + [
                f"{row[key][name] / 1e6:.0f}" if name in row[key] else ""
                for name in ["ours", *peers]
            ]
            for row in rows
        ],
    )


def speeds(rows):
    """The matrix product and the memory that the limits come from, for each number of threads."""
    lines = []
    for threads in sorted({row["threads"] for row in rows}):
        mine = [row for row in rows if row["threads"] == threads and row.get("peak")]
        if mine:
            bandwidths = [row["bandwidth"] / 1e9 for row in mine]
            lines.append(
                f"- {spelled(threads)}: matrix product of f32 "
                f"{mine[0]['peak'] / 1e9:.0f} GFLOP/s; memory {min(bandwidths):.0f} to "
                f"{max(bandwidths):.0f} GB/s, by the size of the case"
            )
    return "\n".join(lines) + "\n"


def page(rows, versions, options):
    """The whole report."""
    parts = [
        "# Results\n",
        "Written by `make benchmark`; README.md says how it measures. Times are microseconds a "
        f"step, medians over {options.rounds} rounds in which all systems ran by turns, after "
        "their numbers were compared with ours.\n",
        "## Machine\n",
        machine(),
        speeds(rows),
        "## Versions\n",
        "".join(f"- {name} {version}\n" for name, version in versions.items()),
    ]
    stepped = [row for row in rows if "rounds" in row]
    for threads in sorted({row["threads"] for row in stepped}, reverse=True):
        mine = [row for row in stepped if row["threads"] == threads]
        parts += [f"## {spelled(threads).capitalize()}\n", times(mine)]
        parts += ["Spread of the rounds:\n", spreads(mine)]
        if waiting := [row for row in mine if "latencies" in row]:
            parts += ["Latency of single calls, microseconds:\n", latency_table(waiting)]
    if remembered := [row for row in rows if "peakBytes" in row]:
        parts += [
            "## Peak memory of a training step, MB\n",
            "The whole process, four steps after its start.\n",
            memory_table(remembered, "peakBytes"),
        ]
    if started := [row for row in rows if "residentBytes" in row]:
        parts += [
            "## Cold start\n",
            "From the start of the process to the end of the first step of mlp_b128.\n",
            times(started),
            "Memory resident then, MB:\n",
            memory_table(started, "residentBytes"),
        ]
    if chains := [row for row in rows if row["case"].startswith("compile_")]:
        parts += [
            "## Compile time\n",
            "From the first of so many element-wise nodes to the first result of their gradient.\n",
            times(chains),
        ]
    missing = [
        f"- {row['case']}, {spelled(row['threads'])}: {name}: {reason}\n"
        for row in rows
        for name, reason in row.get("leftOut", {}).items()
    ]
    if missing:
        parts += ["## Left out\n", "".join(missing)]
    return "\n".join(parts)
