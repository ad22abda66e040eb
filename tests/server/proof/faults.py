"""faults - a full disk, a database that goes away, clocks that step (T45, T47)."""
import os
import pathlib
import resource
import subprocess
import time

from crashes import GRACE_S, Owner, Session, judge, judge_ended
from harness import Broken, Failed, Skipped, expect, tokens

TRIM_S = 60  # how often the tape drops what has expired
BACK_S = 8  # how soon it works again by itself
PATIENTS = [f"patient{n}" for n in range(6)]
PAUSE_S = 0.02
AWAY_S = 1  # how long a write waits for a database that is away, on a busy machine


def until(asked, seconds=BACK_S, status=200):
    """Asks until the answer is of that status; the seconds that it took."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if asked().status == status:
            return time.monotonic() - began
        time.sleep(0.02)
    raise Failed(f"not {status} after {seconds} s: {asked()}")


def refuses_writes(client, own):
    """Writes are 503 with Retry-After, and verification goes on."""
    answer = client.refresh(own["refresh_token"])
    expect(answer.status == 503 and "retry-after" in answer.headers, "a refresh without room:",
           answer)
    answer = client.logout(own["access_token"])
    expect(answer.status == 503, "a logout without room was answered with", answer)
    expect(client.verify(own["access_token"]).status == 200, "verify while nothing can be written")


def refuses_soon(client, own):
    """A write to a database that is away is refused at once: nobody waits for a time-out"""
    slowest = 0
    for _ in range(20):
        began = time.monotonic()
        answer = client.refresh(own["refresh_token"])
        slowest = max(slowest, time.monotonic() - began)
        expect(answer.status == 503 and "retry-after" in answer.headers, "a refresh:", answer)
    expect(slowest < AWAY_S, f"a refused write took {slowest:.3f} s")
    return slowest


def comes_back(bench, client, own, what):
    back = until(lambda: client.refresh(own["refresh_token"]))
    expect(client.logout(own["access_token"]).status == 200, "logout after recovery")
    expect(client.verify(own["access_token"]).status == 401, "verify after logout")
    bench.note(f"{what}: 503 and verify 200 meanwhile, back {back * 1000:.0f} ms after")


def file_limit(bench):
    """Files may not grow (RLIMIT_FSIZE): writes are refused, verification goes on"""
    if bench.is_postgres:
        raise Skipped("the files are PostgreSQL's")
    server = bench.server()
    server.start()
    client = server.client()
    own = tokens(client.register("full"), 201)
    wal = max(each.stat().st_size for each in server.data.iterdir())
    limit = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (min(wal, 4096), limit[1]))
    refuses_writes(client, own)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, limit)
    comes_back(bench, client, own, "RLIMIT_FSIZE")


def full_disk(bench):
    """A file system without room: writes are refused, verification goes on"""
    if bench.is_postgres:
        raise Skipped("the files are PostgreSQL's")
    data = bench.folder / "data"
    data.mkdir(mode=0o700)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m,mode=700", "tmpfs", data],
                      capture_output=True, check=False).returncode:
        raise Skipped("no tmpfs can be mounted here")
    try:
        server = bench.server()
        server.start()
        client = server.client()
        own = tokens(client.register("full"), 201)
        ballast = data / "ballast"
        fill(ballast)
        spent = exhaust(client, own)
        refuses_writes(client, spent)
        ballast.unlink()
        comes_back(bench, client, spent, "full disk")
        server.stop()
    finally:
        subprocess.run(["umount", "-l", data], check=False)


def fill(path):
    out = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        while os.write(out, b"\0" * 4096):
            pass
    except OSError:
        os.close(out)


def exhaust(client, own):
    """Refreshes until the room in files that are there already is used up."""
    for _ in range(20000):
        answer = client.refresh(own["refresh_token"])
        if answer.status != 200:
            return own
        own = answer.json
    raise Failed("a full disk that takes 20,000 refreshes")


def cluster(action):
    data = os.environ["LANYARD_TEST_PGDATA"]
    folders = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
    command = [str(folders[-1] / "pg_ctl"), "-D", data, "-w", *action]
    if os.getuid() == 0:
        command = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--", *command]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    expect(done.returncode == 0, "pg_ctl", *action, done.stdout, done.stderr)


def outage(bench):
    """PostgreSQL goes away and comes back: 503 meanwhile, nothing acknowledged is lost"""
    if not bench.is_postgres:
        raise Skipped("SQLite does not go away")
    server = bench.server()
    server.start()
    client = server.client()
    tokens(client.register("outage"), 201)
    live = [tokens(client.login("outage")) for _ in range(8)]
    gone = tokens(client.login("outage"))
    for how in ("immediate", "fast"):
        live = [tokens(client.refresh(each["refresh_token"])) for each in live]
        if gone:
            expect(client.logout(gone["access_token"]).status == 200, "logout")
        cluster(["-m", how, "stop"])
        slowest = refuses_soon(client, live[0])
        refuses_writes(client, live[0])
        until(lambda: client.ask("GET", "/readyz"), status=503)  # an answer counts for a second
        cluster(["-l", "/dev/null", "start"])
        back = until(lambda: client.refresh(live[0]["refresh_token"]))
        for each in live:
            expect(client.refresh(each["refresh_token"]).status == 200, "a session was lost")
        expect(client.verify(gone["access_token"]).status == 401, "a logout was undone")
        bench.note(f"PostgreSQL stopped ({how}): 503 after {slowest * 1000:.0f} ms at most, back {back * 1000:.0f} ms after its start")
        gone = live.pop()


class Patient(Owner):
    """A client that is told 503 while the database is away, and asks again until it is not."""

    refused = 0
    is_done = False

    def step(self, client):
        if self.is_done:
            raise Broken("told to stop")
        super().step(client)

    def again(self, ask):
        answer = ask()
        while answer.status == 503:
            expect("retry-after" in answer.headers, "503 without Retry-After:", answer)
            self.refused += 1
            time.sleep(PAUSE_S)
            answer = ask()
        return answer

    def log_in(self, client):
        return self.again(lambda: super(Patient, self).log_in(client))

    def ask_refresh(self, client, parent):
        return self.again(lambda: client.refresh(parent))

    def end(self, client, session, ask):
        super().end(client, session, lambda: self.again(ask))

    def replay(self, client, session):
        """The answer to it may be lost, and asked again the session has ended otherwise."""


def outage_under_load(bench):
    """PostgreSQL is stopped and started under load, and nothing that was answered is lost or undone"""
    if not bench.is_postgres:
        raise Skipped("SQLite does not go away")
    draw, server = bench.random, bench.server(grace_s=GRACE_S)
    server.start()
    client = server.client()
    kept = []
    for name in PATIENTS:
        tokens(client.register(name), 201)
        kept.append([Session(tokens(client.login(name))) for _ in range(4)])
    old = []
    for how in ("immediate", "fast") * 2:
        patients = [Patient(server, name, draw.random(), sessions)
                    for name, sessions in zip(PATIENTS, kept)]
        for patient in patients:
            patient.start()
        time.sleep(draw.uniform(0.2, 0.4))
        cluster(["-m", how, "stop"])
        time.sleep(0.2)
        cluster(["-l", "/dev/null", "start"])
        back = until(lambda: client.login(PATIENTS[0]))
        time.sleep(0.2)
        for patient in patients:
            patient.is_done = True
        for patient in patients:
            patient.join(30)
            expect(not patient.is_alive(), "a client hangs after the outage")
            if patient.failure:
                raise Failed(f"{patient.name}: {patient.failure}") from patient.failure
        judge(server, patients, old, draw)
        bench.note(f"PostgreSQL stopped ({how}) under load: {sum(p.requests for p in patients)} "
                   f"requests, {sum(p.refused for p in patients)} times 503, a login "
                   f"{back * 1000:.0f} ms after its start")
    for session in old:
        judge_ended(client, session)


def clock_steps(bench):
    """The clock steps back and forth: no early logout, no immortal session, no refresh loop"""
    library = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    if not library:
        raise Skipped("libfaketime is not installed")
    offset = bench.folder / "offset"
    offset.write_text("+0\n")
    server = bench.server(env={"LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(offset),
                               "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
    server.start()
    client = server.client()
    own = tokens(client.register("clock"), 201)
    # Of PostgreSQL's clock only this process's distance changes: a minute is forgiven.
    for step in (-45, 45, 0, -5, 50) if bench.is_postgres else (-300, 300, 0, -5, 600):
        offset.write_text(f"{step:+d}\n")
        own = tokens(client.refresh(own["refresh_token"]))
        expect(client.verify(own["access_token"]).status == 200, "refused after a step of", step)
        again = client.refresh(own["refresh_token"])
        own = tokens(again)
    offset.write_text("+2000\n")
    expect(client.verify(own["access_token"]).status == 401, "an access token outlived its exp")
    if not bench.is_postgres:  # there the database's clock decides, and it did not step
        # Past both limits, and the row of a dead session still kept.
        offset.write_text(f"+{31 * 86400}\n")
        answer = client.refresh(own["refresh_token"])
        expect(answer.code == "session_expired", "after 31 days:", answer)
    expect(client.logout(own["access_token"]).status == 200, "logout with another clock")
    offset.write_text("+0\n")
    answer = client.refresh(own["refresh_token"])
    expect(answer.status == 401, "a logout was undone by a step back:", answer)
    forth_and_back(client, offset)


def forth_and_back(client, offset):
    """A clock that was ahead for a while makes nobody forget what had ended before."""
    ended = tokens(client.login("clock"))
    expect(client.logout(ended["access_token"]).status == 200, "logout")
    offset.write_text("+4000\n")
    time.sleep(TRIM_S + 2)
    offset.write_text("+0\n")
    expect(client.verify(ended["access_token"]).status == 401, "a step forth and back undid a logout")


PROOFS = [file_limit, full_disk, outage, outage_under_load, clock_steps]
