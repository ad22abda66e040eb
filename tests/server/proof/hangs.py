"""hangs - a PostgreSQL that stands still: it takes connections and never answers (T11)."""
import contextlib
import os
import pathlib
import signal
import socket
import time

from faults import until
from harness import Broken, Failed, Skipped, expect, tokens
from neighbors import pair

STOP_S = 3      # what a SIGTERM may take
BUSY_S = 0.5    # what the machine may add to it
LEARNS_S = 0.4  # of an end without NOTIFY
LOGOUTS = 8


def postmaster():
    data = pathlib.Path(os.environ["LANYARD_TEST_PGDATA"])
    return int((data / "postmaster.pid").read_text().split("\n", 1)[0])


def children(parent):
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(stat.parent.name))
    return found


@contextlib.contextmanager
def standing_still(pids):
    """These processes do not run meanwhile."""
    try:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def takes_connections(address):
    with socket.create_connection(address, 1):
        return True


def refuses_connections(address, seconds=1):
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        try:
            takes_connections(address)
        except ConnectionRefusedError:
            return
        except ConnectionResetError:  # it was taken in the moment between
            pass
        time.sleep(0.02)
    raise Failed(f"connections are still taken {seconds} s after SIGTERM")


def stop_over_a_hang(bench):
    """SIGTERM ends lanyardd within three seconds over a PostgreSQL that hangs, after SIGHUP too"""
    if not bench.is_postgres:
        raise Skipped("SQLite does not hang")
    for before in ([], [signal.SIGHUP]):
        server = bench.server(tcp=True)
        server.start()
        client = server.client()
        own = tokens(client.register(f"hang{len(before)}"), 201)
        with standing_still([postmaster(), *children(postmaster())]):
            waiting = server.client()
            waiting.send(b"POST /v1/logout HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
                         + own["access_token"].encode() + b"\r\nContent-Length: 0\r\n\r\n")
            time.sleep(1.2)  # what is done each second hangs as well
            for each in before:
                server.process.send_signal(each)
                time.sleep(0.2)
            expect(client.verify(own["access_token"]).status == 200, "verify during the hang")
            began = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            refuses_connections(server.address)
            status = server.process.wait(15)
            took = time.monotonic() - began
        expect(status == 0, "exit status", status)
        expect(took < STOP_S + BUSY_S, f"it took {took:.1f} s to end")
        try:
            raise Failed(f"a logout that hung was answered: {waiting.receive()}")
        except Broken:
            pass
        server.start()
        expect(server.client().verify(own["access_token"]).status in (200, 401), "after it")
        bench.note(f"SIGTERM over a PostgreSQL that hangs: ended after {took:.2f} s")
        server.stop()


def listeners(bench):
    name = bench.url.split("/")[3].split("?")[0]
    rows = bench.sql(f"SELECT pid FROM pg_stat_activity WHERE datname = '{name}' AND query LIKE 'LISTEN%'")
    return [int(row[0]) for row in rows]


def polls_over_a_hang(bench):
    """While nobody can connect to PostgreSQL, and LISTEN is lost, ends are seen by polling"""
    first, second = pair(bench)
    own = [tokens(first.client().register(f"poll{n}"), 201)["access_token"] for n in range(LOGOUTS)]
    began = time.monotonic()
    while len(listeners(bench)) < 2:
        expect(time.monotonic() - began < 5, "nobody listens")
        time.sleep(0.02)
    ending, asking = first.client(), second.client()
    lost = listeners(bench)
    slowest = 0
    with standing_still([postmaster()]):
        for pid in lost:
            os.kill(pid, signal.SIGTERM)
        time.sleep(1.5)  # both have noticed, and try to connect
        for token in own:
            expect(ending.logout(token).status == 200, "a logout during the hang")
            slowest = max(slowest, until(lambda seen=token: asking.verify(seen), 5, 401))
    expect(slowest < LEARNS_S + BUSY_S, f"an end was seen after {slowest:.2f} s")
    began = time.monotonic()
    while len(listeners(bench)) < 2:
        expect(time.monotonic() - began < 10, "nobody listens again")
        time.sleep(0.05)
    bench.note(f"LISTEN lost and no connection to be had: ends seen after {slowest * 1000:.0f} ms "
               f"at most, heard again {time.monotonic() - began:.1f} s after PostgreSQL went on")


PROOFS = [stop_over_a_hang, polls_over_a_hang]
