#!/usr/bin/python3
"""Starting, stopping, reloading, slow clients, logs and metrics."""
import http.client
import json
import os
import pathlib
import re
import resource
import signal
import socket
import ssl
import subprocess
import threading
import time

from kit import PASSWORD, ROOT, SLOWER, Server, check, main, reload, run, same

S = Server()


# --- starting and stopping ---

def test_libpq_is_loaded_for_postgresql_alone():
    maps = pathlib.Path(f"/proc/{S.process.pid}/maps").read_text()
    same("libpq.so" in maps, "db" in S.options)
    broken = S.place / "libraries"
    broken.mkdir()
    (broken / "libpq.so.5").touch()
    status, text, why = run(f"--data={S.place}/no-libpq", f"--db=postgresql:///d?host={S.place}",
                            env={"LD_LIBRARY_PATH": str(broken)})
    same((status, text), (2, ""))
    assert "libpq.so.5" in why and "libpq5" in why, why


def test_one_minute_is_enough():
    """make run: ready in half a second, four lines that can be pasted twice, Ctrl-C."""
    place = S.place / "run"
    start = time.monotonic()
    process = subprocess.Popen([str(ROOT / "tools/run")], stdin=subprocess.DEVNULL, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               env={**os.environ, "RUN_PLACE": str(place)}, start_new_session=True)
    try:
        text = ""
        while "Ctrl-C" not in text:
            text += process.stdout.readline()
            assert process.poll() is None, text
        took = time.monotonic() - start
        assert took < 0.5, f"{took:.2f} s until the lines stand there"
        lines = [line for line in text.splitlines() if re.match(r"A=|T=|curl ", line)]
        same(len(lines), 4)
        for n in range(2):
            said = subprocess.run(["/bin/sh", "-e"], input="\n".join(lines), capture_output=True, text=True,
                                  timeout=20)
            same((said.returncode, said.stderr), (0, ""))
            answers = said.stdout.splitlines()
            name = json.loads(answers[0])["user"]["username"]
            assert name.startswith("tour") and answers[1].startswith("eyJ"), said.stdout
            same(json.loads(answers[2])["username"], name)
            same(json.loads(answers[3])["revoked"], 1)
            same(json.loads(answers[4])["code"], "session_ended")
            time.sleep(1.1 if n == 0 else 0)
        os.killpg(process.pid, signal.SIGINT)
        same(process.wait(5), 0)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)


def test_make_run_beside_a_running_server_leaves_its_address_alone():
    before = (S.data / "address").read_text()
    done = subprocess.run([str(ROOT / "tools/run")], stdin=subprocess.DEVNULL, text=True, capture_output=True,
                          timeout=10, env={**os.environ, "RUN_PLACE": str(S.data)})
    same((done.returncode, done.stdout), (1, ""))
    assert "another lanyardd runs here" in done.stderr, done.stderr
    same((S.data / "address").read_text(), before)
    check(S.ask("GET", "/livez"), 200)


def occupy(port, sock):
    """By this sock, or by another program that keeps it."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    until = time.monotonic() + 5 * SLOWER
    while time.monotonic() < until:
        try:
            sock.bind(("127.0.0.1", port))
            sock.listen()
            return
        except OSError:  # this test, run beside itself, has it for a moment
            time.sleep(0.05)


def test_the_first_free_port_from_8080_is_taken():
    with socket.socket() as taken:
        occupy(8080, taken)
        server = Server(listen=None)
        try:
            host, port = server.address.split("//")[1].split(":")
            assert host == "127.0.0.1" and 8080 < int(port) < 8180, server.address
            check(server.ask("GET", "/livez"), 200)
        finally:
            server.close()


def test_starts_in_half_a_second_and_drains():
    server = Server()
    try:
        same(server.stop(), 0)
        start = time.monotonic()
        server.start()
        assert time.monotonic() - start < 0.5 * SLOWER, f"{time.monotonic() - start:.2f} s to start"
        start = time.monotonic()
        same(server.stop(), 0)
        assert time.monotonic() - start < 3
    finally:
        server.close()


def test_a_second_server_in_one_place_is_refused():
    status, _, why = run(f"--data={S.data}")
    same(status, 1)
    assert "another lanyardd runs" in why


def test_starts_over_what_a_killed_one_left():
    server = Server(unix=True)
    try:
        server.stop(signal.SIGKILL)
        assert os.path.exists(server.place / "public.sock"), "the socket is left"
        server.start()
        check(server.ask("GET", "/livez"), 200)
    finally:
        server.close()


def test_a_running_request_is_finished_and_a_waiting_one_answered():
    server = Server()
    try:
        client = server.client("revocations")
        found = []
        head = server.ask("GET", "/v1/revocations", basic=client).body.split(b"\n")[0]
        at = json.loads(head)
        path = f"/v1/revocations?since={at['epoch']}:{at['seq']}&wait_ms=30000"
        user = server.register()
        threads = [threading.Thread(target=lambda: found.append(server.ask("GET", path, basic=client))),
                   threading.Thread(target=lambda: found.append(server.login(user["name"])))]
        for thread in threads:
            thread.start()
        time.sleep(0.02)
        same(server.stop(), 0)
        for thread in threads:
            thread.join(5)
        same([answer.status for answer in found], [200, 200])
    finally:
        server.close()


def test_files_are_for_the_owner_alone():
    for path in S.data.iterdir():
        same((path.name, path.stat().st_mode & 0o077), (path.name, 0))
    same(S.data.stat().st_mode & 0o777, 0o700)


def test_hangup_takes_what_it_can_and_names_it():
    path = S.place / "reload"
    path.write_text("failures-pair = 100000\nbehind-proxy = true\n")
    server = Server(limits=False, config=path)
    try:
        name = server.register()["name"]
        same({server.login(name, "not the pass phrase").status for _ in range(15)}, {401})
        said = reload(server, path, "failures-pair = 2\naccess-s = 60\nidle-s = 3600\npassword-min = 30\n"
                                    "trusted-proxies = 127.0.0.1\nlog = events\nhash-queue = 9\n"
                                    "session-cap = 1\nbehind-proxy = true\nissuer = https://other\n")
        same((said["event"], said["level"]), ("reloaded", "info"))
        same(said["changed"], ["trusted-proxies", "log", "access-s", "idle-s", "session-cap",
                               "password-min", "failures-pair"])
        same(said["needs_restart"], ["issuer", "hash-queue"])

        refused = server.ask("POST", "/v1/register", {"username": "short", "password": PASSWORD})
        same((refused.status, refused.code), (422, "weak_password"))
        long = "a pass phrase that is a little longer than others"
        user = server.ask("POST", "/v1/register", {"username": "wordy", "password": long})
        same((check(user, 201).json["expires_in"], user.json["refresh_expires_in"]), (60, 3600))
        wrong = {"login": "wordy", "password": "not the pass phrase"}
        assert 429 in {server.ask("POST", "/v1/login", wrong).status for _ in range(4)}
        right = {"login": "wordy", "password": long}
        check(server.ask("POST", "/v1/login", right, headers={"X-Forwarded-For": "192.0.2.9"}), 200)
        items = server.admin("sessions", "list", "--user", "wordy")["items"]
        same([item["ip"] for item in items], ["192.0.2.9"])
        assert "/v1/login" not in server.read_log().split('"event":"reloaded"')[1]

        said = reload(server, path, path.read_text())
        same((said["changed"], said["needs_restart"]), ([], ["issuer", "hash-queue"]))
    finally:
        server.close()


def test_hangup_with_a_bad_file_changes_nothing():
    path = S.place / "reload"
    path.write_text("grace-s = 5\n")
    server = Server(config=path)
    try:
        for text, why in (("access-s = 60\ngrace-s = nonsense\n", f"{path.name}:2: grace-s"),
                          ("access-s = 60\nnonsense = 1\n", "no setting"),
                          ("access-s = 60\ntls-cert = /nowhere\ntls-key = /nowhere\n", "/nowhere"),
                          ("access-s = 60\nsocket-mode = x\n", "socket-mode")):
            said = reload(server, path, text)
            same((said["event"], said["level"], said["effect"]),
                 ("reload_failed", "error", "the configuration before stays"))
            assert why in said["detail"], said
            same(server.register()["expires_in"], 900)
        path.unlink()
        path.mkdir()
        before = server.read_log().count("reload_failed")
        server.process.send_signal(signal.SIGHUP)
        time.sleep(0.3)
        same(server.read_log().count("reload_failed"), before + 1)
        check(server.ask("GET", "/livez"), 200)
        path.rmdir()
    finally:
        server.close()


def count_daemons(server):
    """Each of libmicrohttpd's has a thread, which it names."""
    names = pathlib.Path(f"/proc/{server.process.pid}/task").glob("*/comm")
    return sum(name.read_text().startswith("MHD") for name in names)


def test_hangups_under_load_turn_nobody_away():
    """Each one replaces the daemon that listens, and who is connected to the one before is served."""
    path = S.place / "reload"
    path.write_text("")
    server = Server(config=path)
    found, is_over = [], threading.Event()
    check(server.ask("GET", "/livez"), 200)
    server.admin_socket("/version")  # both run, and have named themselves
    before = count_daemons(server)
    assert before > 1, before

    def ask_on(keeps_connection):
        connection = None
        while not is_over.is_set():
            if connection is None:
                connection = http.client.HTTPConnection("localhost")
                connection.sock = server.connect()
            try:
                connection.request("GET", "/readyz", headers={"Host": "a"})
                answer = connection.getresponse()
                answer.read()
                found.append(answer.status)
                goes_on = keeps_connection and answer.headers.get("Connection") != "close"
            except OSError as fault:
                found.append(repr(fault))
                goes_on = False
            if not goes_on:
                connection.close()
                connection = None

    threads = [threading.Thread(target=ask_on, args=(n % 2 == 0,)) for n in range(6)]
    try:
        for thread in threads:
            thread.start()
        for n in range(20):
            same(reload(server, path, f"timeout-s = {1 + n % 5}\n")["event"], "reloaded")
        is_over.set()
        for thread in threads:
            thread.join(10)
        same(set(found), {200})
        assert len(found) > 200, len(found)
        until = time.monotonic() + 5 * SLOWER
        while count_daemons(server) > before and time.monotonic() < until:
            time.sleep(0.05)
        same(count_daemons(server), before)  # daemons that are over have ended
    finally:
        is_over.set()
        server.close()


def test_a_shorter_life_is_no_shorter_for_tokens_that_are_out():
    """What ends a token must outlive it: through a reload, and through a restart."""
    def entry_life(server, client):
        user = server.register()
        check(server.ask("POST", "/v1/logout", token=user["access_token"]), 200)
        line = server.ask("GET", "/v1/revocations", basic=client).body.splitlines()[-1]
        entry = json.loads(line)
        return entry["expires"] - entry["not_before"]

    path = S.place / "reload"
    path.write_text("access-s = 7200\n")
    server = Server(config=path)
    try:
        client = server.client("revocations")
        long = entry_life(server, client)
        assert long >= 7200, long
        reload(server, path, "access-s = 60\n")
        same(entry_life(server, client), long)
        server.stop()
        server.start()
        same(entry_life(server, client), long)
        reload(server, path, "access-s = 7300\n")
        same(entry_life(server, client), long + 100)
    finally:
        server.close()


# --- at work ---

def test_ready_and_alive():
    for path in ("/livez", "/readyz"):
        same(check(S.ask("GET", path), 200).body, b"")


def test_a_full_disk_says_when_to_come_back():
    server = Server(db=None)  # SQLite: the files are the server's own
    try:
        user = server.register()
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        check(server.login(user["name"]), 503, "unavailable")
        time.sleep(1.1)  # an answer of /readyz counts for a second
        same(check(server.ask("GET", "/readyz"), 503).body, b"")
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        check(server.login(user["name"]), 200)
    finally:
        server.close()


def test_the_log_tells_what_the_database_said_and_the_client_does_not_hear_it():
    user = S.register()
    S.execute("ALTER TABLE audit RENAME TO audit_away")
    try:
        answer = check(S.login(user["name"]), 500, "internal")
    finally:
        S.execute("ALTER TABLE audit_away RENAME TO audit")
    same(sorted(answer.json), ["code", "instance", "request_id", "status", "title", "type"])
    line = next(line for line in S.read_log().splitlines()
                if answer.json["request_id"] in line and '"event":"failed"' in line)
    said = json.loads(line)["detail"]
    assert said.startswith("Internal error: ") and "audit" in said, said
    check(S.login(user["name"]), 200)


def test_metrics_are_told_on_the_administration_socket():
    S.register()
    text = S.admin_socket("/metrics")
    assert "application/openmetrics-text; version=1.0.0" in text
    body = text.split("\r\n\r\n", 1)[1]
    assert body.endswith("# EOF\n")
    assert 'lanyardd_answers_total{method="POST",route="/v1/register",status="2xx"}' in body
    names = set(re.findall(r"^# TYPE (\S+)", body, re.MULTILINE))
    assert len(names) >= 12, names
    same(set(re.findall(r"^# HELP (\S+)", body, re.MULTILINE)), names)


def test_metrics_listener():
    server = Server(metrics_listen=f"unix:{S.place}/metrics.sock")
    try:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(f"{S.place}/metrics.sock")
            sock.sendall(b"GET /metrics HTTP/1.0\r\nHost: a\r\n\r\n")
            got = b""
            while chunk := sock.recv(65536):
                got += chunk
        assert got.startswith(b"HTTP/1.1 200") and got.endswith(b"# EOF\n"), got[:100]
    finally:
        server.close()


def test_t52_logs_hold_no_secret():
    user = S.register(email="secret-holder@example.org")
    S.ask("GET", f"/v1/me?access_token={user['access_token']}")
    S.ask("GET", "/" + user["refresh_token"])
    S.ask("POST", "/v1/login", {"login": user["refresh_token"], "password": PASSWORD})
    S.ask("GET", "/v1/me", headers={"Authorization": "Basic " + user["access_token"],
                                    "User-Agent": user["access_token"]})
    S.refresh(user["refresh_token"])
    client = S.client("introspect:any")
    S.ask("POST", "/oauth/introspect", form={"token": user["access_token"]}, basic=client)
    time.sleep(0.2)
    log = S.read_log()
    for line in log.splitlines():
        json.loads(line)
    for secret in ("lr1.", "eyJ", PASSWORD, client[1]):
        assert secret not in log, f"{secret[:8]} stands in the log"
    audit = json.dumps(S.admin("audit", "list"))
    for secret in ("lr1.", "eyJ", PASSWORD, client[1]):
        assert secret not in audit, f"{secret[:8]} stands in the audit"


def test_t52_a_crash_leaves_no_core():
    limits = pathlib.Path(f"/proc/{S.process.pid}/limits").read_text()
    assert re.search(r"^Max core file size +0 +0 ", limits, re.M), limits


def test_t40_slow_clients_hold_up_nobody():
    socks = []
    for n in range(60):
        sock = S.connect()
        sock.sendall(b"POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n"[:20 + n % 40])
        socks.append(sock)
    start = time.monotonic()
    check(S.login(S.register()["name"]), 200)
    assert time.monotonic() - start < 2 * SLOWER
    for sock in socks:
        sock.close()


def test_t40_who_drips_is_ended():
    """A byte now and then keeps no connection open: the whole request must be here in time."""
    server = Server(timeout_s=1)
    try:
        sock = server.connect()
        start = time.monotonic()
        sock.sendall(b"GET /livez HTTP/1.1\r\nX-Slow: ")
        ended = False
        while not ended and time.monotonic() - start < 10:
            time.sleep(0.3)
            try:
                sock.sendall(b"x")
                sock.settimeout(0.01)
                ended = sock.recv(100) == b""
            except TimeoutError:
                pass
            except OSError:
                ended = True
        took = time.monotonic() - start
        assert ended and 2.5 < took < 6, f"ended: {ended}, after {took:.1f} s"
        assert "lanyardd_slow_ended_total 1\n" in server.admin_socket("/metrics")
    finally:
        server.close()


def make_certificate(name="localhost"):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-keyout", S.place / "key", "-out", S.place / "cert", "-days", "2",
                    "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"],
                   check=True, capture_output=True)


def shown_certificate(server):
    """The name in the certificate that a new connection gets."""
    host, port = server.address.split("//")[1].rsplit(":", 1)
    text = ssl.get_server_certificate((host, int(port)))
    return subprocess.run(["openssl", "x509", "-noout", "-subject"], input=text, text=True, check=True,
                          capture_output=True).stdout.strip().split("=")[-1].strip()


def test_hangup_takes_a_new_certificate_and_cuts_nobody_off():
    make_certificate("first")
    path = S.place / "reload"
    path.write_text("")
    server = Server(tls_cert=S.place / "cert", tls_key=S.place / "key", config=path, timeout_s=10)
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    head = b"GET /livez HTTP/1.1\r\nHost: a\r\n"
    try:
        same(shown_certificate(server), "first")
        with trusting.wrap_socket(server.connect()) as early:
            early.sendall(head)
            (S.place / "key").write_text("no key at all")
            same(reload(server, path, "")["event"], "reload_failed")
            same(shown_certificate(server), "first")
            make_certificate("second")
            said = reload(server, path, "")
            same((said["event"], said["changed"], said["certificate"]), ("reloaded", [], "new"))
            same({shown_certificate(server) for _ in range(5)}, {"second"})
            early.sendall(b"\r\n")
            answer = early.recv(4096)
            assert answer.startswith(b"HTTP/1.1 200") and b"Connection: close" in answer, answer
        assert "certificate" not in reload(server, path, "grace-s = 7\n")
        time.sleep(1)
        same(shown_certificate(server), "second")
        same(server.stop(), 0)
    finally:
        server.close()


def test_tls_is_spoken():
    make_certificate()
    server = Server(tls_cert=S.place / "cert", tls_key=S.place / "key")
    try:
        assert server.address.startswith("https://127.0.0.1:")
        done = subprocess.run(["curl", "-sS", "--cacert", S.place / "cert", server.address + "/livez",
                               "-o", "/dev/null", "-w", "%{http_code}"], capture_output=True, text=True)
        same((done.stdout, done.stderr), ("200", ""))
    finally:
        server.close()


if __name__ == "__main__":
    main(globals(), S)
