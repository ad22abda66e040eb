"""lanyard.flask on a real lanyardd: what the embedded mode promises, by configuration alone."""

import time

import pytest
from flask import Flask

from lanyard.flask import Lanyard, current_session, current_user

from conftest import PASSWORD
from servers import Lanyardd, wait_until


def make(server, **config):
    app = Flask("shop")
    app.config.update(SECRET_KEY="s" * 40, LANYARD_SERVER=server.url,
                      LANYARD_CLIENT_ID=server.client_id,
                      LANYARD_CLIENT_SECRET_FILE=str(server.secret_file), **config)
    extension = Lanyard(app)

    @app.get("/who")
    @extension.required
    def who():
        return {"id": current_user.id, "name": current_user.username, "sid": current_session.sid}

    @app.get("/plain")
    @extension.required
    def plain():
        return {"sid": current_session.sid}

    @app.get("/admin")
    @extension.roles("admin")
    def admin():
        return {}

    @app.post("/pay")
    @extension.step_up(max_age=1)
    def pay():
        return {}

    with app.app_context():
        assert extension.backend.client.await_news()
    return app


@pytest.fixture(scope="module")
def app(lanyardd):
    return make(lanyardd)


def register(client, **more):
    answer = client.post("/auth/register", json={
        "username": f"u{time.time_ns()}", "password": PASSWORD, **more})
    assert answer.status_code == 201, answer.text
    return answer.get_json()


def bearer(tokens):
    return {"Authorization": "Bearer " + tokens["access_token"]}


def test_whole_life_of_a_session(app):
    client = app.test_client()
    tokens = register(client)
    assert tokens["expires_in"] == 900
    who = client.get("/who", headers=bearer(tokens)).get_json()
    assert (who["id"], who["name"]) == (tokens["user"]["id"], tokens["user"]["username"])
    renewed = client.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert renewed.get_json()["session"]["id"] == who["sid"]
    items = client.get("/auth/sessions", headers=bearer(tokens)).get_json()["items"]
    assert [item["id"] for item in items] == [who["sid"]]
    assert client.post("/auth/logout", headers=bearer(tokens)).get_json() == {"revoked": 1}
    refused = client.get("/who", headers=bearer(tokens))
    assert (refused.status_code, refused.get_json()["code"]) == (401, "session_ended")
    again = client.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert again.get_json()["code"] == "session_ended"


def test_token_of_an_ended_session_logs_nobody_out(app):
    client = app.test_client()
    stolen = register(client)
    client.post("/auth/logout", headers=bearer(stolen))
    mine = client.post("/auth/login", json={
        "login": stolen["user"]["username"], "password": PASSWORD}).get_json()
    for scope in ("all", "others"):
        for more in ({"headers": bearer(stolen), "json": {"scope": scope}},
                     {"json": {"scope": scope, "refresh_token": stolen["refresh_token"]}}):
            refused = client.post("/auth/logout", **more)
            assert (refused.status_code, refused.get_json()["code"]) == (401, "session_ended")
    assert client.get("/who", headers=bearer(mine)).status_code == 200


def test_cookie_mode_sets_the_application_s_own_cookies(app):
    client = app.test_client()
    base = "https://shop.example"
    answer = client.post("/auth/register", base_url=base, json={
        "username": f"u{time.time_ns()}", "password": PASSWORD, "mode": "cookie"})
    assert "access_token" not in answer.get_json()
    assert "Path=/auth;" in answer.headers.getlist("Set-Cookie")[1]
    csrf = client.get_cookie("__Host-lanyard-csrf", domain="shop.example").value
    assert client.get("/who", base_url=base).status_code == 200
    assert client.post("/auth/logout", base_url=base).get_json()["code"] == "cross_site"
    headers = {"X-CSRF-Token": csrf, "Origin": base}
    assert client.post("/auth/refresh", base_url=base, headers=headers).status_code == 200
    assert client.post("/auth/logout", base_url=base, headers=headers).get_json() == {"revoked": 1}
    assert client.get("/who", base_url=base).status_code == 401


def test_roles_come_from_the_administrator(app, lanyardd):
    client = app.test_client()
    tokens = register(client)
    assert client.get("/admin", headers=bearer(tokens)).get_json()["code"] == "forbidden"
    lanyardd.admin("users", "roles", tokens["user"]["username"], "admin user")
    tokens = client.post("/auth/login", json={
        "login": tokens["user"]["username"], "password": PASSWORD}).get_json()
    assert client.get("/admin", headers=bearer(tokens)).status_code == 200


def test_step_up_and_reauth(app):
    client = app.test_client()
    tokens = register(client)
    time.sleep(2.1)
    assert client.post("/pay", headers=bearer(tokens)).get_json()["code"] == "reauth_required"
    fresh = client.post("/auth/reauth", headers=bearer(tokens), json={"password": PASSWORD})
    assert client.post("/pay", headers=bearer(fresh.get_json())).status_code == 200
    assert client.get("/who", headers=bearer(tokens)).status_code == 401


def test_password_change_ends_the_others(app):
    client = app.test_client()
    tokens = register(client)
    changed = client.post("/auth/password", headers=bearer(tokens), json={
        "current_password": PASSWORD, "new_password": PASSWORD + " and more"})
    assert client.get("/who", headers=bearer(changed.get_json())).status_code == 200
    assert client.get("/who", headers=bearer(tokens)).status_code == 401


def test_problems_of_the_server_are_passed_on(app):
    client = app.test_client()
    answer = client.post("/auth/register", json={"username": "someone", "password": "short"})
    assert (answer.status_code, answer.get_json()["code"]) == (422, "weak_password")
    answer = client.post("/auth/login", json={"login": "nobody", "password": "wrong"})
    assert (answer.status_code, answer.get_json()["code"]) == (401, "invalid_credentials")
    assert "WWW-Authenticate" in answer.headers


def test_doctor_says_how_far_behind(app):
    result = app.test_cli_runner().invoke(args=["lanyard", "doctor"])
    assert "s behind" in result.output, result.output


def test_dead_server_is_503_for_calls_and_nothing_for_views(tmp_path):
    with Lanyardd(tmp_path / "own") as server:
        app = make(server, LANYARD_MAX_STALE=2)
        client = app.test_client()
        tokens = register(client)
        assert client.get("/plain", headers=bearer(tokens)).status_code == 200
        server.kill()
        killed = asked = time.monotonic()
        assert client.get("/plain", headers=bearer(tokens)).status_code == 200
        answer = client.get("/auth/sessions", headers=bearer(tokens))
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        while client.get("/plain", headers=bearer(tokens)).status_code == 200:
            asked = time.monotonic()
        assert asked - killed < 2.2  # of who was served last
        assert time.monotonic() - killed > 2  # the bound less a poll, and a second's wait for news
        assert client.get("/plain", headers=bearer(tokens)).status_code == 503
        server.start()
        wait_until(lambda: client.get("/plain", headers=bearer(tokens)).status_code == 200, 8,
                   "news")
