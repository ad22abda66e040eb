#!/usr/bin/python3
"""Accounts and sessions as an application sees them."""
import base64
import json
import time

from kit import PASSWORD, Server, check, main, same

S = Server()


def claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_register_answers_with_tokens():
    user = S.register(profile={"color": "green"}, email="Someone@example.org",
                      device={"id": "d1", "label": "a phone"})
    same(user["token_type"], "Bearer")
    same(user["expires_in"], 900)
    same(user["user"]["email"], "Someone@example.org")
    same(user["user"]["email_verified"], False)
    me = check(S.ask("GET", "/v1/me", token=user["access_token"]), 200).json
    same((me["username"], me["profile"]), (user["name"], {"color": "green"}))
    items = S.ask("GET", "/v1/sessions", token=user["access_token"]).json["items"]
    same(items[0]["device"], {"id": "d1", "label": "a phone"})


def test_access_token_is_of_rfc_9068():
    token = S.register()["access_token"]
    found = claims(token)
    head = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    same((head["alg"], head["typ"]), ("EdDSA", "at+jwt"))
    same(sorted(found), ["aud", "auth_time", "client_id", "exp", "iat", "iss", "jti", "roles", "sid",
                         "sub"])
    same(found["exp"] - found["iat"], 900)


def test_register_refuses_taken_names_and_addresses():
    user = S.register(email="taken@example.org")
    taken = {"username": user["name"].upper(), "password": PASSWORD}
    check(S.ask("POST", "/v1/register", taken), 409, "username_taken")
    taken = {"email": "TAKEN@example.org", "password": PASSWORD}
    check(S.ask("POST", "/v1/register", taken), 409, "email_taken")


def test_register_refuses_bad_names():
    for name in ("with space", "ü", "x" * 65, "nul\0"):
        body = {"username": name, "password": PASSWORD}
        check(S.ask("POST", "/v1/register", body), 422, "invalid_username")
    body = {"email": "no-at", "password": PASSWORD}
    check(S.ask("POST", "/v1/register", body), 422, "invalid_email")
    assert S.ask("POST", "/v1/register", {"password": PASSWORD}).status == 422


def test_register_refuses_weak_passwords():
    for password in ("short", "aaaaaaaaaaaaaaaaaaaa", "qwertyuiopasdfgh", "x" * 1025,
                     "the name weakling-1 is in it"):
        body = {"username": "weakling-1", "password": password}
        answer = check(S.ask("POST", "/v1/register", body), 422, "weak_password")
        assert answer.json["reason"], "it must say why"


def test_login_by_name_and_by_address():
    user = S.register(email="both@example.org")
    check(S.login(user["name"]), 200)
    check(S.login(user["name"].upper()), 200)
    check(S.login("BOTH@example.org"), 200)


def test_t03_login_tells_nobody_who_exists():
    user = S.register()
    known = check(S.login(user["name"], "not the pass phrase"), 401, "invalid_credentials").json
    unknown = check(S.login("nobody-at-all", "not the pass phrase"), 401).json
    for body in (known, unknown):
        del body["request_id"]
    same(known, unknown)


def test_refresh_rotates_and_repeats_within_grace():
    user = S.register()
    first = check(S.refresh(user["refresh_token"]), 200).json
    assert first["refresh_token"] != user["refresh_token"]
    again = check(S.refresh(user["refresh_token"]), 200).json
    same(again["refresh_token"], first["refresh_token"])
    same(again["session"]["id"], user["session"]["id"])
    check(S.ask("GET", "/v1/me", token=again["access_token"]), 200)


def test_refresh_shown_too_often_is_told_for_how_long():
    token = S.register()["refresh_token"]
    for _ in range(101):
        check(S.refresh(token), 200)
    answer = check(S.refresh(token), 429, "reissued_too_often")
    assert 1 <= int(answer.header("Retry-After")) <= 30


def test_t34_refresh_keeps_auth_time():
    user = S.register()
    before = claims(user["access_token"])["auth_time"]
    time.sleep(1.1)
    token = user["refresh_token"]
    for _ in range(5):
        answer = S.refresh(token).json
        token = answer["refresh_token"]
    same(claims(answer["access_token"])["auth_time"], before)


def test_reuse_two_generations_back_ends_the_session():
    user = S.register()
    second = S.refresh(user["refresh_token"]).json
    third = S.refresh(second["refresh_token"]).json
    check(S.refresh(user["refresh_token"]), 401, "refresh_reused")
    check(S.refresh(third["refresh_token"]), 401, "session_ended")
    check(S.ask("GET", "/v1/me", token=third["access_token"]), 401, "session_ended")


def test_logout_is_true_at_once():
    user = S.register()
    token = user["access_token"]
    same(check(S.ask("POST", "/v1/logout", token=token), 200).json["revoked"], 1)
    check(S.ask("GET", "/v1/me", token=token), 401, "session_ended")
    check(S.ask("GET", "/v1/verify", token=token), 401)
    check(S.refresh(user["refresh_token"]), 401, "session_ended")
    same(check(S.ask("POST", "/v1/logout", token=token), 200).json["revoked"], 0)


def test_logout_of_others_and_of_all():
    user = S.register()
    tokens = [S.login(user["name"]).json["access_token"] for _ in range(3)]
    same(S.ask("POST", "/v1/logout", {"scope": "others"}, token=tokens[0]).json["revoked"], 3)
    check(S.ask("GET", "/v1/me", token=tokens[0]), 200)
    check(S.ask("GET", "/v1/me", token=tokens[1]), 401, "session_ended")
    fresh = S.login(user["name"]).json["access_token"]
    same(S.ask("POST", "/v1/logout", {"scope": "all"}, token=fresh).json["revoked"], 2)
    check(S.ask("GET", "/v1/me", token=tokens[0]), 401, "session_ended")
    check(S.ask("GET", "/v1/me", token=S.login(user["name"]).json["access_token"]), 200)


def test_logout_needs_a_signature_that_holds():
    user = S.register()
    head, body, signature = user["access_token"].split(".")
    check(S.ask("POST", "/v1/logout"), 401, "no_credential")
    forged = ".".join((head, body, signature[:-4] + ("AAAA" if signature[-4:] != "AAAA" else "BBBB")))
    check(S.ask("POST", "/v1/logout", token=forged), 401, "invalid_token")
    check(S.ask("GET", "/v1/me", token=user["access_token"]), 200)


def test_sessions_are_listed_and_ended():
    user = S.register()
    other = S.login(user["name"]).json
    items = S.ask("GET", "/v1/sessions", token=user["access_token"]).json["items"]
    same([item["current"] for item in items], [True, False])
    assert items[0]["last_seen_at"].endswith("0:00.000000Z") or \
        items[0]["last_seen_at"].endswith("5:00.000000Z"), "last_seen_at in steps of five minutes"
    path = "/v1/sessions/" + other["session"]["id"]
    check(S.ask("DELETE", path, token=user["access_token"]), 204)
    check(S.ask("DELETE", path, token=user["access_token"]), 204)
    check(S.ask("GET", "/v1/me", token=other["access_token"]), 401, "session_ended")


def test_t35_sessions_of_others_are_not_there():
    mine, theirs = S.register(), S.register()
    path = "/v1/sessions/" + theirs["session"]["id"]
    check(S.ask("DELETE", path, token=mine["access_token"]), 404)
    check(S.ask("DELETE", "/v1/sessions/nonsense", token=mine["access_token"]), 404)
    check(S.ask("GET", "/v1/me", token=theirs["access_token"]), 200)


def test_password_change_ends_every_session():
    user = S.register()
    other = S.login(user["name"]).json
    body = {"current_password": PASSWORD, "new_password": "another phrase altogether"}
    fresh = check(S.ask("POST", "/v1/me/password", body, token=user["access_token"]), 200).json
    for old in (user, other):
        check(S.ask("GET", "/v1/me", token=old["access_token"]), 401, "session_ended")
        check(S.refresh(old["refresh_token"]), 401, "session_ended")
    check(S.ask("GET", "/v1/me", token=fresh["access_token"]), 200)
    check(S.login(user["name"]), 401, "invalid_credentials")
    check(S.login(user["name"], "another phrase altogether"), 200)


def test_password_change_needs_the_old_one():
    user = S.register()
    body = {"current_password": "not the pass phrase", "new_password": "another phrase altogether"}
    check(S.ask("POST", "/v1/me/password", body, token=user["access_token"]), 401,
          "invalid_credentials")
    check(S.ask("GET", "/v1/me", token=user["access_token"]), 200)


def test_t20_reauth_makes_another_session():
    user = S.register()
    fresh = check(S.ask("POST", "/v1/reauth", {"password": PASSWORD}, token=user["access_token"]),
                  200).json
    assert fresh["session"]["id"] != user["session"]["id"]
    check(S.ask("GET", "/v1/me", token=user["access_token"]), 401, "session_ended")
    check(S.refresh(user["refresh_token"]), 401, "session_ended")
    check(S.ask("GET", "/v1/me", token=fresh["access_token"]), 200)


def test_me_is_changed():
    user = S.register()
    name = user["name"] + "-b"
    body = {"username": name, "email": "changed@example.org", "profile": {"a": [1]}}
    me = check(S.ask("PATCH", "/v1/me", body, token=user["access_token"]), 200).json
    same((me["username"], me["email"], me["profile"]), (name, "changed@example.org", {"a": [1]}))
    for email in ("", " ", "no-at"):
        check(S.ask("PATCH", "/v1/me", {"email": email}, token=user["access_token"]), 422,
              "invalid_email")
    same(S.ask("GET", "/v1/me", token=user["access_token"]).json["email"], "changed@example.org")
    me = check(S.ask("PATCH", "/v1/me", {"email": None}, token=user["access_token"]), 200).json
    same(me["email"], None)
    check(S.login(name), 200)


def test_deleted_user_is_gone():
    user = S.register()
    check(S.ask("DELETE", "/v1/me", token=user["access_token"]), 204)
    check(S.ask("GET", "/v1/me", token=user["access_token"]), 401)
    check(S.login(user["name"]), 401, "invalid_credentials")
    check(S.refresh(user["refresh_token"]), 401)


def test_disabled_user_is_out_at_once():
    user = S.register()
    S.admin("users", "disable", user["name"])
    check(S.ask("GET", "/v1/me", token=user["access_token"]), 401, "session_ended")
    check(S.refresh(user["refresh_token"]), 401, "session_ended")
    check(S.login(user["name"]), 403, "account_disabled")
    check(S.login(user["name"], "not the pass phrase"), 401, "invalid_credentials")
    S.admin("users", "enable", user["name"])
    check(S.login(user["name"]), 200)


def test_ended_stays_ended_after_restarts():
    user = S.register()
    kept = S.login(user["name"]).json
    S.ask("POST", "/v1/logout", token=user["access_token"])
    S.stop(9)
    S.start()
    check(S.ask("GET", "/v1/me", token=user["access_token"]), 401, "session_ended")
    check(S.ask("GET", "/v1/me", token=kept["access_token"]), 200)
    same(S.stop(), 0)
    S.start()
    check(S.refresh(user["refresh_token"]), 401, "session_ended")
    check(S.refresh(kept["refresh_token"]), 200)


if __name__ == "__main__":
    main(globals(), S)
