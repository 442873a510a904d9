"""Checks that the public symbols of a module have comments, and that its page groups each of them.

    python3 .ci/check-documentation.py SYMBOL_GRAPHS ARCHIVE
"""

import json
import pathlib
import sys


def comments_missing(graphs):
    """The symbols without a comment, and how many there are in all."""
    missing, count = [], 0
    for path in sorted(graphs.glob("*.symbols.json")):
        for symbol in json.loads(path.read_text())["symbols"]:
            count += 1
            lines = symbol.get("docComment", {}).get("lines", [])
            if not any(line["text"].strip() for line in lines):
                place = symbol.get("location", {})
                file = place.get("uri", "").rpartition("/")[2] or "in a module below"
                missing.append(f"{'.'.join(symbol['pathComponents'])} ({file})")
    return missing, count


def groups_missing(archive):
    """What DocC has put into groups of its own making, since no page names it."""
    missing = []
    for page in (archive / "data/documentation").glob("*.json"):
        for section in json.loads(page.read_text()).get("topicSections", []):
            if section.get("generated"):
                missing += [identifier.rpartition("/")[2] for identifier in section["identifiers"]]
    return missing


def main():
    graphs, archive = map(pathlib.Path, sys.argv[1:3])
    uncommented, count = comments_missing(graphs)
    ungrouped = groups_missing(archive)
    for title, names in (
        ("Public, without a comment:", uncommented),
        ("In no group of the module's page:", ungrouped),
    ):
        if names:
            print(title, *names, sep="\n  ", file=sys.stderr)
    if uncommented or ungrouped:
        sys.exit(1)
    if count == 0:
        sys.exit("There are no symbols.")
    print(f"{archive.name}: {count} public symbols, each with a comment and a place; no warnings")


main()
