"""harness - a lanyardd of our own, its clients and its database, driven from outside.

A proof is a function that takes a Bench. The store is SQLite in the bench's own
folder, or the PostgreSQL that LANYARD_TEST_DB names (tests/server/with-postgres), in
a database of its own. Everything is gone when the bench is closed.
"""
import base64
import contextlib
import hashlib
import hmac
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
PASSWORD = "four words of a tune"
READY_S = 20


class Failed(Exception):
    """A statement of the proof that does not hold."""


class Skipped(Exception):
    """What the proof needs is not here."""


class Broken(Exception):
    """The connection ended before the answer: what was asked may or may not have happened."""


def expect(holds, *what):
    if not holds:
        raise Failed(" ".join(str(part) for part in what))


class Answer:
    """Status, headers (names in lower case) and body of one response."""

    __slots__ = ("status", "headers", "body")

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The code of a problem, or the status when there is none."""
        try:
            return self.json.get("code", str(self.status))
        except ValueError:
            return str(self.status)

    def __repr__(self):
        return f"{self.status} {self.body[:200]!r}"


def request_bytes(method, path, body=None, bearer=None, headers=()):
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    if bearer:
        lines.append(f"Authorization: Bearer {bearer}")
    lines += [f"{name}: {value}" for name, value in headers]
    if isinstance(body, (dict, list)):
        body = json.dumps(body).encode()
        lines.append("Content-Type: application/json")
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + (body or b"")


class Client:
    """One connection that is kept, and made anew when it broke."""

    def __init__(self, address, timeout=30):
        self.address = address
        self.timeout = timeout
        self.socket = None
        self.buffer = b""

    def connect(self):
        is_local = isinstance(self.address, str)
        self.socket = socket.socket(socket.AF_UNIX if is_local else socket.AF_INET)
        self.socket.settimeout(self.timeout)
        try:
            self.socket.connect(self.address)
        except OSError as error:
            self.close()
            raise Broken(f"connect: {error}") from None
        if not is_local:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket = None
        self.buffer = b""

    def send(self, data):
        """One request; its answer is read by receive()."""
        if not self.socket:
            self.connect()
        try:
            self.socket.sendall(data)
        except OSError as error:
            self.close()
            raise Broken(f"send: {error}") from None

    def _more(self):
        try:
            data = self.socket.recv(65536)
        except OSError as error:
            self.close()
            raise Broken(f"receive: {error}") from None
        if not data:
            self.close()
            raise Broken("closed before the answer")
        self.buffer += data

    def receive(self):
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", 0))
        while len(self.buffer) < length:
            self._more()
        answer = Answer(int(lines[0].split(" ", 2)[1]), headers, self.buffer[:length])
        self.buffer = self.buffer[length:]
        if headers.get("connection", "").lower() == "close":
            self.close()
        return answer

    def ask(self, method, path, body=None, bearer=None, headers=()):
        data = request_bytes(method, path, body, bearer, headers)
        is_kept = self.socket is not None
        try:
            self.send(data)
            return self.receive()
        except Broken:
            # A kept connection may have been closed while idle; only what changes nothing
            # is asked again.
            if not is_kept or method != "GET":
                raise
        self.send(data)
        return self.receive()

    # What applications ask for.
    def register(self, username, password=PASSWORD):
        return self.ask("POST", "/v1/register", {"username": username, "password": password})

    def login(self, username, password=PASSWORD):
        return self.ask("POST", "/v1/login", {"login": username, "password": password})

    def refresh(self, token):
        return self.ask("POST", "/v1/refresh", {"refresh_token": token})

    def logout(self, access, scope="this"):
        return self.ask("POST", "/v1/logout", {"scope": scope}, bearer=access)

    def verify(self, access):
        return self.ask("GET", "/v1/verify", bearer=access)


def generation(refresh_token):
    """The generation that a refresh token names (kid 1, sid 16, secret 16, varint, MAC 16)."""
    text = refresh_token.removeprefix("lr1.")
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    value = 0
    for index, byte in enumerate(raw[33:-16]):
        value |= (byte & 0x7F) << (7 * index)
    return value


def free_port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def program(variant=None):
    """build/VARIANT/server/lanyardd; $LANYARD_TEST_BUILD names another variant than plain."""
    variant = variant or os.environ.get("LANYARD_TEST_BUILD", "plain")
    return ROOT / "build" / variant / "server" / "lanyardd"


class Server:
    """One lanyardd process over a folder and a database."""

    # Buckets would stop the load that proofs make; they have proofs of their own.
    WIDE = {"registrations-prefix": 1000000, "failures-prefix": 1000000, "failures-pair": 1000000,
            "failures-account": 1000000, "session-cap": 10000, "log": "events"}

    def __init__(self, bench, data, tcp=False, before=(), env=None, limit=None, **settings):
        self.bench = bench
        self.data = pathlib.Path(data)
        self.tcp = tcp
        self.before = list(before)
        self.env = env or {}
        self.limit = limit
        self.settings = {**self.WIDE, **{k.replace("_", "-"): v for k, v in settings.items()}}
        self.process = None
        self.address = None
        self.log = bench.folder / f"{self.data.name}.log"

    def command(self):
        if self.tcp:
            self.address = self.address or ("127.0.0.1", free_port())
            listen = f"{self.address[0]}:{self.address[1]}"
        else:
            self.address = str(self.bench.folder / f"{self.data.name}.sock")
            listen = f"unix:{self.address}"
        command = [*self.before, str(program()), "--data", str(self.data), "--listen", listen]
        if self.bench.url:
            command += ["--db", self.bench.url]
        for name, value in self.settings.items():
            command += [f"--{name}", str(value)]
        return command

    def launch(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                env={**os.environ, **self.env}, preexec_fn=self.limit)

    def start(self):
        """Launched and ready; the seconds that it took."""
        began = time.monotonic()
        self.launch()
        return self.await_ready(began)

    def await_ready(self, began=None):
        """Ready; the seconds since then."""
        began = began or time.monotonic()
        while time.monotonic() - began < READY_S:
            if self.process.poll() is not None:
                raise Failed(f"lanyardd ended with {self.process.returncode}: {self.tail()}")
            client = Client(self.address, 5)
            try:
                if client.ask("GET", "/readyz").status == 200:
                    return time.monotonic() - began
            except Broken:
                pass
            finally:
                client.close()
            time.sleep(0.002)
        raise Failed(f"not ready after {READY_S} s: {self.tail()}")

    def tail(self, lines=60):
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-lines:])

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """SIGTERM; the exit status."""
        if not self.process or self.process.poll() is not None:
            return self.process and self.process.returncode
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failed("still running 15 s after SIGTERM") from None

    def end(self):
        if self.process and self.process.poll() is None:
            self.kill()

    def client(self, timeout=30):
        return Client(self.address, timeout)

    def resident_kib(self, what="VmRSS"):
        """Private and shared memory that is in RAM, in KiB; RssAnon: what is no page of a file."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(f"{what}:"):
                return int(line.split()[1])
        return 0

    def threads(self):
        return len(os.listdir(f"/proc/{self.process.pid}/task"))


class Bench:
    """A folder, a database and what runs over them, for one proof."""

    def __init__(self, seed, options):
        self.seed = seed
        self.random = random.Random(seed)
        self.options = options
        # Paths of Unix sockets are short.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lanyard-proof-"))
        self.servers = []
        self.cluster = os.environ.get("LANYARD_TEST_DB")
        self.url = None
        if self.cluster:
            self.renew()

    def renew(self):
        """An empty database in the cluster."""
        name = f"proof_{os.getpid()}_{time.monotonic_ns()}"
        self.sql(f"CREATE DATABASE {name}", self.cluster)
        self.url = self.cluster.replace("/postgres?", f"/{name}?")

    @property
    def is_postgres(self):
        return self.url is not None

    def sql(self, text, url=None):
        """Rows of a statement, by psql for PostgreSQL."""
        done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", url or self.url],
                              input=text, capture_output=True, text=True, check=False)
        expect(done.returncode == 0, "psql:", done.stderr)
        return [line.split("|") for line in done.stdout.splitlines()]

    def server(self, name="data", **how):
        made = Server(self, self.folder / name, **how)
        self.servers.append(made)
        return made

    def note(self, text):
        print(f"note: {text}", flush=True)

    def close(self):
        for server in self.servers:
            server.end()
        shutil.rmtree(self.folder, ignore_errors=True)


def tokens(answer, status=200):
    """The TokenSet of an answer that has to be one."""
    expect(answer.status == status, "expected", status, "found", answer)
    return answer.json


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def remake(token, secret, **claims):
    """The same HS256 token with other claims, signed under the secret that the test gave."""
    head, body, _ = token.split(".")
    payload = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    payload.update(claims)
    text = f"{head}.{base64url(json.dumps(payload).encode())}"
    return f"{text}.{base64url(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


def quantile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def histogram(values_ms):
    """One line: how many were at most so many milliseconds late."""
    bounds = (1, 2, 5, 10, 20, 50, 100, 150, 200, 250, 300, 400, 1000)
    counts = []
    last = -1.0
    for bound in bounds:
        count = sum(last < value <= bound for value in values_ms)
        if count:
            counts.append(f"<={bound}: {count}")
        last = bound
    more = sum(value > bounds[-1] for value in values_ms)
    return ", ".join(counts + ([f">{bounds[-1]}: {more}"] if more else []))
