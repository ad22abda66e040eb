#!/usr/bin/python3
"""T14: every kind of token shown at every door; only the diagonal opens."""
import base64
import hashlib
import hmac
import json
import tempfile
import time

from kit import Server, check, main, same

SECRET = "thisisthesecretkey"
FILE = tempfile.NamedTemporaryFile("w", suffix=".secret")
FILE.write(SECRET + "\n")
FILE.flush()
S = Server(compat="x-access-token", compat_secret_file=FILE.name)
CLIENT = S.client("introspect:any revoke:any revocations")
ACCESS, REFRESH, CSRF = "__Host-lanyard-access", "__Secure-lanyard-refresh", "__Host-lanyard-csrf"


def tokens():
    """One of each kind, all of one live user."""
    user = S.register()
    answer = S.ask("POST", "/v1/login", {"login": user["name"], "password": "a pass phrase for one minute",
                                         "mode": "cookie"}, {"Origin": S.address})
    return {"access": user["access_token"], "refresh": user["refresh_token"],
            "compat": user["x_access_token"], "csrf": answer.json["csrf_token"],
            "client": ":".join(CLIENT)}


DOORS = {
    "bearer at /v1/me": ("access", lambda t: S.ask("GET", "/v1/me", token=t)),
    "bearer at /v1/sessions": ("access", lambda t: S.ask("GET", "/v1/sessions", token=t)),
    "bearer at /v1/verify": ("access", lambda t: S.ask("GET", "/v1/verify", token=t)),
    "bearer at /v1/reauth": ("access", lambda t: S.ask(
        "POST", "/v1/reauth", {"password": "a pass phrase for one minute"}, token=t)),
    "cookie at /v1/me": ("access", lambda t: S.ask("GET", "/v1/me",
                                                   headers={"Cookie": f"{ACCESS}={t}"})),
    "compat at /v1/me": ("compat", lambda t: S.ask("GET", "/v1/me", headers={"x-access-token": t})),
    "compat at /v1/verify": ("compat", lambda t: S.ask("GET", "/v1/verify",
                                                       headers={"x-access-token": t})),
    "body of /v1/refresh": ("refresh", lambda t: S.ask("POST", "/v1/refresh", {"refresh_token": t})),
    "bearer at /v1/logout": ("access", lambda t: S.ask("POST", "/v1/logout", token=t)),
    "basic at /v1/revocations": ("client", lambda t: S.ask("GET", "/v1/revocations", basic=tuple(
        t.split(":", 1)) if ":" in t else (t, ""))),
    "bearer at /v1/revocations": (None, lambda t: S.ask("GET", "/v1/revocations", token=t)),
}


def test_t14_only_the_diagonal_opens():
    for door, (key, knock) in DOORS.items():
        shown = tokens()
        # The one that opens comes last: it may end the session of the others.
        for kind in sorted(shown, key=lambda kind: kind == key):
            status = knock(shown[kind]).status
            if kind == key:
                assert status == 200, f"{kind} at {door}: {status}"
            else:
                assert status in (400, 401), f"{kind} at {door}: {status}"


def test_t14_introspection_knows_access_and_refresh_tokens_only():
    for kind, token in tokens().items():
        answer = check(S.ask("POST", "/oauth/introspect", form={"token": token}, basic=CLIENT), 200)
        same((kind, answer.json["active"]), (kind, kind in ("access", "refresh")))


def signed_again(token, key, header=(), **changed):
    """The token with other claims and header (None: without), signed with HS256."""
    head, body, _ = token.split(".")
    texts = []
    for part, more in ((head, dict(header)), (body, changed)):
        members = {**json.loads(base64.urlsafe_b64decode(part + "==")), **more}
        members = {name: value for name, value in members.items() if value is not None}
        texts.append(base64.urlsafe_b64encode(json.dumps(members).encode()).rstrip(b"=").decode())
    mac = hmac.new(key, ".".join(texts).encode(), hashlib.sha256).digest()
    return ".".join((*texts, base64.urlsafe_b64encode(mac).rstrip(b"=").decode()))


KEY = b"0123456789abcdef0123456789abcdef"
KEY_FILE = tempfile.NamedTemporaryFile("wb", suffix=".secret")
KEY_FILE.write(KEY)
KEY_FILE.flush()


def hs256_server():
    return Server(alg="HS256", secret_file=KEY_FILE.name)


def test_t14_typ_is_looked_at():
    """The same claims under the same secret, but for typ: a server that signs with HS256."""
    server = hs256_server()
    try:
        token = server.register()["access_token"]
        for typ, status in (("at+jwt", 200), ("JWT", 401), (None, 401), ("application/at+jwt", 200)):
            text = signed_again(token, KEY, {"typ": typ})
            same((typ, server.ask("GET", "/v1/me", token=text).status), (typ, status))
    finally:
        server.close()


def test_t34_an_auth_time_to_come_is_not_recent():
    """Up to a minute is what two clocks may differ by."""
    server = hs256_server()
    try:
        token = server.register()["access_token"]
        for ahead, status in ((30, 200), (90, 401)):
            text = signed_again(token, KEY, auth_time=int(time.time()) + ahead)
            same((ahead, server.ask("GET", "/v1/verify?max_age=300", token=text).status), (ahead, status))
        check(server.ask("DELETE", "/v1/me", token=text), 401, "reauth_required")
        check(server.ask("DELETE", "/v1/me", token=token), 204)
    finally:
        server.close()


# --- the algorithms that a configuration may name ---

def published(server, header):
    """The key that the header names: of the JWKS, but a secret is never in it."""
    keys = check(server.ask("GET", "/.well-known/jwks.json"), 200).json["keys"]
    if header["alg"] == "HS256":
        same(keys, [])
        return KEY
    found = [key for key in keys if key["kid"] == header["kid"]]
    same([key.get("alg") for key in found], [header["alg"]])
    return pyjwt().PyJWK(found[0], header["alg"]).key


def test_each_algorithm_signs_and_is_published_and_verified():
    for alg in ("EdDSA", "ES256", "RS256", "HS256"):
        server = hs256_server() if alg == "HS256" else Server(alg=alg)
        try:
            client = server.client("introspect:any")
            user = server.register()
            token = user["access_token"]
            header = pyjwt().get_unverified_header(token)
            same((header["alg"], header["typ"]), (alg, "at+jwt"))
            claims = pyjwt().decode(token, published(server, header), algorithms=[alg],
                                    options={"verify_aud": False})
            same(claims["sid"], user["session"]["id"])
            same(check(server.ask("GET", "/v1/me", token=token), 200).json["username"], user["name"])
            told = check(server.ask("POST", "/oauth/introspect", form={"token": token}, basic=client), 200)
            same((told.json["active"], told.json["sub"]), (True, claims["sub"]))
            fresh = check(server.refresh(user["refresh_token"]), 200).json["access_token"]
            same(pyjwt().get_unverified_header(fresh)["alg"], alg)
            server.stop()
            server.start()
            check(server.ask("GET", "/v1/me", token=fresh), 200)
            check(server.ask("POST", "/v1/logout", token=fresh), 200)
            check(server.ask("GET", "/v1/me", token=token), 401, "session_ended")
        finally:
            server.close()


# --- the tutorial's tokens, made and read by the real PyJWT ---

def pyjwt():
    import jwt
    return jwt


def made_elsewhere(name, exp):
    return pyjwt().encode({"user": name, "exp": exp}, SECRET, algorithm="HS256")


def me(token):
    return S.ask("GET", "/v1/me", headers={"x-access-token": token})


def test_compat_token_of_ours_is_read_by_pyjwt():
    user = S.register()
    found = pyjwt().decode(user["x_access_token"], SECRET, algorithms=["HS256"])
    same(found["user"], user["name"])
    same(found["exp"] - found["iat"], 900)
    same(found["sid"], user["session"]["id"])


def test_compat_token_of_ours_ends_with_its_session():
    user = S.register()
    check(me(user["x_access_token"]), 200)
    check(S.ask("POST", "/v1/logout", headers={"x-access-token": user["x_access_token"]}), 200)
    check(me(user["x_access_token"]), 401, "session_ended")


def test_compat_token_made_elsewhere_counts_until_its_exp():
    name = S.register()["name"]
    now = int(time.time())
    same(check(me(made_elsewhere(name, now + 905)), 200).json["username"], name)
    check(me(made_elsewhere(name, now - 1)), 401, "invalid_token")
    check(me(made_elsewhere("nobody-here", now + 905)), 401, "invalid_token")
    forged = pyjwt().encode({"user": name, "exp": now + 905}, "another secret", algorithm="HS256")
    check(me(forged), 401, "invalid_token")
    no_exp = pyjwt().encode({"user": name}, SECRET, algorithm="HS256")
    check(me(no_exp), 401, "invalid_token")


def test_t34_compat_token_made_elsewhere_is_never_recent():
    """Whoever makes one chooses its exp, and with it when it seems to have been made."""
    name = S.register()["name"]
    for life in (901, 86400, 30 * 86400):
        sent = {"x-access-token": made_elsewhere(name, int(time.time()) + life)}
        check(S.ask("GET", "/v1/verify", headers=sent), 200)
        answer = check(S.ask("GET", "/v1/verify?max_age=300", headers=sent), 401)
        assert "insufficient_user_authentication" in answer.header("WWW-Authenticate")
        check(S.ask("DELETE", "/v1/me", headers=sent), 401, "reauth_required")


def test_t34_compat_token_of_ours_is_as_recent_as_its_login():
    sent = {"x-access-token": S.register()["x_access_token"]}
    check(S.ask("GET", "/v1/verify?max_age=300", headers=sent), 200)
    check(S.ask("DELETE", "/v1/me", headers=sent), 204)


def test_compat_token_made_elsewhere_ends_with_logout_of_all():
    user = S.register()
    now = int(time.time())
    old, later = made_elsewhere(user["name"], now + 901), made_elsewhere(user["name"], now + 960)
    time.sleep(2)
    check(me(old), 200)
    check(S.ask("POST", "/v1/logout", {"scope": "all"}, token=user["access_token"]), 200)
    check(me(old), 401, "session_ended")
    check(me(later), 200)


def test_compat_token_made_elsewhere_ends_with_password_and_account():
    user = S.register()
    old = made_elsewhere(user["name"], int(time.time()) + 901)
    time.sleep(2)
    check(me(old), 200)
    body = {"current_password": "a pass phrase for one minute", "new_password": "quite another phrase"}
    check(S.ask("POST", "/v1/me/password", body, token=user["access_token"]), 200)
    check(me(old), 401, "session_ended")
    fresh = made_elsewhere(user["name"], int(time.time()) + 960)
    check(me(fresh), 200)
    S.admin("users", "disable", user["name"])
    check(me(fresh), 401)


def test_compat_token_of_ours_stays_on_the_tape_as_long_as_it_lives():
    server = Server(compat="x-access-token", compat_secret_file=FILE.name, access_s=60)
    try:
        client = server.client("revocations")
        user = server.register()
        exp = pyjwt().decode(user["x_access_token"], SECRET, algorithms=["HS256"])["exp"]
        check(server.ask("POST", "/v1/logout", token=user["access_token"]), 200)
        lines = check(server.ask("GET", "/v1/revocations", basic=client), 200).body.splitlines()
        entry = [json.loads(line) for line in lines if user["session"]["id"].encode() in line][0]
        assert entry["expires"] > exp, f"{entry} is gone before {exp}"
    finally:
        server.close()


def test_compat_and_bearer_together_are_refused():
    user = S.register()
    check(S.ask("GET", "/v1/me", token=user["access_token"],
                headers={"x-access-token": user["x_access_token"]}), 400, "malformed")


def test_without_the_switch_the_header_means_nothing():
    server = Server()
    try:
        user = server.register()
        assert "x_access_token" not in user
        token = made_elsewhere(user["name"], int(time.time()) + 905)
        check(server.ask("GET", "/v1/me", headers={"x-access-token": token}), 401, "no_credential")
    finally:
        server.close()


if __name__ == "__main__":
    main(globals(), S)
