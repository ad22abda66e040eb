"""Under load: gunicorn with four workers, one killed, lanyardd killed, keys rotated. check-all."""

import concurrent.futures
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest

from lanyard.client import Client
from lanyard.flask.embedded import engine_for
from lanyard.flask.tables import metadata

from conftest import PASSWORD
from servers import ROOT, free_port, wait_until

pytestmark = pytest.mark.everything
WORKERS = 4


class Web:
    """The little application under gunicorn."""

    def __init__(self, folder, **settings):
        self.port = free_port()
        env = {**os.environ, "FLASK_SECRET_KEY": "a secret for the workers, long enough",
               "FLASK_LANYARD_PASSWORD_METHOD": "scrypt:1024:8:1", **settings}
        self.log = open(folder / "gunicorn.log", "wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--chdir", ROOT / "tests/flask", "-w", str(WORKERS),
             "--threads", "4", "-b", f"127.0.0.1:{self.port}", "workers_app:create_app()"],
            env=env, stdout=self.log, stderr=self.log)

    def __enter__(self):
        wait_until(lambda: len(self.pids()) == WORKERS, 20, "four workers")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(15)

    def get(self, path, token=None):
        """(status, body); a connection of its own, so that every worker gets its share."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"}
                               if token else {})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        except (OSError, http.client.HTTPException):
            return 0, None
        finally:
            connection.close()

    def pids(self):
        """The workers that answer."""
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda _: self.get("/pid"), range(64)))
        return {body["pid"] for status, body in answers if status == 200}


def served(folder, server, **settings):
    return Web(folder, FLASK_LANYARD_SERVER=server.url, FLASK_LANYARD_CLIENT_ID=server.client_id,
               FLASK_LANYARD_CLIENT_SECRET_FILE=str(server.secret_file), **settings)


def histogram(values):
    """Counts of milliseconds, in doubling steps."""
    counts = Counter(1 << max(0, (int(value * 1000) - 1).bit_length()) for value in values)
    return ", ".join(f"<= {upper} ms: {counts[upper]}" for upper in sorted(counts))


def seen_after(web, token, workers, end_s=3.0):
    """Seconds after now until each worker refused the token, by process ID."""
    start, seen = time.monotonic(), {}
    while set(seen) != workers and time.monotonic() < start + end_s:
        status, body = web.get("/who", token)
        pid = (body or {}).get("pid")
        if status == 401 and pid:
            seen.setdefault(pid, time.monotonic() - start)
    return seen


def test_logout_is_seen_in_every_worker_within_a_second(own, tmp_path, note):
    delays = []
    with served(tmp_path, own) as web, Client(own.url) as client:
        workers = web.pids()
        for _ in range(40):
            tokens = client.register(username=f"u{time.time_ns()}", password=PASSWORD)
            assert web.get("/who", tokens["access_token"])[0] == 200
            client.logout(tokens["access_token"])
            seen = seen_after(web, tokens["access_token"], workers)
            assert set(seen) == workers
            delays += seen.values()
    note(f"logout seen by {WORKERS} workers, {len(delays)} times: {histogram(delays)}")
    assert max(delays) < 1


def test_ten_thousand_requests_with_rotation_and_a_killed_worker(own, tmp_path, note):
    """No valid request is refused, no ended session is served."""
    with served(tmp_path, own) as web, Client(own.url) as client:
        workers = sorted(web.pids())
        tokens = [client.register(username=f"u{time.time_ns()}", password=PASSWORD)
                  for _ in range(20)]
        ended = [tokens.pop() for _ in range(5)]
        for one in ended:
            client.logout(one["access_token"])
        time.sleep(1)
        lock, wrong, counts = threading.Lock(), [], Counter()

        def ask(index):
            if index == 3000:
                os.kill(workers[0], signal.SIGKILL)
            if index in (2000, 5000, 8000):
                own.admin("keys", "rotate", "--now")
                fresh = client.register(username=f"u{time.time_ns()}", password=PASSWORD)
                with lock:
                    tokens.append(fresh)
            is_over = index % 10 == 0
            with lock:
                token = (ended if is_over else tokens)[index % len(ended if is_over else tokens)]
            status, body = web.get("/who", token["access_token"])
            with lock:
                counts[status] += 1
                if status not in (0, 401 if is_over else 200):
                    wrong.append((index, status, body))

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(ask, range(10_000)))
        assert wrong == []
        assert counts[0] < 50  # connections of the killed worker
        note(f"10,000 requests: {dict(counts)} (0: cut off with the killed worker)")


def test_views_answer_while_lanyardd_is_killed_and_restarted(own, tmp_path, note):
    with served(tmp_path, own) as web, Client(own.url) as client:
        tokens = client.register(username="ada", password=PASSWORD)
        web.pids()
        for _ in range(32):
            assert web.get("/who", tokens["access_token"])[0] == 200
        stop, statuses = threading.Event(), Counter()

        def load():
            while not stop.is_set():
                statuses[web.get("/who", tokens["access_token"])[0]] += 1

        threads = [threading.Thread(target=load) for _ in range(4)]
        for thread in threads:
            thread.start()
        for _ in range(3):
            time.sleep(1)
            own.kill()
            time.sleep(2)
            own.start()
        before = set(statuses)
        client.logout(tokens["access_token"])
        ended = time.monotonic()
        wait_until(lambda: web.get("/who", tokens["access_token"])[0] == 401, 3, "the logout")
        seen = time.monotonic() - ended
        stop.set()
        for thread in threads:
            thread.join()
        note(f"three kills of lanyardd under load: {dict(statuses)}, the logout after them seen "
             f"after {seen * 1000:.0f} ms")
        assert before == {200}
        assert set(statuses) == {200, 401}


class Load:
    """Asks /who without a pause, from eight threads: (asked, answered, worker, status)."""

    def __init__(self, web, token):
        self.samples, self._stop = [], threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(web, token)) for _ in range(8)]

    def _run(self, web, token):
        while not self._stop.is_set():
            asked = time.monotonic()
            status, body = web.get("/who", token)
            self.samples.append((asked, time.monotonic(), (body or {}).get("pid"), status))

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()


def test_staleness_is_bounded_in_every_worker(own, tmp_path, note):
    """lanyardd is dead for four seconds, with a bound of two. Who asks later than that is refused;
    nobody is before the bound less two polls (one since the last news, and news count from their
    question) of half a second, plus the second that a refusal waits for news; half a second is for
    the machine."""
    with served(tmp_path, own, FLASK_LANYARD_MAX_STALE="2") as web, Client(own.url) as client:
        workers = web.pids()
        token = client.register(username="ada", password=PASSWORD)["access_token"]
        with Load(web, token) as load:
            time.sleep(2)
            own.kill()
            killed = time.monotonic()
            time.sleep(4)
        assert {(pid, status) for *_, pid, status in load.samples} == {
            (pid, status) for pid in workers for status in (200, 503)}
        last = [max(asked for asked, _, pid, status in load.samples
                    if (pid, status) == (worker, 200)) - killed for worker in workers]
        first = [min(answered for _, answered, pid, status in load.samples
                     if (pid, status) == (worker, 503)) - killed for worker in workers]
        note(f"lanyardd dead, at most 2 s of staleness: {WORKERS} workers served who asked until "
             f"{min(last):.2f} to {max(last):.2f} s after it, and answered 503 from "
             f"{min(first):.2f} s on")
        assert max(last) < 2.2
        assert min(first) > 1.5
        own.start()
        wait_until(lambda: {web.get("/who", token)[0] for _ in range(16)} == {200}, 10, "news")


def test_embedded_logout_is_true_at_once_in_every_worker(postgres, tmp_path):
    url = postgres.fresh()
    metadata.create_all(engine_for(url))
    with Web(tmp_path, FLASK_LANYARD_DATABASE_URL=url) as web:
        workers = web.pids()
        for number in range(20):
            connection = http.client.HTTPConnection("127.0.0.1", web.port)
            connection.request("POST", "/auth/register", json.dumps(
                {"username": f"u{number}", "password": PASSWORD}), {"Content-Type": "application/json"})
            tokens = json.loads(connection.getresponse().read())
            headers = {"Authorization": "Bearer " + tokens["access_token"]}
            connection.close()
            connection = http.client.HTTPConnection("127.0.0.1", web.port)
            connection.request("POST", "/auth/logout", headers=headers)
            assert connection.getresponse().status == 200
            connection.close()
            for _ in range(12):
                assert web.get("/who", tokens["access_token"])[0] == 401
        assert len(workers) == WORKERS
