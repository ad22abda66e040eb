"""lanyard.flask the tutorial's way: tokens of SECRET_KEY, sessions that end when they are ended."""

import base64

import pytest

import lanyard.jwt
from lanyard.flask import Lanyard

from conftest import PASSWORD
from world import CONFIG, World, make


def test_token_lives_900_seconds(world):
    tokens = world.register()
    assert tokens["expires_in"] == 900
    world.wait(899)
    assert world.get("/who", tokens).status_code == 200
    world.wait(1)
    answer = world.get("/who", tokens)
    assert answer.get_json()["reason"] == "expired"
    assert answer.get_json()["where"] == "claim:exp"
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_any_jwt_library_reads_the_token_with_secret_key(world):
    claims = lanyard.jwt.decode(world.register()["access_token"], CONFIG["SECRET_KEY"],
                                algorithms=["HS256"], audience="shop",
                                options={"verify_exp": False, "verify_iat": False})
    assert claims["exp"] - claims["iat"] == 900
    assert set(claims) == {"iss", "aud", "sub", "sid", "jti", "iat", "exp", "auth_time", "roles",
                           "client_id"}


def test_no_credential_is_challenged_without_an_error(world):
    answer = world.get("/who")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="shop"')


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "e30.e30.", "\x7f", "a" * 20000])
def test_malformed_token_is_401(world, token):
    assert world.get("/who", headers={"Authorization": "Bearer " + token}).status_code == 401


def test_token_of_algorithm_none_is_refused(world):
    parts = world.register()["access_token"].split(".")
    head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt"}').decode().rstrip("=")
    token = f"{head}.{parts[1]}."
    assert world.code("/who", {"access_token": token}) == (401, "invalid_token")


def test_refresh_token_is_no_access_token(world):
    tokens = world.register()
    assert world.code("/who", {"access_token": tokens["refresh_token"]}) == (401, "invalid_token")


def test_plain_jwt_of_the_same_secret_is_no_access_token(world):
    token = lanyard.jwt.encode({"sub": "x", "sid": "y", "exp": 1_900_000_000},
                               CONFIG["SECRET_KEY"], "HS256")
    assert world.code("/who", {"access_token": token}) == (401, "invalid_token")


def test_short_secret_is_refused_without_being_printed(database):
    app = make(database, LANYARD_SECRET_KEY="mysecret")
    with pytest.raises(RuntimeError, match="8 bytes where HS256 needs 32") as caught:
        Lanyard(app)
    assert "mysecret" not in str(caught.value)


def test_old_secret_still_counts_as_a_fallback(database):
    app = make(database)
    world = World(app, Lanyard(app))
    tokens = world.register()
    again = make(database, SECRET_KEY_FALLBACKS=[CONFIG["SECRET_KEY"]],
                 LANYARD_SECRET_KEY="another secret of thirty-two bytes")
    other = World(again, Lanyard(again))
    assert other.get("/auth/me", tokens).status_code == 200
    fresh = other.client.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert world.get("/auth/me", fresh.get_json()).status_code == 401


def test_logout_is_true_at_once(world):
    tokens = world.register()
    assert world.get("/auth/logout", tokens, "POST").get_json() == {"revoked": 1}
    answer = world.get("/who", tokens)
    assert (answer.get_json()["code"], answer.get_json()["reason"]) == (
        "session_ended", "user_logout")


def test_logout_with_an_expired_token_still_ends_its_session(world):
    tokens = world.register()
    world.wait(5000)
    assert world.get("/auth/logout", tokens, "POST").get_json() == {"revoked": 1}
    body = {"refresh_token": tokens["refresh_token"]}
    assert world.code("/auth/refresh", method="POST", json=body) == (401, "session_ended")


def test_token_of_an_ended_session_logs_nobody_out(world):
    """A stolen one least of all, by whichever credential."""
    stolen = world.register()
    world.get("/auth/logout", stolen, "POST")
    mine = world.client.post("/auth/login", json={"login": "ada", "password": PASSWORD}).get_json()
    for scope in ("all", "others"):
        assert world.code("/auth/logout", stolen, "POST", json={"scope": scope}) == (
            401, "session_ended")
        body = {"scope": scope, "refresh_token": stolen["refresh_token"]}
        assert world.code("/auth/logout", method="POST", json=body) == (401, "session_ended")
    assert world.get("/who", mine).status_code == 200
    assert world.get("/auth/logout", stolen, "POST").get_json() == {"revoked": 0}


def test_logout_with_a_forged_token_ends_nothing(world):
    tokens = world.register()
    forged = {"access_token": tokens["access_token"][:-8] + "AAAAAAAA"}
    assert world.code("/auth/logout", forged, "POST") == (401, "invalid_token")
    assert world.get("/who", tokens).status_code == 200


def test_logout_with_the_refresh_token_ends_the_session(world):
    tokens = world.register()
    body = {"refresh_token": tokens["refresh_token"]}
    assert world.get("/auth/logout", method="POST", json=body).get_json() == {"revoked": 1}
    assert world.get("/auth/logout", method="POST", json=body).get_json() == {"revoked": 0}
    assert world.code("/who", tokens) == (401, "session_ended")


def test_view_may_skip_the_session_and_no_other_profits(world):
    tokens = world.register()
    world.get("/auth/logout", tokens, "POST")
    assert world.get("/cheap", tokens).status_code == 200
    assert world.get("/who", tokens).status_code == 401


def test_password_change_ends_every_session_and_gives_a_new_one(world):
    first = world.register()
    second = world.client.post("/auth/login", json={"login": "ada", "password": PASSWORD}).get_json()
    new = world.get("/auth/password", first, "POST", json={
        "current_password": PASSWORD, "new_password": "another long enough one"}).get_json()
    assert world.code("/who", first) == world.code("/who", second) == (401, "session_ended")
    assert world.get("/who", new).status_code == 200
    assert world.code("/auth/login", method="POST", json={
        "login": "ada", "password": PASSWORD}) == (401, "invalid_credentials")


def test_disabled_user_is_out(world):
    tokens = world.register()
    with world.app.app_context():
        accounts = world.lanyard.backend.accounts
        assert accounts.set_disabled(accounts.find("ada").id, True) == 1
    assert world.code("/who", tokens) == (401, "session_ended")
    assert world.code("/auth/login", method="POST", json={
        "login": "ada", "password": PASSWORD}) == (403, "account_disabled")


def test_sessions_are_listed_and_one_of_them_ended(world):
    mine = world.register()
    other = world.client.post("/auth/login", json={
        "login": "ADA", "password": PASSWORD, "device": {"label": "phone"}}).get_json()
    items = world.get("/auth/sessions", mine).get_json()["items"]
    assert {(one["id"], one["current"], one["device"]) for one in items} == {
        (mine["session"]["id"], True, ""), (other["session"]["id"], False, "phone")}
    path = "/auth/sessions/" + other["session"]["id"]
    assert world.get(path, mine, "DELETE").status_code == 204
    assert world.code("/who", other) == (401, "session_ended")


def test_nobody_ends_a_stranger_s_session(world):
    mine, strange = world.register(), world.register("eve")
    path = "/auth/sessions/" + strange["session"]["id"]
    assert world.code(path, mine, "DELETE") == (404, "not_found")
    assert world.get("/who", strange).status_code == 200


def test_listeners_hear_of_reuse_after_the_commit(world):
    heard = []
    world.lanyard.on_session_end(lambda sid, user_id, reason: heard.append(reason))
    body = {"refresh_token": world.register()["refresh_token"]}
    world.client.post("/auth/refresh", json=body)
    world.wait(31)
    assert world.code("/auth/refresh", method="POST", json=body) == (401, "refresh_reused")
    assert heard == ["reuse"]
