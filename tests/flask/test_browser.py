"""A person's walk through the example, with two browser profiles, in a real Chromium."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("selenium")

from browser import Browser
from person import enter, walk
from servers import PASSWORD, ROOT, Lanyardd, free_port, wait_until

EXAMPLE = ROOT / "examples/flask-tutorial"
sys.path.insert(0, str(EXAMPLE))
from run import init_db

ARTIFACT = ROOT / "build/test-artifacts/flask-tutorial.png"
# Renewals are counted where they are asked for: by the browser's own record.
RENEWALS = "performance.getEntriesByType('resource').filter(" \
           "(one) => one.name.endsWith('/auth/refresh')).length"


def start(database, tmp_path, **settings):
    port = free_port()
    env = {**os.environ, "FLASK_SECRET_KEY": "a secret for the browser's walk, long",
           "FLASK_SQLALCHEMY_DATABASE_URI": database, "FLASK_LANYARD_MODE": "cookie",
           "FLASK_LANYARD_PASSWORD_METHOD": "scrypt:1024:8:1", **settings}
    init_db(env)
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


@contextmanager
def running(tmp_path, server=None, **settings):
    """The address of the example; its sessions are in its own database, or the server's."""
    if server is not None:
        settings |= {"FLASK_LANYARD_SERVER": server.url,
                     "FLASK_LANYARD_CLIENT_ID": server.client_id,
                     "FLASK_LANYARD_CLIENT_SECRET_FILE": str(server.secret_file)}
    web, url = start(f"sqlite:///{tmp_path}/app.db", tmp_path, **settings)
    yield url
    web.terminate()
    web.wait(10)


@pytest.fixture(params=[pytest.param("embedded", marks=pytest.mark.everything), "lanyardd"])
def example(request, tmp_path):
    is_served = request.param == "lanyardd"
    with running(tmp_path, request.getfixturevalue("lanyardd") if is_served else None) as url:
        yield url


@pytest.fixture(params=["embedded", "lanyardd"])
def short(request, tmp_path):
    """An example whose tokens live as short as can be, and how many seconds that is."""
    if request.param == "embedded":
        with running(tmp_path, FLASK_LANYARD_ACCESS_SECONDS="3") as url:
            yield url, 3
    else:
        with Lanyardd(tmp_path / "own", "--access-s", "10") as server, \
                running(tmp_path, server) as url:
            yield url, 10


def test_person_registers_renews_and_ends_another_browser(example, tmp_path):
    walk(example, tmp_path, ARTIFACT)


@pytest.mark.everything
def test_many_requests_of_two_tabs_renew_once(example, tmp_path):
    name = f"bob{time.time_ns()}"
    with Browser(tmp_path / "one", example) as browser:
        enter(browser, "register", name)
        answers = browser.run("return (await Promise.all(Array.from({length: 20}, "
                              "() => lanyard.refresh()))).length;")
        assert answers == 20
        assert browser.run(f"return {RENEWALS};") == 1
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


# A page with nothing but the script, so that only fetch() renews.
LOAD = """await new Promise((loaded) => {
    const tag = document.createElement("script");
    tag.src = "/auth/lanyard.js";
    tag.onload = loaded;
    document.head.append(tag);
});"""
ASK = """window.answers = (async (at) => {
    await new Promise((over) => setTimeout(over, at - Date.now()));
    return Promise.all(Array.from({length: 10}, () => lanyard.fetch("/api/whoami")));
})(%d);"""


@pytest.mark.everything
def test_two_tabs_whose_token_expired_renew_it_once(short, tmp_path):
    url, life = short
    with Browser(tmp_path / "one", url + "nothing") as browser:
        driver, tabs = browser.driver, [browser.driver.current_window_handle]
        driver.switch_to.new_window("tab")
        driver.get(url + "nothing")
        tabs.append(driver.current_window_handle)
        for tab in tabs:
            driver.switch_to.window(tab)
            browser.run(LOAD)
        browser.run(f"""await lanyard.register({{ username: "ada", password: "{PASSWORD}" }});""")
        at = (time.time() + life + 0.5) * 1000  # one moment for both
        for tab in tabs:
            driver.switch_to.window(tab)
            driver.execute_script(ASK % at)
        statuses, renewals = [], 0
        for tab in tabs:
            driver.switch_to.window(tab)
            statuses += browser.run("return (await window.answers).map((one) => one.status);")
            renewals += browser.run(f"return {RENEWALS};")
        assert statuses == [200] * 20
        assert renewals == 1


@pytest.mark.everything
def test_two_tabs_that_keep_a_token_fresh_renew_it_once(tmp_path):
    """keep() renews half a minute before the end: of tokens of 40 s, ten seconds from now."""
    with running(tmp_path, FLASK_LANYARD_ACCESS_SECONDS="40") as url, \
            Browser(tmp_path / "one", url + "nothing") as browser:
        driver, tabs = browser.driver, [browser.driver.current_window_handle]
        browser.run(LOAD)
        browser.run(f"""await lanyard.register({{ username: "ada", password: "{PASSWORD}" }});""")
        driver.switch_to.new_window("tab")
        driver.get(url + "nothing")
        tabs.append(driver.current_window_handle)
        browser.run(LOAD)
        renewals, ends = 0, []
        for tab in tabs:
            driver.switch_to.window(tab)
            browser.run("await lanyard.start(); lanyard.keep();")
        time.sleep(14)
        for tab in tabs:
            driver.switch_to.window(tab)
            renewals += browser.run(f"return {RENEWALS};")
            ends.append(browser.run("return lanyard.state.expiresAt / 1000;"))
        assert renewals == 1
        assert min(ends) > time.time() + 30
