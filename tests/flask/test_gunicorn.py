"""gunicorn as it is run: loaded before the fork, and reloaded by SIGHUP. check-all."""

import os
import signal

import pytest

from lanyard.client import Client

from clients import someone
from servers import wait_until
from test_workers import WORKERS, Web, seen_after

pytestmark = pytest.mark.everything


@pytest.fixture
def preloaded(lanyardd, tmp_path, monkeypatch):
    """One application object, made by the master; each worker follows the feed by itself."""
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "--preload")
    with Web(tmp_path, FLASK_LANYARD_SERVER=lanyardd.url,
             FLASK_LANYARD_CLIENT_ID=lanyardd.client_id,
             FLASK_LANYARD_CLIENT_SECRET_FILE=str(lanyardd.secret_file)) as web:
        yield web


def logout_is_seen_by_all(web, client):
    workers, token = web.pids(), someone(client)["access_token"]
    assert len(workers) == WORKERS
    assert web.get("/who", token)[0] == 200
    client.logout(token)
    seen = seen_after(web, token, workers)
    assert set(seen) == workers
    assert max(seen.values()) < 1


def test_preloaded_workers_all_see_a_logout(preloaded, lanyardd):
    with Client(lanyardd.url) as client:
        logout_is_seen_by_all(preloaded, client)


def test_worker_in_place_of_a_killed_one_sees_a_logout(preloaded, lanyardd):
    before = preloaded.pids()
    os.kill(min(before), signal.SIGKILL)
    wait_until(lambda: len(preloaded.pids() - before) == 1, 20, "a new worker")
    with Client(lanyardd.url) as client:
        logout_is_seen_by_all(preloaded, client)


def test_reload_by_sighup_refuses_nobody_and_loses_no_logout(lanyardd, tmp_path):
    settings = {"FLASK_LANYARD_SERVER": lanyardd.url,
                "FLASK_LANYARD_CLIENT_ID": lanyardd.client_id,
                "FLASK_LANYARD_CLIENT_SECRET_FILE": str(lanyardd.secret_file)}
    with Web(tmp_path, **settings) as web, Client(lanyardd.url) as client:
        before, token, ended = web.pids(), someone(client)["access_token"], someone(client)["access_token"]
        client.logout(ended)
        seen_after(web, ended, before)
        web.process.send_signal(signal.SIGHUP)
        statuses = set()

        def is_replaced():
            statuses.add(("valid", web.get("/who", token)[0]))
            statuses.add(("ended", web.get("/who", ended)[0]))
            pids = web.pids()
            return len(pids) == WORKERS and not pids & before

        wait_until(is_replaced, 30, "four new workers")
        # 0 is a connection that the old worker took along.
        assert statuses - {("valid", 0), ("ended", 0)} == {("valid", 200), ("ended", 401)}
        logout_is_seen_by_all(web, client)
