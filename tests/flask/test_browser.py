"""A person's walk through the example, with two browser profiles, in a real Chromium."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("selenium")

from browser import Browser
from conftest import PASSWORD
from servers import ROOT, free_port, have_lanyardd, wait_until

ARTIFACT = ROOT / "build/test-artifacts/flask-tutorial.png"
EXAMPLE = ROOT / "examples/flask-tutorial"


def start(database, tmp_path, **settings):
    port = free_port()
    env = {**os.environ, "FLASK_SECRET_KEY": "a secret for the browser's walk, long",
           "FLASK_SQLALCHEMY_DATABASE_URI": database, "FLASK_LANYARD_MODE": "cookie",
           "FLASK_LANYARD_PASSWORD_METHOD": "scrypt:1024:8:1", **settings}
    log = open(tmp_path / "gunicorn.log", "wb")
    web = subprocess.Popen([sys.executable, "-m", "gunicorn", "--chdir", EXAMPLE, "-w", "1",
                            "--threads", "8", "-b", f"127.0.0.1:{port}", "app:create_app()"],
                           env=env, stdout=log, stderr=log)
    import urllib.request

    def is_up():
        if web.poll() is not None:
            raise RuntimeError(Path(log.name).read_text()[-2000:])
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1).status == 200
        except OSError:
            return False

    wait_until(is_up, 20, "gunicorn")
    return web, f"http://127.0.0.1:{port}/"


@pytest.fixture(params=["embedded", "lanyardd"])
def example(request, tmp_path):
    """The address of the running example."""
    database, settings = f"sqlite:///{tmp_path}/app.db", {}
    if request.param == "lanyardd":
        server = request.getfixturevalue("lanyardd")
        settings = {"FLASK_LANYARD_SERVER": server.url,
                    "FLASK_LANYARD_CLIENT_ID": server.client_id,
                    "FLASK_LANYARD_CLIENT_SECRET_FILE": str(server.secret_file)}
    web, url = start(database, tmp_path, **settings)
    yield url
    web.terminate()
    web.wait(10)


def enter(browser, button, name="ada"):
    browser.type("name", name)
    browser.type("password", PASSWORD)
    browser.click(button)
    browser.until(lambda: browser.rows(), "the list of sessions")


def test_person_registers_renews_and_ends_another_browser(example, tmp_path):
    name = f"ada{time.time_ns()}"
    with Browser(tmp_path / "one", example + "?device=desk") as desk, \
            Browser(tmp_path / "two", example + "?device=phone") as phone:
        enter(desk, "register", name)
        assert desk.text("who") == f"Logged in as {name}"
        left = int(desk.text("seconds"))
        assert 890 <= left <= 900
        desk.until(lambda: int(desk.text("seconds")) < left, "a countdown")

        enter(phone, "login", name)
        assert any("desk" in row for row in phone.rows())
        desk.click("reload")
        desk.until(lambda: len(desk.rows()) == 2, "the other browser in the list")

        desk.click("renew")
        desk.until(lambda: desk.text("renewals") == "1", "a renewal")
        assert int(desk.text("seconds")) >= 898
        assert desk.text("who") == f"Logged in as {name}"

        phone.click("ask")
        phone.until(lambda: phone.text("answer").startswith("200"), "an answer")

        ARTIFACT.parent.mkdir(parents=True, exist_ok=True)
        desk.driver.save_screenshot(str(ARTIFACT))

        assert len(desk.buttons()) == 1
        desk.buttons()[0].click()
        desk.until(lambda: len(desk.rows()) == 1, "one session left")
        phone.click("ask")
        phone.until(lambda: "Session ended" in phone.text("problem"), "a refusal")
        assert phone.id("enter").is_displayed()

        desk.click("ask")
        desk.until(lambda: desk.text("answer").startswith("200"), "the first is still in")
        desk.click("logout")
        desk.until(lambda: desk.id("enter").is_displayed(), "the way in")
        assert desk.errors() == [] and phone.errors() == []


def test_many_requests_of_two_tabs_renew_once(example, tmp_path):
    name = f"bob{time.time_ns()}"
    with Browser(tmp_path / "one", example) as browser:
        enter(browser, "register", name)
        # The renewals are counted where they are asked for: by the browser's own record.
        renewals = "performance.getEntriesByType('resource').filter(" \
                   "(one) => one.name.endsWith('/auth/refresh')).length"
        answers = browser.run("return (await Promise.all(Array.from({length: 20}, "
                              "() => lanyard.refresh()))).length;")
        assert answers == 20
        assert browser.run(f"return {renewals};") == 1
        first = browser.driver.current_window_handle
        browser.driver.switch_to.new_window("tab")
        browser.driver.get(example)
        browser.until(lambda: browser.rows(), "the other tab's list")
        both = browser.run("""
            const seen = Number(localStorage.getItem("lanyard-renewed:/auth"));
            await lanyard.refresh();
            return Number(localStorage.getItem("lanyard-renewed:/auth")) > seen;""")
        assert both is True
        browser.driver.switch_to.window(first)
        assert browser.run("return (await lanyard.fetch('/api/whoami')).status;") == 200
