#!/usr/bin/python3
"""Introspection, revocation and the tape, for OAuth clients."""
import base64
import hashlib
import hmac
import json
import threading
import time

from kit import SLOWER, Server, check, main, same

S = Server()
ANY = S.client("introspect:any revoke:any revocations")
PLAIN = S.client()
OWN = ("first-party", None)


def introspect(token, basic=ANY, **more):
    return S.ask("POST", "/oauth/introspect", form={"token": token, **more}, basic=basic)


def test_introspection_tells_of_a_live_token():
    user = S.register()
    answer = check(introspect(user["access_token"], token_type_hint="access_token"), 200)
    found = answer.json
    same((found["active"], found["sub"], found["sid"]),
         (True, user["user"]["id"], user["session"]["id"]))
    same(found["exp"] - found["iat"], 900)
    same(answer.header("Cache-Control"), "no-store")


def test_introspection_of_what_has_ended_is_inactive_and_no_more():
    user = S.register()
    S.ask("POST", "/v1/logout", token=user["access_token"])
    for token in (user["access_token"], user["refresh_token"], "nonsense", "lr1.nonsense", "a.b.c"):
        same(check(introspect(token), 200).json, {"active": False})


def test_introspection_of_others_needs_the_scope():
    user = S.register()
    same(introspect(user["access_token"], PLAIN).json, {"active": False})
    same(introspect(user["refresh_token"], PLAIN).json, {"active": False})
    same(introspect(user["refresh_token"]).json["active"], True)


def test_clients_must_be_known():
    token = S.register()["access_token"]
    identifier, secret = ANY
    for basic in ((identifier, secret + "x"), (identifier, ""), ("nobody", secret), ("", ""),
                  (secret, identifier)):
        answer = check(introspect(token, basic), 401)
        same(answer.json["error"], "invalid_client")
        same(answer.header("WWW-Authenticate"), 'Basic realm="lanyardd"')
    same(check(introspect(token, None), 401).json["error"], "invalid_client")
    for header in ("Basic", "Basic ", "Basic !!!!", "Basic YWJj", "Bearer abc"):
        answer = S.ask("POST", "/oauth/introspect", form={"token": token},
                       headers={"Authorization": header})
        check(answer, 401)


def test_client_assertions_authenticate_nobody():
    """Whom an assertion is for matters where one is read: here a client has its secret alone."""
    user = S.register()
    part = base64.urlsafe_b64encode
    for audience in ("https://a.example", ["https://a.example", S.address]):
        claims = {"iss": ANY[0], "sub": ANY[0], "aud": audience, "exp": 4102444800, "jti": "1"}
        signed = b".".join(part(json.dumps(item).encode()).rstrip(b"=")
                           for item in ({"alg": "HS256", "typ": "JWT"}, claims))
        mac = part(hmac.new(ANY[1].encode(), signed, hashlib.sha256).digest()).rstrip(b"=")
        form = {"token": user["access_token"], "client_id": ANY[0],
                "client_assertion": (signed + b"." + mac).decode(),
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}
        for path in ("/oauth/introspect", "/oauth/revoke"):
            same(check(S.ask("POST", path, form=form), 401).json["error"], "invalid_client")
    check(S.ask("GET", "/v1/me", token=user["access_token"]), 200)


def test_disabled_client_is_refused():
    client = S.client("introspect:any")
    token = S.register()["access_token"]
    check(introspect(token, client), 200)
    S.admin("clients", "disable", client[0])
    check(introspect(token, client), 401)


def test_forms_are_of_rfc_6749():
    same(check(introspect(""), 400).json["error"], "invalid_request")
    answer = S.ask("POST", "/oauth/introspect", "token=a&token=b",
                   {"Content-Type": "application/x-www-form-urlencoded"}, basic=ANY)
    same(check(answer, 400).json["error"], "invalid_request")
    answer = S.ask("POST", "/oauth/introspect", {"token": "a"}, basic=ANY)
    same(check(answer, 400).json["error"], "invalid_request")
    check(S.ask("GET", "/oauth/introspect", basic=ANY), 405)


def test_what_no_handler_sees_is_of_rfc_6749_too():
    """Under /oauth; elsewhere it is a problem of RFC 9457."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = "token=" + "x" * (65537 - len("token="))
    many = {f"X-{n}": "1" for n in range(65)}
    asks = ((413, "too_large", lambda path: S.ask("POST", path, body, form)),
            (431, "headers_too_large", lambda path: S.ask("POST", path, "token=x", {**form, **many})),
            (400, "malformed", lambda path: S.ask("POST", path, "token=x", {**form, "X-Name": "\x7f"})))
    for status, code, ask in asks:
        for path in ("/oauth/introspect", "/oauth/revoke", "/oauth/none"):
            answer = check(ask(path), status)
            same((answer.json["error"], answer.header("Content-Type")), ("invalid_request", "application/json"))
            assert answer.json["error_description"] and "type" not in answer.json
        answer = check(ask("/v1/refresh"), status, code)
        same(answer.header("Content-Type"), "application/problem+json")


def test_revocation_ends_the_session():
    for kind in ("access_token", "refresh_token"):
        user = S.register()
        answer = check(S.ask("POST", "/oauth/revoke", form={"token": user[kind]}, basic=ANY), 200)
        same(answer.body, b"")
        check(S.ask("GET", "/v1/me", token=user["access_token"]), 401, "session_ended")
        check(S.refresh(user["refresh_token"]), 401, "session_ended")
        check(S.ask("POST", "/oauth/revoke", form={"token": user[kind]}, basic=ANY), 200)


def test_revocation_of_nonsense_is_200():
    for token in ("nonsense", "lr1.nonsense", "a.b.c"):
        check(S.ask("POST", "/oauth/revoke", form={"token": token}, basic=ANY), 200)


def test_revocation_of_others_needs_the_scope():
    user = S.register()
    for kind in ("access_token", "refresh_token"):
        answer = S.ask("POST", "/oauth/revoke", form={"token": user[kind]}, basic=PLAIN)
        same(check(answer, 400).json["error"], "unauthorized_client")
    check(S.ask("GET", "/v1/me", token=user["access_token"]), 200)


# --- the tape ---

def feed(query="", basic=ANY):
    answer = check(S.ask("GET", "/v1/revocations" + query, basic=basic), 200)
    same(answer.header("Content-Type"), "application/x-ndjson")
    head, *entries = [json.loads(line) for line in answer.body.decode().splitlines()]
    return head, entries


def since(head):
    return f"?since={head['epoch']}:{head['seq']}"


def test_feed_needs_the_scope():
    check(S.ask("GET", "/v1/revocations", basic=PLAIN), 403, "forbidden")
    check(S.ask("GET", "/v1/revocations", token=S.register()["access_token"]), 401, "invalid_client")


def test_feed_tells_what_ended():
    before, _ = feed()
    user = S.register()
    S.ask("POST", "/v1/logout", token=user["access_token"])
    head, entries = feed(since(before))
    same([(entry["kind"], entry["key"]) for entry in entries], [("sid", user["session"]["id"])])
    same(entries[0]["seq"], head["seq"])
    assert entries[0]["expires"] >= time.time() + 890, "an entry outlives the tokens it names"
    same(feed(since(head))[1], [])
    _, whole = feed()
    assert entries[0] in whole, "a snapshot has it too"


def test_feed_of_another_epoch_is_a_snapshot():
    head, whole = feed()
    assert whole, "the tests before this one ended sessions"
    same(feed(f"?since={'A' * 22}:{head['seq']}")[1], whole)


def test_feed_refuses_what_it_cannot_read():
    for query in ("?since=x", "?since=:1", f"?since={'A' * 22}:", f"?since={'A' * 22}:-1",
                  "?wait_ms=x", "?wait_ms=" + "9" * 40, "?wait_ms=60001", "?since=a:1&since=a:1"):
        check(S.ask("GET", "/v1/revocations" + query, basic=ANY), 400, "malformed")


def test_feed_waits_for_news():
    head, _ = feed()
    user = S.register()
    found = []
    thread = threading.Thread(target=lambda: found.append(
        (feed(since(head) + "&wait_ms=20000"), time.monotonic())))
    thread.start()
    time.sleep(0.5)
    same(found, [])
    S.ask("POST", "/v1/logout", token=user["access_token"])
    ended = time.monotonic()
    thread.join(10)
    (_, entries), heard = found[0]
    same(entries[0]["key"], user["session"]["id"])
    assert heard - ended < SLOWER, f"the news took {heard - ended:.2f} s"


def test_feed_waits_no_longer_than_asked():
    head, _ = feed()
    start = time.monotonic()
    same(feed(since(head) + "&wait_ms=700")[1], [])
    assert 0.6 < time.monotonic() - start < 3


def test_a_hundred_wait_without_holding_up_a_login():
    head, _ = feed()
    threads = [threading.Thread(target=feed, args=(since(head) + "&wait_ms=20000",))
               for _ in range(100)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    start = time.monotonic()
    user = S.register()
    assert time.monotonic() - start < 2 * SLOWER, "a registration waited behind the long polls"
    S.ask("POST", "/v1/logout", token=user["access_token"])
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive(), "a long poll did not hear the news"


if __name__ == "__main__":
    main(globals(), S)
