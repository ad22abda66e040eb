"""run.py [COUNT] [SEED] - call PyJWT and lanyard.jwt alike and compare what comes of it.

Every difference must be a row of allowed.tsv: which call, what PyJWT does, what we do (regular
expressions over one line each), and the CVE or reason. One that is none fails, with the seed.
"""

import collections
import importlib
import pathlib
import random
import re
import sys

import calls

HERE = pathlib.Path(__file__).resolve().parent
SHOWN_MAX = 20


def read_rows():
    rows = []
    for line in (HERE / "allowed.tsv").read_text().splitlines():
        if line and not line.startswith("#"):
            name, kind, theirs, ours, why = line.split("\t")
            rows.append((name, re.compile(kind), re.compile(theirs), re.compile(ours), why))
    return rows


def compare(case, modules):
    """One line for each module, or None when they do the same."""
    outcomes = [calls.call(case, module) for module in modules]
    return None if outcomes[0] == outcomes[1] else [calls.shown(outcome) for outcome in outcomes]


def of_parts(rows, case, modules):
    """The rows that take the differences of the case's parts, when there are such for all."""
    names = []
    for part in case.parts:
        lines = compare(part, modules)
        if lines:
            names.append(allowed(rows, part, *lines))
    return "in a set: " + ", ".join(sorted(set(names))) if names and all(names) else None


def allowed(rows, case, theirs, ours):
    """The row that takes this difference, or None."""
    for name, kind, their, our, _ in rows:
        if kind.fullmatch(case.kind) and their.match(theirs) and our.match(ours):
            return name
    return None


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(2**32)
    theirs, ours = importlib.import_module("jwt"), importlib.import_module("lanyard.jwt")
    if theirs is ours:
        sys.exit("jwt is ours: PyJWT must be installed, and the drop-in not on the path")
    print(f"note: differential test, PyJWT {theirs.__version__}, {count} calls, seed {seed}")
    rows, generator = read_rows(), calls.Generator(seed)
    used, kinds, failed = collections.Counter(), collections.Counter(), 0
    for _ in range(count):
        case = generator.case()
        kinds[case.kind] += 1
        lines = compare(case, (theirs, ours))
        if not lines:
            continue
        row = allowed(rows, case, *lines) or of_parts(rows, case, (theirs, ours))
        if row:
            used[row] += 1
            continue
        failed += 1
        if failed <= SHOWN_MAX:
            print(f"{case.kind}: {case.text[:600]}\n    PyJWT: {lines[0][:400]}"
                  f"\n    ours:  {lines[1][:400]}")
    same = count - failed - sum(used.values())
    print(f"note: {same} alike, " + ", ".join(f"{number} {name}" for name, number in
                                              sorted(used.items())))
    if "-v" in sys.argv:
        print(kinds)
    print(f"{count - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
