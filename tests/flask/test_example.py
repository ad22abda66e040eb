"""`make example-flask` as it is typed: PostgreSQL, with lanyardd and without. check-all."""

import signal
import subprocess
import time

import pytest

pytest.importorskip("selenium")

from browser import Browser
from person import ask, enter, walk
from servers import ROOT

pytestmark = pytest.mark.everything
START = ROOT / "examples/flask-tutorial/start"
ARTIFACTS = ROOT / "build/test-artifacts"
PHONE = {"width": 375, "height": 720, "deviceScaleFactor": 1, "mobile": True}


@pytest.fixture(params=["embedded", "lanyardd"])
def started(request, tmp_path):
    """The mode, and the address that the example prints."""
    process = subprocess.Popen([START, request.param, "--data", tmp_path], stdout=subprocess.PIPE,
                               text=True)
    yield request.param, process.stdout.readline().split()[1]
    process.send_signal(signal.SIGTERM)
    process.wait(30)


def test_example_runs_in_both_modes_and_fits_a_phone(started, tmp_path):
    mode, address = started
    walk(address, tmp_path, ARTIFACTS / f"flask-tutorial-{mode}-two.png")
    name = f"ada{time.time_ns()}"
    with Browser(tmp_path / "profile", address + "?device=desk") as browser:
        enter(browser, "register", name)
        assert browser.text("who") == f"Logged in as {name}"
        ask(browser)
        browser.driver.save_screenshot(str(ARTIFACTS / f"flask-tutorial-{mode}-wide.png"))
        browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
        assert browser.run("return document.documentElement.scrollWidth;") <= PHONE["width"]
        browser.driver.save_screenshot(str(ARTIFACTS / f"flask-tutorial-{mode}-narrow.png"))
        assert browser.errors() == []
