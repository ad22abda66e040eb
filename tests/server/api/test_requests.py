#!/usr/bin/python3
"""What requests may look like, what errors look like, and B1 to B10: the mistakes of the
application that the tutorial was written for, each of them refused."""
import base64
import gzip
import hashlib
import hmac
import json
import re
import tempfile
import time
import zlib

from kit import PASSWORD, ROOT, Server, check, main, same

S = Server()
JSON = {"Content-Type": "application/json"}


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token_of(header, payload, key=b"secret"):
    head = b64(json.dumps(header).encode()) + "." + b64(json.dumps(payload).encode())
    return head + "." + b64(hmac.new(key, head.encode(), hashlib.sha256).digest())


def claims_of(token):
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


# --- bodies ---

def test_bodies_are_strict_json():
    for body in (b"", b"{", b"[]", b"\"x\"", b"{}{}", b"{\"login\":\"a\",\"login\":\"b\",\"password\":\"c\"}",
                 b"{\"login\":\"a\",\"password\":\"b\",\"more\":1}", b"{\"login\":1,\"password\":\"b\"}",
                 b"{\"login\":\"a\"}", b"{\"login\":null,\"password\":\"b\"}", b"\xff\xfe", b"{\"a\":NaN}",
                 b"{\"login\":\"\\ud800\",\"password\":\"b\"}", b"[" * 100, b"nul\0"):
        check(S.ask("POST", "/v1/login", body, JSON), 400, "malformed")


def test_bodies_need_their_type():
    body = json.dumps({"login": "a", "password": "b"})
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        check(S.ask("POST", "/v1/login", body, {"Content-Type": kind}), 415, "unsupported_media_type")
    check(S.ask("POST", "/v1/login", body, {"Content-Type": "Application/JSON; charset=utf-8"}), 401)


def test_bodies_have_a_limit():
    def login(length):
        body = json.dumps({"login": "a", "password": ""})
        return body[:-2] + "x" * (length - len(body)) + body[-2:]
    check(S.ask("POST", "/v1/login", login(65536), JSON), 401)
    check(S.ask("POST", "/v1/login", login(65537), JSON), 413, "too_large")
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    head = (b"POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n")
    assert S.raw(head + chunk + chunk + b"0\r\n\r\n").startswith(b"HTTP/1.1 413"), "chunked as well"


def test_bodies_are_never_unpacked():
    """Nothing small grows large: what is packed is no JSON."""
    body = json.dumps({"login": "a", "password": "x" * 60000}).encode()
    for coding, packed in (("gzip", gzip.compress(body)), ("deflate", zlib.compress(body))):
        headers = {**JSON, "Content-Encoding": coding}
        check(S.ask("POST", "/v1/login", packed, headers), 400, "malformed")
    head = base64.urlsafe_b64encode(b'{"alg":"EdDSA","typ":"at+jwt","zip":"DEF"}').rstrip(b"=")
    payload = base64.urlsafe_b64encode(zlib.compress(b"a" * (1 << 20))).rstrip(b"=")
    token = b".".join((head, payload, b"A" * 86)).decode()
    check(S.ask("GET", "/v1/me", token=token), 401, "invalid_token")


def test_problems_are_of_rfc_9457():
    answer = check(S.ask("GET", "/v1/nothing"), 404, "not_found")
    same(answer.header("Content-Type"), "application/problem+json")
    found = answer.json
    same((found["status"], found["type"], found["instance"]),
         (404, "/problems/not-found", "/v1/nothing"))
    same(found["request_id"], answer.header("Lanyard-Request-Id"))
    answer = check(S.ask("PUT", "/v1/me"), 405, "method_not_allowed")
    same(answer.header("Allow"), "GET, PATCH, DELETE")


def test_every_401_has_its_challenge():
    bare = check(S.ask("GET", "/v1/me"), 401, "no_credential")
    same(bare.header("WWW-Authenticate"), 'Bearer realm="lanyardd"')
    wrong = check(S.ask("GET", "/v1/me", token="abc"), 401, "invalid_token")
    assert 'error="invalid_token"' in wrong.header("WWW-Authenticate")
    client = check(S.ask("GET", "/v1/revocations"), 401, "invalid_client")
    same(client.header("WWW-Authenticate"), 'Basic realm="lanyardd"')


def test_two_credentials_are_refused():
    token = S.register()["access_token"]
    twice = (f"GET /v1/me HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n"
             f"Authorization: Bearer {token}\r\nConnection: close\r\n\r\n")
    assert S.raw(twice.encode()).startswith(b"HTTP/1.1 400"), "two Authorization fields"
    check(S.ask("GET", "/v1/me", headers={"Authorization": "Bearer"}), 400, "malformed")
    for bad in ("!!!", "a,b", "a=b", '"a"', "\xe9"):
        check(S.ask("GET", "/v1/me", headers={"Authorization": f"Bearer {bad}"}), 401, "invalid_token")
    check(S.ask("GET", "/v1/me", headers={"Authorization": f"Bearer {token} x"}), 400, "malformed")


def test_t56_tokens_in_the_url_do_not_count():
    token = S.register()["access_token"]
    for name in ("access_token", "token", "x-access-token"):
        check(S.ask("GET", f"/v1/me?{name}={token}"), 401, "no_credential")


def test_token_answers_are_not_stored():
    same(S.login(S.register()["name"]).header("Cache-Control"), "no-store")


def test_head_is_get_without_a_body():
    answer = check(S.ask("HEAD", "/.well-known/jwks.json"), 200)
    same(answer.body, b"")


def test_jwks_has_an_etag_and_no_secret():
    answer = check(S.ask("GET", "/.well-known/jwks.json"), 200)
    same(answer.header("Cache-Control"), "public, max-age=300")
    for key in answer.json["keys"]:
        assert "d" not in key and "k" not in key
    check(S.ask("GET", "/.well-known/jwks.json", headers={"If-None-Match": answer.header("ETag")}), 304)


def test_openapi_tells_of_every_route():
    document = check(S.ask("GET", "/openapi.json"), 200).json
    same(document["openapi"], "3.1.0")
    table = (ROOT / "server/api/routes.c").read_text()
    rows = set(re.findall(r'\{ "([A-Z]+)", "(/[^"]*)"', table))
    told = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert rows, "the table of routes was not found"
    same(told, rows)


def test_the_page_tells_of_every_route_and_code():
    page = (ROOT / "docs/api.md").read_text()
    for method, path in re.findall(r'\{ "([A-Z]+)", "(/[^"]*)"', (ROOT / "server/api/routes.c").read_text()):
        assert path in page, f"docs/api.md does not tell of {method} {path}"
    table = (ROOT / "server/base/status.h").read_text()
    for status, code in re.findall(r'X\(E_\w+, (\d+), "(\w+)"', table):
        told = f"| {status} | `{code}` |" in page
        assert told or code in ("schema", "config", "not_acceptable"), f"docs/api.md lacks {code}"


# --- smuggling shapes (T40) ---

def test_smuggling_shapes_are_refused():
    tail = b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"
    shapes = {
        "length and coding": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "two lengths": b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "the same length twice": b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        "a list of lengths": b"Content-Length: 5, 5\r\n\r\nhello",
        "a signed length": b"Content-Length: +5\r\n\r\nhello",
        "two codings": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "another coding": b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "a coding of another name": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "a space before the colon": b"Content-Length : 5\r\n\r\nhello",
        "a second host": b"Host: b\r\n\r\n",
    }
    for name, shape in shapes.items():
        got = S.raw(b"POST /v1/login HTTP/1.1\r\nHost: a\r\n" + shape + tail)
        assert got.startswith(b"HTTP/1.1 400"), f"{name}: {got[:60]}"
        assert b"HTTP/1.1 2" not in got and got.count(b"Lanyard-Request-Id") <= 1, f"{name}: {got}"
        assert b"Connection: close" in got, f"{name} leaves the connection open"


def test_other_broken_requests_are_refused():
    for data in (b"GET /livez HTTP/1.1\r\n\r\n", b"GET /livez HTTP/1.0\r\n\r\n",
                 b"GET livez HTTP/1.1\r\nHost: a\r\n\r\n", b"GET http://b/livez HTTP/1.1\r\nHost: a\r\n\r\n",
                 b"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n",
                 b"GET /livez?%4 HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /livez HTTP/1.1\r\nHost:\r\n\r\n"):
        got = S.raw(data)
        assert got.startswith(b"HTTP/1.1 400"), f"{data}: {got[:80]}"
    many = b"".join(b"X-%d: 1\r\n" % n for n in range(65))
    assert S.raw(b"GET /livez HTTP/1.1\r\nHost: a\r\n" + many + b"\r\n").startswith(b"HTTP/1.1 431")


def test_requests_may_be_pipelined():
    one = b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"
    same(S.raw(one * 3).count(b"HTTP/1.1 200"), 3)


# --- B1 to B10 ---

def test_b01_nobody_logs_in_without_a_password():
    name = S.register()["name"]
    check(S.ask("GET", f"/v1/login?login={name}"), 405)
    check(S.ask("POST", "/v1/login", {"login": name}), 400, "malformed")
    check(S.ask("POST", "/v1/login", {"login": name, "password": ""}), 401, "invalid_credentials")


def test_b02_every_token_ends():
    for answer in (S.register(), S.refresh(S.register()["refresh_token"]).json):
        claims = claims_of(answer["access_token"])
        same((answer["expires_in"], claims["exp"] - claims["iat"]), (900, 900))
        assert abs(claims["iat"] - time.time()) < 5, claims


def test_b02_a_token_counts_until_its_exp_and_no_longer():
    """Under a secret that the test knows, the same token but for exp."""
    secret = b"0123456789abcdef0123456789abcdef"
    with tempfile.NamedTemporaryFile("wb", suffix=".secret") as file:
        file.write(secret)
        file.flush()
        server = Server(alg="HS256", secret_file=file.name)
    try:
        token = server.register()["access_token"]
        header = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
        claims, now = claims_of(token), int(time.time())
        for exp, reason in ((now + 60, None), (now, "expired"), (now - 1, "expired"), (None, "")):
            changed = {**claims, "iat": now - 900, "exp": exp}
            if exp is None:
                del changed["exp"]
            made = token_of(header, changed, secret)
            for path in ("/v1/me", "/v1/verify", "/v1/sessions"):
                same((exp, path, server.ask("GET", path, token=made).status),
                     (exp, path, 401 if reason is not None else 200))
            if reason is not None:
                answer = check(server.ask("GET", "/v1/me", token=made), 401, "invalid_token")
                same(answer.json.get("reason", ""), reason)
    finally:
        server.close()


def test_b03_a_claim_alone_makes_no_administrator():
    user = S.register()
    head, body, signature = user["access_token"].split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims.update(roles=["admin"], adminStatus=True)
    forged = ".".join((head, b64(json.dumps(claims).encode()), signature))
    check(S.ask("GET", "/v1/verify?roles=admin", token=forged), 401)
    check(S.ask("GET", "/v1/verify?roles=admin", token=user["access_token"]), 403)


def test_b04_a_token_opens_its_own_door_only():
    user = S.register()
    check(S.ask("GET", "/v1/me", token=user["refresh_token"]), 401, "invalid_token")
    check(S.refresh(user["access_token"]), 401, "invalid_token")


def test_b05_no_error_hides_behind_200():
    for answer in (S.login("nobody"), S.refresh("x"), S.ask("GET", "/v1/me"), S.ask("GET", "/none")):
        assert answer.status >= 400 and answer.json["status"] == answer.status


def test_b06_exceptions_are_not_told():
    for answer in (S.ask("POST", "/v1/login", b"{", JSON), S.ask("GET", "/v1/sessions/x"),
                   S.login("'; DROP TABLE users; --"), S.login("a" * 60000)):
        text = answer.body.decode()
        assert not re.search(r"sqlite|SQL|syntax error at|Traceback|\.c:|/server/", text), text


def test_b06_what_is_wrong_with_the_machine_is_for_its_log():
    """Tables that somebody took away: a 5xx says its code alone, the log has the request and why."""
    server = Server()
    try:
        user, client = server.register(), server.client("introspect:any")
        server.execute("ALTER TABLE users RENAME TO gone")
        server.execute("ALTER TABLE oauth_clients RENAME TO gone_as_well")
        failed = [server.ask("GET", "/v1/me", token=user["access_token"]), server.login(user["name"]),
                  server.refresh(user["refresh_token"]),
                  server.ask("POST", "/oauth/introspect", form={"token": "x"}, basic=client)]
        for answer in failed:
            assert answer.status in (500, 503), f"{answer.status} {answer.body}"
            told = set(answer.json) - {"type", "title", "status", "code", "instance", "request_id"}
            assert told <= {"error"}, answer.body
            line = [json.loads(line) for line in server.read_log().splitlines()
                    if answer.header("Lanyard-Request-Id") in line and '"failed"' in line]
            assert line and line[0]["detail"], "the log does not say why"
        same(failed[-1].json["error"], "server_error")
    finally:
        server.close()


def test_b07_who_asks_stands_in_the_token():
    mine, theirs = S.register(), S.register()
    body = {"uid": theirs["user"]["id"], "profile": {"mine": True}}
    check(S.ask("PATCH", "/v1/me", body, token=mine["access_token"]), 400, "malformed")
    me = S.ask("GET", f"/v1/me?uid={theirs['user']['id']}", token=mine["access_token"]).json
    same(me["id"], mine["user"]["id"])


def test_b08_there_is_a_logout():
    token = S.register()["access_token"]
    check(S.ask("POST", "/v1/logout", token=token), 200)
    check(S.ask("GET", "/v1/me", token=token), 401, "session_ended")


def test_b09_algorithms_are_pinned():
    user = S.register()
    head, body, signature = user["access_token"].split(".")
    header = json.loads(base64.urlsafe_b64decode(head + "=="))
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    key = S.ask("GET", "/.well-known/jwks.json").json["keys"][0]
    public = base64.urlsafe_b64decode(key["x"] + "==")
    for alg in ("none", "None", "HS256", "HS512", "RS256"):
        forged = token_of({**header, "alg": alg}, claims, public)
        check(S.ask("GET", "/v1/me", token=forged), 401, "invalid_token")
    unsigned = b64(json.dumps({"alg": "none", "typ": "at+jwt"}).encode()) + "." + body + "."
    assert S.ask("GET", "/v1/me", token=unsigned).status in (400, 401)


def test_b10_nothing_is_written_for_who_only_knows_an_id():
    user = S.register()
    before = S.ask("GET", "/v1/sessions", token=user["access_token"]).json
    S.ask("PATCH", "/v1/me", {"profile": {}})
    S.ask("DELETE", "/v1/sessions/" + user["session"]["id"])
    S.ask("POST", "/v1/logout", {"scope": "all"})
    same(S.ask("GET", "/v1/sessions", token=user["access_token"]).json, before)


def test_t36_the_administrator_is_not_on_the_public_listener():
    for path in ("/metrics", "/version", "/admin/v1/users", "/v1/users", "/users"):
        check(S.ask("GET", path), 404)
    user = {"username": "r-1", "password": PASSWORD, "roles": ["admin"]}
    check(S.ask("POST", "/v1/register", user), 400, "malformed")


if __name__ == "__main__":
    main(globals(), S)
