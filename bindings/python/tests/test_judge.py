"""The judge of the others: what it lets pass, and what not."""

import stat
import subprocess
import sys

import pytest

import pythons
import suite

sys.path.append(str(suite.TABLE.parent / "diff"))
import calls
import run as differential

TABLE = "# names\npassed\t2\ntest_a.TestA.test_gone\tthere is no such thing here\n"
CASE = '<testcase classname="tests.test_a.TestA" name="{}">{}</testcase>'
SKIPPED = '<skipped type="pytest.skip" message="x"/>'


def report(*cases):
    return "<testsuites><testsuite>" + "".join(CASE.format(*case) for case in cases) \
        + "</testsuite></testsuites>"


GOOD = (("test_one", ""), ("test_two[a]", ""), ("test_gone", SKIPPED))


def test_suite_is_as_the_table_says():
    assert suite.troubles(report(*GOOD), TABLE, {"passed": 2, "skipped": 1}) == []


@pytest.mark.parametrize("cases, counts, told", [
    (GOOD + (("test_three", SKIPPED),), {}, "skipped, and not in suite.tsv: test_a.TestA.test_three"),
    (GOOD[:2] + (("test_gone", ""),), {}, "in suite.tsv, and not skipped: test_a.TestA.test_gone"),
    (GOOD[:2], {}, "in suite.tsv, and not skipped: test_a.TestA.test_gone"),
    (GOOD + (("test_three", '<skipped type="pytest.xfail" message=""/>'),), {},
     "expected to fail: test_a.TestA.test_three"),
    (GOOD, {"xpassed": 1}, "1 xpassed"),
    (GOOD, {"deselected": 3}, "3 deselected"),
    (GOOD[1:], {}, "1 passed, at least 2 must"),
    (GOOD[1:] + (("test_one", "<failure/>"),), {}, "1 passed, at least 2 must"),
])
def test_suite_tells_each_thing_that_is_not(cases, counts, told):
    assert suite.troubles(report(*cases), TABLE, counts) == [told]


def test_skips_are_few_and_have_reasons():
    with pytest.raises(ValueError, match="without a reason"):
        suite.read("test_a\t \n")
    with pytest.raises(ValueError, match="at most 12"):
        suite.read("".join(f"test_{number}\twhy\n" for number in range(13)))
    least, skips = suite.read(suite.TABLE.read_text())
    assert least > 400 and 0 < len(skips) <= 12


def write_python(path, told, status=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{told}'\nexit {status}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_every_python_is_found_once_with_what_it_can_do(tmp_path):
    def run(command):
        result = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        return result.returncode, result.stdout

    for path, told, status in (
            ("3.12.1/bin/python3", '["cpython",[3,12,1],false,true]', 0),
            ("again/bin/python3", '["cpython",[3,12,1],false,true]', 0),
            ("3.13.0/bin/python3", '["cpython",[3,13,0],false,false]', 0),
            ("3.13.0t/bin/python3", '["cpython",[3,13,0],true,true]', 0),
            ("3.9/bin/python3", '["cpython",[3,9,1],false,true]', 0),
            ("3.10/bin/python3", '["cpython",[3,10,20],false,true]', 0),
            ("pypy/bin/python3", '["pypy",[3,11,2],false,true]', 0),
            ("broken/bin/python3", "", 127),
            ("config/bin/python3-config", '["cpython",[3,14,0],false,true]', 0)):
        write_python(tmp_path / path, told, status)
    found = pythons.find(run, (f"{tmp_path}/*/bin/python3*",))
    assert [(python.name, python.has_headers) for python in found] == [
        ("CPython 3.12.1", True), ("CPython 3.13.0", False),
        ("CPython 3.13.0 (free-threaded)", True)]


def test_this_python_says_what_it_is():
    python = pythons.probe(sys.executable, lambda command: (0, subprocess.run(
        command, stdout=subprocess.PIPE, text=True, check=True).stdout))
    assert python.version == ".".join(map(str, sys.version_info[:3]))
    assert not python.is_free_threaded


class Wrong(Exception):
    """A signature that does not match."""


def raising(error):
    def decode(key):
        raise error
    return decode


STUMBLES = AttributeError("'_RSAPrivateKey' object has no attribute 'verify'")


def pyjwt(key):
    """Of a signature that does not match."""
    raise Wrong if key == "public" else STUMBLES


@pytest.mark.parametrize("ours, is_allowed", [
    (raising(Wrong()), True),
    (lambda key: {"a": 1}, False),  # a wrong signature, accepted
    (raising(KeyError("a")), False), (raising(AttributeError("a")), False),
    (raising(Wrong("otherwise")), False),
])
def test_difference_is_allowed_only_where_ours_does_what_pyjwt_would(ours, is_allowed):
    judge = differential.Judge(differential.read_rows(), pyjwt, ours)
    case = calls.Case("decode", lambda decode: decode("private"), "",
                      instead=calls.Case("decode", lambda decode: decode("public"), ""))
    assert judge.allows(case) is is_allowed
    assert [row.name for row in judge.used] == (["private-verifies"] if is_allowed else [])
    assert not judge.allows(calls.Case("decode", lambda decode: decode("private"), ""))


def test_row_that_is_never_needed_is_told():
    judge = differential.Judge(differential.read_rows(), pyjwt, raising(Wrong()))
    assert len(judge.never_used()) == len(judge.rows) > 10
    judge.allows(calls.Case("decode", lambda decode: decode("private"), "",
                            instead=calls.Case("decode", lambda decode: decode("public"), "")))
    assert len(judge.never_used()) == len(judge.rows) - 1
