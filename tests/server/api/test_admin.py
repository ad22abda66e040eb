#!/usr/bin/python3
"""The administrator's socket and commands, and backup, restore and doctor."""
import contextlib
import datetime
import json
import os
import re
import shutil
import sqlite3
import stat
import subprocess

from kit import PASSWORD, PROGRAM, Server, check, main, same

S = Server()
LANYARD = os.environ.get("LANYARD", PROGRAM.replace("server/lanyardd", "cli/lanyard"))


def command(*words, server=S, expect=0):
    """lanyardd COMMAND ... with the server's own settings."""
    done = subprocess.run([PROGRAM, *server.words(), *words], capture_output=True, text=True)
    assert done.returncode == expect, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def copy_name(server, name):
    return str(server.place / name)


def events(user=None):
    words = ["--user", user] if user else []
    return [row["event"] for row in S.admin("audit", *words)["items"]]


# --- the socket ---

def test_the_socket_is_for_its_owner_alone():
    same(stat.S_IMODE(os.stat(S.data / "admin.sock").st_mode), 0o600)


def test_the_socket_answers_problems():
    answer = S.admin_socket("/admin/v1/nothing")
    assert answer.startswith("HTTP/1.1 404 "), answer
    assert '"code":"not_found"' in answer, answer
    assert S.admin_socket("/admin/v1/keys/rotate").startswith("HTTP/1.1 405 ")


def test_commands_that_do_not_exist_are_refused_with_the_list():
    for words in (["admin"], ["admin", "nothing"], ["admin", "users", "nothing"],
                  ["admin", "users", "show"], ["admin", "users", "show", "a", "b"],
                  ["admin", "users", "--kind", "x"], ["admin", "users", "--find"]):
        assert "lanyardd admin users list" in command(*words, expect=2)
    for word in ("help", "--help", "-h"):
        assert command("admin", word).startswith("  lanyardd admin users list")
    assert "no command is called clients show" in command("admin", "clients", "show", expect=2)
    assert "no command is called dance" in command("dance", expect=2)


def test_a_server_that_is_not_there_is_said():
    done = subprocess.run([PROGRAM, "admin", "users", "--data", str(S.place / "nowhere")],
                          capture_output=True, text=True)
    same(done.returncode, 1)
    assert "is lanyardd running?" in done.stderr


# --- users and sessions ---

def test_users_are_listed_found_and_shown():
    user = S.register(email="ada@example.org")
    listed = S.admin("users", "--find", user["name"])["items"]
    same([row["username"] for row in listed], [user["name"]])
    same(S.admin("users", "show", user["name"])["id"], user["user"]["id"])
    same(S.admin("users", "show", "ada@example.org")["id"], user["user"]["id"])
    same(S.admin("users", "show", user["user"]["id"])["email"], "ada@example.org")
    table = command("admin", "users", "--find", user["name"])
    assert table.split("\n")[0].split() == ["id", "username", "email", "status", "roles", "created_at"]
    assert user["name"] in table.split("\n")[1]


def test_roles_reach_the_next_token():
    user = S.register()
    same(S.admin("users", "roles", user["name"], "admin auditor")["roles"], "admin auditor")
    tokens = check(S.login(user["name"]), 200).json
    same(tokens["user"]["roles"], ["admin", "auditor"])
    command("admin", "users", "roles", user["name"], "Not A Role!", expect=1)
    assert "roles_changed" in events(user["name"])


def test_disabling_ends_every_session_at_once():
    user = S.register()
    S.admin("users", "disable", user["name"])
    check(S.ask("GET", "/v1/me", token=user["access_token"]), 401, "session_ended")
    check(S.login(user["name"]), 403, "account_disabled")
    S.admin("users", "enable", user["name"])
    check(S.ask("GET", "/v1/me", token=user["access_token"]), 401, "session_ended")
    check(S.login(user["name"]), 200)


def test_sessions_are_listed_and_ended():
    user = S.register()
    other = check(S.login(user["name"]), 200).json
    listed = S.admin("sessions", "--user", user["name"])["items"]
    same(sorted(row["id"] for row in listed),
         sorted([user["session"]["id"], other["session"]["id"]]))
    same(S.admin("sessions", "end", other["session"]["id"])["result"], "ended")
    same(S.admin("sessions", "end", other["session"]["id"])["result"], "had ended")
    check(S.ask("GET", "/v1/me", token=other["access_token"]), 401, "session_ended")
    check(S.ask("GET", "/v1/me", token=user["access_token"]), 200)
    same(S.admin("sessions", "end-all", user["name"])["sessions"], 1)
    check(S.ask("GET", "/v1/me", token=user["access_token"]), 401, "session_ended")


def test_deleting_forgets_the_user():
    user = S.register()
    S.admin("users", "delete", user["name"])
    check(S.ask("GET", "/v1/me", token=user["access_token"]), 401, "session_ended")
    command("admin", "users", "show", user["name"], expect=1)


# --- keys ---

def jwks():
    return [key["kid"] for key in json.loads(S.ask("GET", "/.well-known/jwks.json").body)["keys"]]


def by_state(state):
    return [row["kid"] for row in S.admin("keys")["items"] if row["state"] == state]


def test_t43_a_stolen_key_is_refused_at_once():
    user = S.register()
    stolen = by_state("active")[0]
    S.admin("keys", "revoke", stolen)
    check(S.ask("GET", "/v1/me", token=user["access_token"]), 401)
    assert stolen not in jwks()
    fresh = check(S.refresh(user["refresh_token"]), 200).json
    check(S.ask("GET", "/v1/me", token=fresh["access_token"]), 200)
    assert "key_revoked" in events()
    command("admin", "keys", "revoke", stolen, expect=1)


def test_rotation_publishes_first():
    active = by_state("active")
    S.admin("keys", "rotate")
    same(by_state("active"), active)
    assert by_state("published")[0] in jwks()
    user = S.register()
    S.admin("keys", "rotate", "--now")
    assert by_state("active") != active
    check(S.ask("GET", "/v1/me", token=user["access_token"]), 200)


def test_keys_are_imported():
    path = S.place / "key.jwk"
    made = subprocess.run([LANYARD, "key", "generate", "EdDSA", "--kid", "from-elsewhere"],
                          capture_output=True, text=True)
    if made.returncode:
        made = subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519"], check=True,
                              capture_output=True, text=True)
    path.write_text(made.stdout)
    later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=2)
    command("admin", "keys", "import", str(path), "--verify-only", expect=2)
    command("admin", "keys", "import", str(path), "--until", f"{later:%Y-%m-%d}", expect=2)
    for bad in ("soon", "2027-02-30", "2027-13-01", "2027-01-31T", "2027-01-31T00:00:00", "2027-01-",
                "2027-01-31T24:00:00Z", "2027-01-31 00:00:00Z", "27-01-31", "2027-01-31T00:00:00Zx", ""):
        command("admin", "keys", "import", str(path), "--verify-only", "--until", bad, expect=2)
    S.admin("keys", "import", str(path), "--verify-only", "--until", f"{later:%Y-%m-%dT%H:%M:%SZ}")
    imported = by_state("verify_only")
    same(len(imported), 1)
    assert imported[0] in jwks()
    command("admin", "keys", "import", str(path), expect=1)
    command("admin", "keys", "import", str(path), "--now", "--verify-only", "--until", f"{later:%Y-%m-%d}", expect=2)
    for words, state in (([], "published"), (["--now"], "active")):
        path.write_text(subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519"], check=True,
                                       capture_output=True, text=True).stdout)
        before = by_state(state)
        same(S.admin("keys", "import", str(path), *words)["result"], {"published": "published", "active": "signs"}[state])
        assert by_state(state) != before, state


# --- clients ---

def test_a_client_secret_is_shown_once():
    made = S.admin("clients", "create", "--id", "door-1", "--name", "the door",
                   "--scopes", "revocations")
    assert made["secret"].startswith("lc1_")
    listed = [row for row in S.admin("clients")["items"] if row["id"] == "door-1"]
    same(listed[0]["scopes"], "revocations")
    assert made["secret"] not in json.dumps(S.admin("clients"))
    assert made["secret"] not in json.dumps(S.admin("audit"))
    assert made["secret"] not in S.read_log()
    command("admin", "clients", "create", "--id", "door-1", expect=1)
    assert "expected introspect:any" in command("admin", "clients", "create", "--scopes", "introspect",
                                                expect=1)
    command("admin", "clients", "create", "--id", "no spaces", expect=1)


def introspects(client, secret):
    return S.ask("POST", "/oauth/introspect", form={"token": "x"}, basic=(client, secret)).status


def test_two_secrets_live_beside_each_other():
    client, first = S.client()
    second = S.admin("clients", "secret", client)["secret"]
    same([introspects(client, s) for s in (first, second)], [200, 200])
    third = S.admin("clients", "secret", client)["secret"]
    same([introspects(client, s) for s in (first, second, third)], [401, 200, 200])
    S.admin("clients", "disable", client)
    same(introspects(client, third), 401)
    S.admin("clients", "enable", client)
    same(introspects(client, third), 200)
    S.admin("clients", "delete", client)
    same(introspects(client, third), 401)


# --- backup, restore, doctor ---

def test_a_backup_is_whole_and_found_out_when_changed():
    path = copy_name(S, "copy")
    command("backup", path)
    same(stat.S_IMODE(os.stat(path).st_mode), 0o600)
    command("check-backup", path)
    command("backup", path, expect=2)
    master = (S.data / "master.key").read_text().split()[1].encode()
    with open(path, "rb") as file:
        assert master not in file.read(), "the backup holds the master key"
    with open(path, "r+b") as file:
        file.seek(os.path.getsize(path) // 2)
        file.write(b"\xff" * 64)
    command("check-backup", path, expect=1)


def test_a_database_that_is_not_there_is_neither_saved_nor_made():
    path, copy = S.place / "typo.db", S.place / "copy-of-typo"
    for words, status in ((("backup", str(copy)), 2), (("doctor",), 1)):
        done = subprocess.run([PROGRAM, f"--data={S.data}", f"--db=sqlite:{path}", *words],
                              capture_output=True, text=True)
        same((words[0], done.returncode), (words[0], status))
        assert f"there is no database at {path}" in done.stdout + done.stderr, done
        same((path.exists(), copy.exists()), (False, False))


def test_a_backup_refuses_an_empty_database_and_leaves_it_so():
    path, copy = S.place / "empty.db", S.place / "copy-of-empty"
    path.touch()
    done = subprocess.run([PROGRAM, f"--data={S.data}", f"--db=sqlite:{path}", "backup", copy],
                          capture_output=True, text=True)
    same((done.returncode, copy.exists()), (1, False))
    assert "the database is empty" in done.stderr, done.stderr
    with sqlite3.connect(path) as database:
        same(database.execute("SELECT count(*) FROM sqlite_master").fetchone(), (0,))


def test_migrate_says_what_it_has_done():
    words = [PROGRAM, f"--data={S.data}", f"--db=sqlite:{S.place}/fresh.db", "migrate"]
    said = [subprocess.run(words, capture_output=True, text=True, check=True).stdout for _ in range(2)]
    assert re.fullmatch(r"the schema has version \d+, and the database was empty\n", said[0]), said
    same(said[1], said[0].split(",")[0] + "\n")


def test_restore_waits_until_the_server_has_stopped():
    path = copy_name(S, "copy-2")
    command("backup", path)
    assert "another lanyardd runs here" in command("restore", path, expect=1)


def test_t50_restore_ends_every_session():
    server = Server()
    try:
        path = copy_name(server, "copy")
        user = server.register()
        ended = server.login(user["name"]).json
        command("backup", path, server=server)
        server.ask("POST", "/v1/logout", {}, token=ended["access_token"])
        server.stop()
        command("restore", path, server=server)
        server.start()
        for tokens in (user, ended):
            answer = server.ask("GET", "/v1/me", token=tokens["access_token"])
            check(answer, 401, "session_ended")
            check(server.refresh(tokens["refresh_token"]), 401)
        check(server.login(user["name"]), 200)
    finally:
        server.close()


def database(server, script):
    with contextlib.closing(sqlite3.connect(server.data / "lanyard.db")) as connection:
        connection.executescript(script)


def test_t50_a_restore_that_was_cut_off_is_finished_by_the_next_start():
    """On a machine that has seen nothing of what was ended; a trigger of SQLite stands for the kill."""
    server = Server(db=None)
    try:
        path = copy_name(server, "copy")
        user = server.register()
        command("backup", path, server=server)
        check(server.ask("POST", "/v1/logout", {}, token=user["access_token"]), 200)
        server.stop()
        for name in ("tape.mark", "lanyard.db", "lanyard.db-wal", "lanyard.db-shm"):
            (server.data / name).unlink(missing_ok=True)
        command("migrate", server=server)
        database(server, "CREATE TRIGGER cut BEFORE UPDATE ON sessions BEGIN"
                         " SELECT RAISE(ABORT, 'cut'); END")
        command("restore", path, server=server, expect=1)
        database(server, "DROP TRIGGER cut")
        server.start()
        check(server.ask("GET", "/v1/me", token=user["access_token"]), 401, "session_ended")
        check(server.refresh(user["refresh_token"]), 401, "session_ended")
        assert "older_database" in server.read_log()
    finally:
        server.close()


def test_restore_that_fails_leaves_everything():
    server = Server()
    try:
        path = server.place / "copy"
        user = server.register()
        path.write_text("no backup")
        server.stop()
        command("restore", str(path), server=server, expect=1)
        server.start()
        check(server.ask("GET", "/v1/me", token=user["access_token"]), 200)
        check(server.refresh(user["refresh_token"]), 200)
    finally:
        server.close()


def test_t50_restore_refuses_older_tokens_for_as_long_as_they_live():
    """A life that was longer when the backup was made, or before the restore, counts."""
    server = Server(access_s=7200)
    try:
        path = copy_name(server, "copy")
        client = server.client("revocations")
        command("backup", path, server=server)
        server.stop()
        server.options["access-s"] = 60
        command("restore", path, server=server)
        server.start()
        lines = server.ask("GET", "/v1/revocations", basic=client).body.splitlines()
        entries = [entry for entry in map(json.loads, lines) if entry.get("kind") == "all"]
        same(len(entries), 1)
        assert entries[0]["expires"] - entries[0]["not_before"] >= 7200, entries
    finally:
        server.close()


def test_restore_into_a_new_place_makes_it_for_its_owner_alone():
    server = Server()
    try:
        path = copy_name(server, "copy")
        command("backup", path, server=server)
        server.options |= {"data": server.place / "new", "db": f"sqlite:{server.place}/apart.db"}
        command("restore", path, server=server)
        for made in (server.place / "apart.db", server.place / "new"):
            same((made.name, stat.S_IMODE(os.stat(made).st_mode) & 0o077), (made.name, 0))
        assert "0 of 1, the master key file is missing" in command("doctor", server=server, expect=1)
        shutil.copy(server.data / "master.key", server.place / "new")
        assert "WRONG" not in command("doctor", server=server)
    finally:
        server.close()


def test_restore_of_what_is_no_copy_makes_nothing():
    copy, data = S.place / "no-copy", S.place / "never-made"
    copy.write_text("no database at all, but long enough to be looked at" * 100)
    for path in (copy, S.place / "nowhere"):
        done = subprocess.run([PROGRAM, f"--data={data}", "restore", path], capture_output=True, text=True)
        assert done.returncode in (1, 2) and done.stderr.startswith("lanyardd restore: "), done
        same((path, data.exists()), (path, False))


def test_restore_keeps_sessions_when_told_to():
    server = Server()
    try:
        path = copy_name(server, "copy")
        user = server.register()
        command("backup", path, server=server)
        server.stop()
        command("restore", path, "--keep-sessions", server=server)
        server.start()
        check(server.ask("GET", "/v1/me", token=user["access_token"]), 200)
        check(server.refresh(user["refresh_token"]), 200)
    finally:
        server.close()


def test_doctor_finds_what_is_wrong():
    server = Server()
    try:
        server.stop()
        assert "WRONG" not in command("doctor", server=server)
        master = server.data / "master.key"
        os.chmod(master, 0o644)
        assert "chmod 600" in command("doctor", server=server, expect=1)
        master.write_text("1 " + "A" * 43 + "\n")
        os.chmod(master, 0o600)
        assert "WRONG signing keys" in command("doctor", server=server, expect=1)
        os.chmod(server.data, 0o755)
        assert "WRONG data directory" in command("doctor", server=server, expect=1)
        os.chmod(server.data, 0o700)
    finally:
        shutil.rmtree(server.place)
        server.log.close()


def test_a_machine_that_was_taken_over_is_left_behind():
    """What operations.md says to do, to the letter."""
    server = Server()
    try:
        user = server.register()
        old = [row["kid"] for row in server.admin("keys")["items"]]
        server.stop()
        master = server.data / "master.key"
        master.write_text("2 " + "B" * 42 + "A\n" + master.read_text())
        server.start()
        for kid in old:
            server.admin("keys", "revoke", kid)
        server.stop()
        master.write_text(master.read_text().split("\n")[0] + "\n")
        assert "WRONG" not in command("doctor", server=server)
        server.start()
        check(server.ask("GET", "/v1/me", token=user["access_token"]), 401)
        check(server.refresh(user["refresh_token"]), 401)
        check(server.login(user["name"]), 200)
    finally:
        server.close()


def test_migrate_says_the_version():
    assert "version" in command("migrate")


if __name__ == "__main__":
    main(globals(), S)
