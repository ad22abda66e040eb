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
from typing import NamedTuple

import calls

HERE = pathlib.Path(__file__).resolve().parent
SHOWN_MAX = 20


class Row(NamedTuple):
    """A line of allowed.tsv."""

    name: str
    kind: re.Pattern
    theirs: re.Pattern
    ours: re.Pattern | None  # None: what PyJWT does with case.instead
    why: str


def read_rows():
    rows = []
    for line in (HERE / "allowed.tsv").read_text().splitlines():
        if line and not line.startswith("#"):
            name, kind, theirs, ours, why = line.split("\t")
            rows.append(Row(name, re.compile(kind), re.compile(theirs),
                            None if ours == "=" else re.compile(ours), why))
    return rows


class Judge:
    """Compares two modules, and keeps which rows were needed."""

    def __init__(self, rows, theirs, ours):
        self.rows, self.theirs, self.ours = rows, theirs, ours
        self.used = collections.Counter()

    def differs(self, case):
        """One line for each module, or None when they do the same."""
        outcomes = [calls.call(case, module) for module in (self.theirs, self.ours)]
        return None if outcomes[0] == outcomes[1] else [calls.shown(outcome) for outcome in outcomes]

    def takes(self, row, case, theirs, ours):
        """Whether this row allows this difference."""
        if not row.kind.fullmatch(case.kind) or not row.theirs.match(theirs):
            return False
        if row.ours is not None:
            return bool(row.ours.match(ours))
        if case.instead is None:
            return False
        wanted, got = calls.call(case.instead, self.theirs), calls.call(case, self.ours)
        return wanted == got or bool(self.by_parts(case))

    def row_of(self, case, lines):
        """The row that takes the difference, or None."""
        return next((row for row in self.rows if self.takes(row, case, *lines)), None)

    def by_parts(self, case):
        """The rows that take the differences of the case's parts, when there are such for all."""
        rows = []
        for part in case.parts:
            lines = self.differs(part)
            if lines:
                rows.append(self.row_of(part, lines))
        return rows if rows and all(rows) else None

    def allows(self, case):
        """Whether the two do the same, or differ as they may."""
        lines = self.differs(case)
        if not lines:
            return True
        row = self.row_of(case, lines)
        for used in [row] if row else self.by_parts(case) or ():
            self.used[used] += 1
            row = used
        return row is not None

    def never_used(self):
        return [f"{row.name} ({row.kind.pattern})" for row in self.rows if not self.used[row]]


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(2**32)
    theirs, ours = importlib.import_module("jwt"), importlib.import_module("lanyard.jwt")
    if theirs is ours:
        sys.exit("jwt is ours: PyJWT must be installed, and the drop-in not on the path")
    print(f"note: differential test, PyJWT {theirs.__version__}, {count} calls, seed {seed}")
    judge, generator = Judge(read_rows(), theirs, ours), calls.Generator(seed)
    differing = failed = 0
    for _ in range(count):
        case = generator.case()
        before = judge.used.total()
        if judge.allows(case):
            differing += judge.used.total() > before
            continue
        failed += 1
        if failed <= SHOWN_MAX:
            lines = judge.differs(case) or ["as we do", "as PyJWT does, when asked again"]
            print(f"{case.kind}: {case.text[:600]}\n    PyJWT: {lines[0][:400]}"
                  f"\n    ours:  {lines[1][:400]}")
    names = collections.Counter()
    for row, number in judge.used.items():
        names[row.name] += number
    print(f"note: {count - failed - differing} alike, "
          + ", ".join(f"{number} {name}" for name, number in sorted(names.items())))
    unused = judge.never_used()
    if unused:
        # What 100,000 calls do not need allows what nobody has looked at.
        print("note: never needed: " + ", ".join(unused))
    print(f"{count - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
