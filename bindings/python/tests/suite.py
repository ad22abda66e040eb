"""What PyJWT's suite must give on our jwt, by suite.tsv: which tests are skipped, and how many pass.

A number alone would let a test that was skipped for a reason stand in for one that broke.
"""

import pathlib
import xml.etree.ElementTree

TABLE = pathlib.Path(__file__).resolve().parent / "suite.tsv"
SKIPS_MAX = 12  # the issue's own


def read(text):
    """The least that must pass, and the names that are skipped."""
    least, skips = 0, set()
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, value = line.split("\t")
            if name == "passed":
                least = int(value)
            elif not value.strip():
                raise ValueError(f"{name} is skipped without a reason")
            else:
                skips.add(name)
    if len(skips) > SKIPS_MAX:
        raise ValueError(f"{len(skips)} named skips, at most {SKIPS_MAX}")
    return least, skips


def outcomes(junit):
    """Names of the tests in a report of pytest, by what came of them."""
    found = {"passed": set(), "skipped": set(), "xfailed": set(), "failed": set()}
    for case in xml.etree.ElementTree.fromstring(junit).iter("testcase"):
        name = f"{case.get('classname').removeprefix('tests.')}.{case.get('name')}"
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            found["failed"].add(name)
        elif skipped is None:
            found["passed"].add(name)
        else:
            found["xfailed" if skipped.get("type") == "pytest.xfail" else "skipped"].add(name)
    return found


def troubles(junit, table, counts):
    """One line for each thing that is not as the table says; counts are pytest's own words."""
    least, skips = read(table)
    found = outcomes(junit)
    told = [f"skipped, and not in suite.tsv: {name}" for name in sorted(found["skipped"] - skips)]
    told += [f"in suite.tsv, and not skipped: {name}" for name in sorted(skips - found["skipped"])]
    told += [f"expected to fail: {name}" for name in sorted(found["xfailed"])]
    told += [f"{counts[word]} {word}" for word in ("xpassed", "deselected") if counts.get(word)]
    if len(found["passed"]) < least:
        told.append(f"{len(found['passed'])} passed, at least {least} must")
    return told
