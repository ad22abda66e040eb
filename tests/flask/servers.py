"""Real servers for the tests: PostgreSQL as an unprivileged user, lanyardd. Each on a free port,
each stopped with its context."""

import glob
import json
import os
import pwd
import signal
import socket
import ssl
import subprocess
import time
from pathlib import Path

from lanyard.client import Unavailable
from lanyard.client.transport import Transport

ROOT = Path(__file__).resolve().parents[2]
LANYARDD = ROOT / "build/bin/lanyardd"
PASSWORD = "a fine long phrase of mine"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def have_lanyardd():
    return LANYARDD.exists()


def wait_until(check, seconds=10, what="it"):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if check():
            return
        time.sleep(0.02)
    raise TimeoutError(f"{what} was not ready after {seconds} s")


class Postgres:
    """initdb refuses root, so a cluster of root's belongs to nobody."""

    def __init__(self, folder):
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
        if not found:
            raise FileNotFoundError("PostgreSQL is not installed: tools/install-deps server-check")
        self.bin = Path(found[-1])
        self.folder = Path(folder)
        self.port = free_port()
        self.count = 0
        self.process = None

    def _as_user(self, *command):
        return (["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
                if os.getuid() == 0 else []) + [str(part) for part in command]

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.getuid() == 0:
            os.chown(self.folder, pwd.getpwnam("nobody").pw_uid, -1)
            for parent in [self.folder, *self.folder.parents][:4]:
                if str(parent).startswith(("/tmp/", str(ROOT / "build"))):
                    parent.chmod(parent.stat().st_mode | 0o711)
        if (self.folder / "db/PG_VERSION").exists():
            self.start()
            return self
        subprocess.run(self._as_user(self.bin / "initdb", "-D", self.folder / "db", "-U", "tester",
                                     "-A", "trust", "-N", "--no-locale", "-E", "UTF8"),
                       check=True, stdout=subprocess.DEVNULL, cwd="/")
        self.start()
        return self

    def start(self):
        self.process = subprocess.Popen(
            self._as_user(self.bin / "postgres", "-D", self.folder / "db", "-p", str(self.port),
                          "-k", self.folder, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"),
            stdout=subprocess.DEVNULL, stderr=open(self.folder / "log", "ab"), cwd="/")
        wait_until(self._is_ready, 30, "PostgreSQL")

    def _is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError("PostgreSQL: " + (self.folder / "log").read_text()[-500:])
        return subprocess.run([self.bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p",
                               str(self.port)]).returncode == 0

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(20)

    def fresh(self):
        """The URL of a new database."""
        self.count += 1
        return self.database(f"test{self.count}")

    def database(self, name):
        """The URL of the database of that name, made when it is missing."""
        made = subprocess.run([self.bin / "createdb", "-h", "127.0.0.1", "-p", str(self.port),
                               "-U", "tester", name], capture_output=True, text=True)
        if made.returncode and "already exists" not in made.stderr:
            raise RuntimeError(made.stderr)
        return f"postgresql+psycopg://tester@127.0.0.1:{self.port}/{name}"


class Lanyardd:
    """A lanyardd with a client for the application. url: https with tls=(certificate, key), or
    unix:PATH."""

    def __init__(self, folder, *options, tls=None, socket_path=None):
        self.folder = Path(folder)
        self.options = options + (("--tls-cert", tls[0], "--tls-key", tls[1]) if tls else ())
        self.port = free_port()
        self.listen = f"unix:{socket_path}" if socket_path else f"127.0.0.1:{self.port}"
        self.url = self.listen if socket_path else f"http{'s' if tls else ''}://{self.listen}"
        self.client_id = "tutorial"
        self.secret_file = self.folder / "client-secret"
        self.process = None

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.start()
        if not self.secret_file.exists():
            self._make_client()
        return self

    def _make_client(self):
        made = json.loads(self.admin(
            "clients", "create", "--json", "--id", self.client_id, "--scopes",
            "revocations introspect:any"))
        self.secret_file.touch(0o600)
        self.secret_file.write_text(made["secret"])

    def start(self):
        self.process = subprocess.Popen(
            [LANYARDD, "--data", self.folder / "data", "--listen", self.listen,
             "--registrations-prefix", "1000", "--hash-workers", "2", *self.options],
            stdout=open(self.folder / "out", "ab"), stderr=open(self.folder / "err", "ab"))
        wait_until(self._is_ready, 10, "lanyardd")

    def _is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError("lanyardd: " + (self.folder / "err").read_text()[-2000:])
        trusts_anybody = ssl._create_unverified_context()
        try:
            return Transport(self.url, trusts_anybody).send("GET", "/readyz", timeout=1)[0] == 200
        except Unavailable:
            return False

    def run(self, *command):
        """What a command of the program prints."""
        return subprocess.run([LANYARDD, "--data", self.folder / "data", *command], check=True,
                              capture_output=True, text=True).stdout

    def admin(self, *command):
        return self.run("admin", *command)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)
