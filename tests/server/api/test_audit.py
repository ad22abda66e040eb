#!/usr/bin/python3
"""Do this, and the audit says that: a row for every event there is, and every reason why sessions
end, with who did it, to whom, and from where. Over HTTP and the administrator's commands."""
import base64
import ctypes
import ctypes.util
import hashlib
import hmac
import json
import re
import subprocess
import tempfile

from kit import PASSWORD, PROGRAM, ROOT, Server, check, main, same

HOME, AWAY = "192.0.2.7", "203.0.113.9"
WRONG = "this is not the pass phrase"
SECRET = "the secret of the old application"
FILE = tempfile.NamedTemporaryFile("w", suffix=".secret")
FILE.write(SECRET)
FILE.flush()
S = Server(behind_proxy=True, trusted_proxies="127.0.0.1", session_cap=3, compat="x-access-token",
           compat_secret_file=FILE.name)
HIDDEN = {PASSWORD, WRONG, SECRET}  # and every token: what no row may show


def ask(method, path, body=None, at=HOME, **more):
    answer = S.ask(method, path, body, {"X-Forwarded-For": at}, **more)
    if answer.status < 300 and answer.body.startswith(b"{"):
        HIDDEN.update(value for name, value in answer.json.items() if name.endswith("_token"))
    return answer


names = 0


def user():
    global names
    names += 1
    name = f"user-{names}"
    made = check(ask("POST", "/v1/register", {"username": name, "password": PASSWORD}), 201).json
    return {**made, "name": name, "id": made["user"]["id"], "sid": made["session"]["id"]}


def login(name, password=PASSWORD):
    return ask("POST", "/v1/login", {"login": name, "password": password})


def refresh(token, at=HOME):
    return ask("POST", "/v1/refresh", {"refresh_token": token}, at)


def own(made, **more):
    """A row of what somebody did to themselves."""
    return {"actor": made["id"], "subject": made["id"], "ip": HOME, **more}


def reason(text):
    return {"reason": text}


def rows(after=0):
    """All rows behind that one, the oldest first."""
    text = S.admin_socket("/admin/v1/audit?limit=1000")
    assert text.startswith("HTTP/1.1 200 "), text
    items = json.loads(text.split("\r\n\r\n", 1)[1])["items"]
    return [row for row in reversed(items) if row["seq"] > after]


# --- accounts ---

def registered():
    made = user()
    return own(made, session_id=made["sid"])


def logged_in():
    made = user()
    return own(made, session_id=check(login(made["name"]), 200).json["session"]["id"])


def login_failed():
    made = user()
    check(login(made["name"], WRONG), 401)
    return {"subject": made["id"], "ip": HOME, "data": reason("invalid_credentials")}


def login_of_nobody_failed():
    check(login("nobody-here", WRONG), 401)
    return {"ip": HOME, "data": reason("invalid_credentials")}


def login_of_one_disabled_failed():
    made = user()
    S.admin("users", "disable", made["name"])
    check(login(made["name"]), 403)
    return {"subject": made["id"], "ip": HOME, "data": reason("account_disabled")}


def reauthenticated():
    made = user()
    fresh = check(ask("POST", "/v1/reauth", {"password": PASSWORD}, token=made["access_token"]), 200)
    return own(made, session_id=fresh.json["session"]["id"])


def reauth_failed():
    made = user()
    check(ask("POST", "/v1/reauth", {"password": WRONG}, token=made["access_token"]), 401)
    return {"subject": made["id"], "ip": HOME, "data": reason("invalid_credentials")}


def password_changed():
    made = user()
    body = {"current_password": PASSWORD, "new_password": "quite another pass phrase"}
    HIDDEN.add(body["new_password"])
    fresh = check(ask("POST", "/v1/me/password", body, token=made["access_token"]), 200).json
    return own(made, session_id=fresh["session"]["id"])


def weaker_hash():
    """PASSWORD under cheaper parameters than those of now."""
    make = ctypes.CDLL(ctypes.util.find_library("argon2")).argon2id_hash_encoded
    size, text = ctypes.c_size_t, ctypes.c_char_p
    make.argtypes = [ctypes.c_uint32] * 3 + [text, size, text, size, size, text, size]
    out = ctypes.create_string_buffer(256)
    same(make(1, 64, 1, PASSWORD.encode(), len(PASSWORD), b"salt" * 4, 16, 32, out, 256), 0)
    return out.value


def password_rehashed():
    made = user()
    S.execute(f"UPDATE credentials SET secret = hex:{weaker_hash().hex()} WHERE user_id ="
              f" (SELECT id FROM users WHERE username = '{made['name']}')")
    return own(made, session_id=check(login(made["name"]), 200).json["session"]["id"])


def user_changed():
    made = user()
    check(ask("PATCH", "/v1/me", {"profile": {"a": 1}}, token=made["access_token"]), 200)
    return own(made)


def by_admin(*words):
    """What the administrator does to a user."""
    def act():
        made = user()
        for word in words:
            S.admin("users", *word.split(), made["name"], *(["reader"] if word == "roles" else []))
        return {"subject": made["id"]}
    return act


# --- sessions ---

def own_end(why, path, body=None, method="POST"):
    """The user's only session ends by what the user asks for."""
    def act():
        made = user()
        answer = ask(method, path, body, token=made["access_token"])
        assert answer.status < 300, answer.body
        return own(made, session_id=made["sid"], data=reason(why))
    return act


def others_end():
    made = user()
    other = check(login(made["name"]), 200).json
    check(ask("POST", "/v1/logout", {"scope": "others"}, token=other["access_token"]), 200)
    return own(made, session_id=made["sid"], data=reason("user_logout_others"))


def all_ended():
    made = user()
    check(ask("POST", "/v1/logout", {"scope": "all"}, token=made["access_token"]), 200)
    return own(made, data={"reason": "user_logout_all", "sessions": 1})


def all_ended_by_admin_when_none_lives():
    """Tokens without a session are refused from then on, so there is something to tell."""
    made = user()
    check(ask("POST", "/v1/logout", token=made["access_token"]), 200)
    same(S.admin("sessions", "end-all", made["name"])["sessions"], 0)
    return {"subject": made["id"], "data": {"reason": "admin", "sessions": 0}}


def one_ended_by_admin():
    made = user()
    S.admin("sessions", "end", made["sid"])
    return {"subject": made["id"], "session_id": made["sid"], "data": reason("admin")}


def ended_with_the_account(word, why):
    def act():
        made = user()
        S.admin("users", word, made["name"])
        return {"subject": made["id"], "session_id": made["sid"], "data": reason(why)}
    return act


def oldest_ended():
    made = user()
    for _ in range(3):
        check(login(made["name"]), 200)
    return own(made, session_id=made["sid"], data=reason("cap"))


def ended_by_a_client():
    made = user()
    client = S.client("revoke:any")
    HIDDEN.add(client[1])
    check(ask("POST", "/oauth/revoke", form={"token": made["refresh_token"]}, basic=client), 200)
    return {"subject": made["id"], "session_id": made["sid"], "ip": HOME, "data": reason("revoked")}


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def changed_refresh(text, generation, secret=None):
    """A refresh token of the server's own MAC key (RFC 5869 of the master key), with another
    generation or family."""
    master = unb64((S.data / "master.key").read_text().split()[1])
    middle = hmac.new(bytes(32), master, hashlib.sha256).digest()
    key = hmac.new(middle, b"refresh mac\x01", hashlib.sha256).digest()
    old = unb64(text[4:])
    body = old[:17] + (secret or old[17:33]) + bytes([generation])
    made = "lr1." + base64.urlsafe_b64encode(
        body + hmac.new(key, body, hashlib.sha256).digest()[:16]).rstrip(b"=").decode()
    HIDDEN.add(made)
    return made


def refresh_event(code, reused):
    """A refresh that is refused: the two rows tell of the session, and from where it came."""
    def act(data=None):
        made = user()
        check(reused(made), 401, code)
        return {"subject": made["id"], "session_id": made["sid"], "ip": AWAY, "data": data}
    return act


def show_twice(made):
    """A generation too far back, within any grace."""
    newer = check(refresh(made["refresh_token"]), 200).json["refresh_token"]
    check(refresh(newer), 200)
    return refresh(made["refresh_token"], AWAY)


def follow(made):
    """Another prefix gets the owner's token again, three generations in a row."""
    token = made["refresh_token"]
    for _ in range(3):
        newer = check(refresh(token), 200).json["refresh_token"]
        last = refresh(token, AWAY)
        token = newer
    return last


def ahead(made):
    return refresh(changed_refresh(made["refresh_token"], 5), AWAY)


def foreign(made):
    return refresh(changed_refresh(made["refresh_token"], 0, b"another's secret"), AWAY)


def ending(code, reused, why):
    return lambda: refresh_event(code, reused)(reason(why))


# --- keys and clients ---

def keys(state):
    return [row["kid"] for row in S.admin("keys")["items"] if row["state"] == state]


def key_row(kid, state):
    return {"data": {"kid": kid, "alg": "EdDSA", "state": state}}


def key_created():
    before = keys("published")
    same(before, [])
    S.admin("keys", "rotate")
    return key_row(keys("published")[0], "published")


def key_changed():
    """One that waits already is moved, and none is made."""
    waits = keys("published")
    S.admin("keys", "rotate")
    same(keys("published"), waits)
    return key_row(waits[0], "published")


def key_activated():
    S.admin("keys", "rotate", "--now")
    return key_row(keys("active")[0], "active")


def key_retired():
    old = keys("active")[0]
    S.admin("keys", "rotate", "--now")
    return key_row(old, "retiring")


def key_revoked():
    old = keys("active")[0]
    S.admin("keys", "revoke", old)
    return key_row(old, "compromised")


def key_imported(*words, state):
    def act():
        path = S.place / "key.pem"
        path.write_text(subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519"], check=True,
                                       capture_output=True, text=True).stdout)
        before = keys(state)
        S.admin("keys", "import", str(path), *words)
        made = [kid for kid in keys(state) if kid not in before]
        return key_row(made[0], state)
    return act


def client_does(*commands):
    def act():
        client, secret = S.client()
        HIDDEN.add(secret)
        for command in commands:
            answer = S.admin("clients", command, client)
            HIDDEN.update(value for name, value in answer.items() if name == "secret" and value)
        return {"data": {"client_id": client}}
    return act


def client_failed():
    client, secret = S.client()
    HIDDEN.add(secret)
    check(S.ask("POST", "/oauth/introspect", form={"token": "x"}, basic=(client, WRONG),
                headers={"X-Forwarded-For": AWAY}), 401)
    return {"ip": AWAY, "data": {"client_id": client}}


def client_nobody_made_failed():
    """Its id may be a secret in the wrong place, and is not told."""
    client, secret = S.client()
    HIDDEN.add(secret)
    check(S.ask("POST", "/oauth/introspect", form={"token": "x"}, basic=(secret, client),
                headers={"X-Forwarded-For": AWAY}), 401)
    return {"ip": AWAY}


# --- the database ---

def migrated():
    return {"data": {"from": "0", "to": str(version())}}


def version():
    done = subprocess.run([PROGRAM, *S.words(), "migrate"], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1])


def restored(*words):
    def act():
        path = str(S.place / f"copy-{len(words)}")
        subprocess.run([PROGRAM, *S.words(), "backup", path], check=True, capture_output=True)
        S.stop()
        subprocess.run([PROGRAM, *S.words(), "restore", path, *words], check=True, capture_output=True)
        S.start()
        return {}
    return act


# Event, and what brings it about: it returns what the row says, all else being null. The reasons
# are those of session_ended.
TABLE = (
    ("migrated", migrated),
    ("registered", registered),
    ("login", logged_in),
    ("login_failed", login_failed),
    ("login_failed", login_of_nobody_failed),
    ("login_failed", login_of_one_disabled_failed),
    ("reauthenticated", reauthenticated),
    ("reauth_failed", reauth_failed),
    ("password_changed", password_changed),
    ("password_rehashed", password_rehashed),
    ("user_changed", user_changed),
    ("roles_changed", by_admin("roles")),
    ("user_disabled", by_admin("disable")),
    ("user_enabled", by_admin("disable", "enable")),
    ("user_deleted", by_admin("delete")),
    ("session_ended", own_end("user_logout", "/v1/logout")),
    ("session_ended", others_end),
    ("session_ended", own_end("user_logout_all", "/v1/logout", {"scope": "all"})),
    ("session_ended", own_end("reauthenticated", "/v1/reauth", {"password": PASSWORD})),
    ("session_ended", own_end("password_changed", "/v1/me/password", {
        "current_password": PASSWORD, "new_password": "quite another pass phrase"})),
    ("session_ended", own_end("account_deleted", "/v1/me", method="DELETE")),
    ("session_ended", ended_with_the_account("disable", "account_disabled")),
    ("session_ended", one_ended_by_admin),
    ("session_ended", oldest_ended),
    ("session_ended", ended_by_a_client),
    ("session_ended", ending("refresh_reused", show_twice, "reuse")),
    ("session_ended", ending("refresh_reused", follow, "follower")),
    ("session_ended", ending("session_ended", ahead, "generation_ahead")),
    ("sessions_ended", all_ended),
    ("sessions_ended", all_ended_by_admin_when_none_lives),
    ("refresh_reused", refresh_event("refresh_reused", show_twice)),
    ("refresh_reused", refresh_event("refresh_reused", follow)),
    ("generation_ahead", refresh_event("session_ended", ahead)),
    ("foreign_family", refresh_event("session_ended", foreign)),
    ("key_created", key_created),
    ("key_changed", key_changed),
    ("key_activated", key_activated),
    ("key_retired", key_retired),
    ("key_revoked", key_revoked),
    ("key_imported", key_imported(state="published")),
    ("key_imported", key_imported("--now", state="active")),
    ("key_imported", key_imported("--verify-only", "--until", "2999-01-01T00:00:00Z",
                                  state="verify_only")),
    ("client_created", client_does()),
    ("client_changed", client_does("secret")),
    ("client_changed", client_does("disable")),
    ("client_changed", client_does("disable", "enable")),
    ("client_removed", client_does("delete")),
    ("client_failed", client_failed),
    ("client_failed", client_nobody_made_failed),
    ("restored", restored("--keep-sessions")),
    ("restored", restored()),
)
NOTHING = {"actor": None, "subject": None, "session_id": None, "ip": None, "data": None}


def judge(event, act, before):
    wanted = {**NOTHING, **act()}
    found = [{name: row[name] for name in NOTHING} for row in rows(before) if row["event"] == event]
    assert wanted in found, f"expected {event} {wanted}, found {found}"


def test_each_event_is_told():
    failures = []
    for event, act in TABLE:
        try:
            judge(event, act, 0 if event == "migrated" else rows()[-1]["seq"])
        except AssertionError as failure:
            failures.append(f"{event} by {act.__name__}: {failure}")
    assert not failures, "\n".join(failures)


def enum(name):
    text = (ROOT / "server/store/rows.h").read_text().split(f"#define {name}(X)")[1]
    return [match for match in re.findall(r'X\(\w+, \d+, "(\w*)"\)', text.split("\n\n")[0])]


def test_no_event_and_no_reason_is_left_out():
    """Restore ends every session by one row of its own."""
    same(sorted({event for event, _ in TABLE}), sorted(enum("AUDIT_EVENT_MAP")))
    told = {row["data"]["reason"] for row in rows() if row["event"] == "session_ended"}
    same(sorted(told), sorted(set(enum("END_REASON_MAP")) - {"", "restored"}))


def test_no_row_shows_a_secret():
    text = json.dumps(rows())
    assert len(HIDDEN) > 50
    for secret in HIDDEN:
        assert secret not in text, "a secret stands in the audit"


if __name__ == "__main__":
    main(globals(), S)
