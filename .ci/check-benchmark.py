"""Checks the JSON array that the benchmark executable printed to the file given."""

import json
import sys

MEASURED = ["microseconds", "minimum"]
COUNTS = ["repeats", "plannedBytes", "lowerBoundBytes", "kernels", "gemms", "allocationsPerStep"]


def faults(row):
    """What is wrong with one result, as sentences."""
    if not isinstance(row, dict) or not isinstance(row.get("case"), str):
        yield "not an object with a case"
        return
    numbers = {}
    for key in MEASURED + COUNTS:
        value = row.get(key)
        kinds = (int, float) if key in MEASURED else (int,)
        if isinstance(value, bool) or not isinstance(value, kinds) or value < 0:
            yield f"{key} is {value!r}"
        else:
            numbers[key] = value
    if len(numbers) < len(MEASURED + COUNTS):
        return
    if not 0 < row["minimum"] <= row["microseconds"]:
        yield "minimum is not between 0 and the median"
    if row["lowerBoundBytes"] > row["plannedBytes"]:
        yield "plannedBytes is under its lower bound"
    if row["allocationsPerStep"] != 0:
        yield f"a step makes {row['allocationsPerStep']} allocations"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        rows = json.load(file)
    if not isinstance(rows, list) or not rows:
        sys.exit("The benchmark printed no array of results.")
    found = [f"{row}: {fault}" for row in rows for fault in faults(row)]
    if found:
        sys.exit("\n".join(found))


main()
