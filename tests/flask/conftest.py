"""What the tests of lanyard.flask share: databases, applications, a lanyardd."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from servers import PASSWORD, Lanyardd, Postgres, have_lanyardd
from world import world

__all__ = ["PASSWORD", "world"]


def pytest_addoption(parser):
    parser.addoption("--everything", action="store_true", help="what make check-all runs")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--everything"):
        return
    kept = [item for item in items if not item.get_closest_marker("everything")]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def pytest_configure(config):
    config.addinivalue_line("markers", "everything: only with --everything")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    """The URL of an empty database of a PostgreSQL that lives as long as the tests."""
    with Postgres(tmp_path_factory.mktemp("pg")) as server:
        yield server


@pytest.fixture
def database(request, tmp_path):
    """The URL of an empty database; parametrized by its kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/sessions.db"
    return request.getfixturevalue("postgres").fresh()


@pytest.fixture(scope="session")
def lanyardd(tmp_path_factory):
    if not have_lanyardd():
        pytest.fail("build/bin/lanyardd is missing: make build")
    with Lanyardd(tmp_path_factory.mktemp("lanyardd")) as server:
        yield server


@pytest.fixture
def own(tmp_path):
    """A lanyardd of this test's own, to be killed."""
    with Lanyardd(tmp_path / "own") as server:
        yield server


def pytest_generate_tests(metafunc):
    if "database" in metafunc.fixturenames:
        everything = metafunc.config.getoption("--everything")
        kinds = ["sqlite", "postgresql"] if everything else ["sqlite"]
        metafunc.parametrize("database", kinds, indirect=True)


os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")


def pytest_unconfigure(config):
    """The last line is for tests/run."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    counts = {kind: len(reporter.stats.get(kind, ())) for kind in (
        "passed", "failed", "error", "skipped")}
    print(f"{counts['passed']} passed, {counts['failed'] + counts['error']} failed"
          + (f", {counts['skipped']} skipped" if counts["skipped"] else ""))


@pytest.fixture
def note(request):
    """note(text): a line that the summary of the whole run shows."""
    capture = request.config.pluginmanager.get_plugin("capturemanager")

    def write(text):
        with capture.global_and_fixture_disabled():
            print(f"\nnote: {text}")

    return write
