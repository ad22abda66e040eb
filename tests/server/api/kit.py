"""kit.py - a lanyardd of its own for each file of tests, and what asks it things.

With LANYARD_TEST_DB (see with-postgres) the server runs on that PostgreSQL, in a
database made for it; else on SQLite in its data directory. A test is a function
whose name starts with test_; main() runs them all and reports in TAP.
"""
import base64
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROGRAM = os.environ.get("LANYARDD", str(ROOT / "build/plain/server/lanyardd"))
# A sanitizer takes its time: what has a limit of seconds gets as much more.
SLOWER = 5 if "/asan/" in PROGRAM or "/tsan/" in PROGRAM else 1
PASSWORD = "a pass phrase for one minute"
LIMITS = {"failures-pair": 100000, "failures-account": 100000, "failures-prefix": 100000,
          "registrations-prefix": 100000}


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def header(self, name):
        return self.headers.get(name, "")

    def cookies(self):
        """name: (value, attributes) of every Set-Cookie."""
        found = {}
        for line in self.headers.get_all("Set-Cookie") or []:
            name, _, rest = line.partition("=")
            value, *attributes = [part.strip() for part in rest.split(";")]
            found[name] = (value, attributes)
        return found

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json.get("code")


def new_database(url):
    """A database of its own beside the one that url names."""
    name = f"t{os.getpid()}_{time.monotonic_ns()}"
    parts = urllib.parse.urlsplit(url)
    query = dict(urllib.parse.parse_qsl(parts.query))
    subprocess.run(["psql", "-q", "-h", query["host"], "-U", query["user"], "-d", "postgres", "-c",
                    f"CREATE DATABASE {name}"], check=True, capture_output=True)
    return f"postgresql:///{name}?{parts.query}"


class Server:
    """A running lanyardd; options as keyword arguments, "_" for "-"; None: not given."""

    def __init__(self, limits=True, unix=False, **options):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="lanyardd-"))
        self.data = self.place / "data"
        self.options = {"data": self.data, "listen": "127.0.0.1:0"}
        if unix:
            self.options["listen"] = f"unix:{self.place}/public.sock"
        if limits:
            self.options.update(LIMITS)
        if os.environ.get("LANYARD_TEST_DB"):
            self.options["db"] = new_database(os.environ["LANYARD_TEST_DB"])
        self.options.update({name.replace("_", "-"): value for name, value in options.items()})
        self.log = open(self.place / "log", "ab")
        self.process = None
        self.start()

    def words(self):
        return [f"--{name}={'true' if value is True else value}"
                for name, value in self.options.items() if value is not None]

    def start(self):
        (self.data / "address").unlink(missing_ok=True)
        self.process = subprocess.Popen([PROGRAM, *self.words()], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=self.log)
        until = time.monotonic() + 20
        while not (self.data / "address").exists():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("lanyardd did not start: " + self.read_log()[-2000:])
            time.sleep(0.01)
        self.address = (self.data / "address").read_text().strip()

    def stop(self, how=signal.SIGTERM):
        """Its exit status: 0, or that it was killed. Another is what a bug or a sanitizer made it."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        status = self.process.wait(30)
        assert status in (0, -signal.SIGKILL), f"lanyardd ended with {status}: {self.read_log()[-4000:]}"
        return status

    def close(self):
        try:
            self.stop()
        finally:
            self.log.close()
            shutil.rmtree(self.place)

    def read_log(self):
        return (self.place / "log").read_text("utf-8", "replace")

    def connect(self):
        if self.address.startswith("unix:"):
            sock = socket.socket(socket.AF_UNIX)
            sock.connect(self.address[5:])
        else:
            host, port = self.address.split("//")[1].rsplit(":", 1)
            sock = socket.create_connection((host, int(port)))
        sock.settimeout(20)
        return sock

    def ask(self, method, path, body=None, headers=None, token=None, form=None, basic=None):
        """One request on a connection of its own."""
        sent = {"Host": self.address.split("//")[-1]}
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
            sent["Content-Type"] = "application/json"
        if form is not None:
            body = urllib.parse.urlencode(form)
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if basic:
            pair = ":".join(urllib.parse.quote_plus(part) for part in basic)
            sent["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        sent.update(headers or {})
        connection = http.client.HTTPConnection("localhost")
        connection.sock = self.connect()
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def raw(self, data):
        """What comes back for these bytes, until the server closes or is silent for a moment."""
        with self.connect() as sock:
            sock.sendall(data)
            sock.settimeout(1)
            got = b""
            try:
                while chunk := sock.recv(65536):
                    got += chunk
            except TimeoutError:
                pass
        return got

    def execute(self, statement):
        """On its database, behind its back; bytes as "hex:..."."""
        is_postgres = "db" in self.options
        statement = re.sub(r"hex:(\w*)", r"'\\x\1'" if is_postgres else r"x'\1'", statement)
        if is_postgres:
            subprocess.run(["psql", "-q", self.options["db"], "-c", statement], check=True,
                           capture_output=True)
            return
        database = sqlite3.connect(self.data / "lanyard.db")
        with database:
            database.execute(statement)
        database.close()

    def admin(self, *words):
        done = subprocess.run([PROGRAM, f"--data={self.data}", "admin", *words, "--json"],
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    def admin_socket(self, path):
        """GET on the administration socket, as text."""
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(str(self.data / "admin.sock"))
            sock.sendall(f"GET {path} HTTP/1.0\r\nHost: admin\r\n\r\n".encode())
            got = b""
            while chunk := sock.recv(65536):
                got += chunk
        return got.decode()

    def client(self, scopes=""):
        """An OAuth client: (id, secret)."""
        made = self.admin("clients", "create", "--name", "test", "--scopes", scopes)
        return made["id"], made["secret"]

    names = 0

    def register(self, **more):
        """A new user's TokenSet, with "name" beside it."""
        Server.names += 1
        name = f"user{os.getpid()}-{Server.names}"
        answer = self.ask("POST", "/v1/register", {"username": name, "password": PASSWORD, **more})
        assert answer.status == 201, answer.body
        return {**answer.json, "name": name}

    def login(self, name, password=PASSWORD, **more):
        return self.ask("POST", "/v1/login", {"login": name, "password": password, **more})

    def refresh(self, token):
        return self.ask("POST", "/v1/refresh", {"refresh_token": token})


def check(answer, status, code=None):
    assert answer.status == status, f"expected {status}, found {answer.status}: {answer.body[:300]}"
    if code:
        assert answer.code == code, f"expected {code}, found {answer.code}"
    if status == 401:
        assert answer.header("WWW-Authenticate"), "a 401 has no challenge"
    if status in (429, 503):
        assert int(answer.header("Retry-After")) >= 1, f"a {status} does not say when to come back"
    assert answer.header("Lanyard-Request-Id"), "no request id"
    return answer


def run(*words, env=None):
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=30,
                          env={**os.environ, **(env or {})})
    return done.returncode, done.stdout, done.stderr


def reload(server, path, text):
    """The line that a hangup writes, the file being so."""
    path.write_text(text)
    before = len(server.read_log())
    server.process.send_signal(signal.SIGHUP)
    until = time.monotonic() + 10
    while time.monotonic() < until:
        for line in server.read_log()[before:].splitlines():
            if '"event":"reload' in line and line.endswith("}"):
                return json.loads(line)
        time.sleep(0.02)
    raise AssertionError("a hangup says nothing")


def same(found, expected):
    assert found == expected, f"expected {expected!r}, found {found!r}"


def main(scope, server=None):
    """Runs every test_ function of scope, in order; closes the server, which is a test as well."""
    tests = [value for name, value in scope.items() if name.startswith("test_")]
    if server:
        def test_the_server_ends_well():
            server.close()
        tests.append(test_the_server_ends_well)
    failed = 0
    print(f"1..{len(tests)}")
    for number, test in enumerate(tests, 1):
        try:
            test()
            print(f"ok {number} - {test.__name__}", flush=True)
        except Exception:
            failed += 1
            print(f"not ok {number} - {test.__name__}", flush=True)
            print("".join(f"# {line}\n" for line in traceback.format_exc().splitlines()), end="")
    sys.exit(1 if failed else 0)
