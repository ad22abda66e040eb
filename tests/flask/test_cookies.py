"""lanyard.flask in cookie mode, from the side of a browser."""

import pytest
from flask import Flask

from lanyard.flask import Lanyard

from conftest import PASSWORD
from world import make


@pytest.fixture
def browser(world):
    """A client that logged in by cookie, and its answer."""
    client = world.app.test_client()
    answer = client.post("/auth/register", base_url="https://shop.example",
                         json={"username": "bob", "password": PASSWORD, "mode": "cookie"})
    assert "access_token" not in answer.get_json()
    return Browser(world, client, answer)


class Browser:
    base = "https://shop.example"

    def __init__(self, world, client, answer):
        self.world, self.client = world, client
        self.cookies = answer.headers.getlist("Set-Cookie")
        self.csrf = client.get_cookie("__Host-lanyard-csrf", domain="shop.example").value

    def send(self, method, path, csrf=True, **headers):
        if csrf:
            headers["X-CSRF-Token"] = self.csrf
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.open(path, method=method, base_url=self.base, headers=headers)


def test_cookies_carry_every_attribute(browser):
    access, refresh, csrf = browser.cookies
    assert access.startswith("__Host-lanyard-access=") and "Path=/;" in access + ";"
    assert all(word in access for word in ("Secure", "HttpOnly", "SameSite=Lax"))
    assert refresh.startswith("__Secure-lanyard-refresh=") and "Path=/auth;" in refresh
    assert all(word in refresh for word in ("Secure", "HttpOnly", "SameSite=Strict"))
    assert "HttpOnly" not in csrf and "SameSite=Strict" in csrf and "Secure" in csrf


def test_cookie_alone_reads_but_does_not_change(browser):
    assert browser.send("GET", "/who", csrf=False).status_code == 200
    refused = browser.send("POST", "/auth/logout", csrf=False)
    assert refused.get_json()["code"] == "cross_site"
    assert "X-CSRF-Token" in refused.get_json()["detail"]
    assert browser.send("GET", "/who").status_code == 200


@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-site"}])
def test_other_sites_are_refused_even_with_the_value(browser, headers):
    for path in ("/auth/refresh", "/auth/logout", "/pay"):
        assert browser.send("POST", path, **headers).get_json()["code"] == "cross_site"


def test_value_of_another_session_is_refused(browser, world):
    other = world.app.test_client()
    other.post("/auth/register", base_url=Browser.base, json={
        "username": "eve", "password": PASSWORD, "mode": "cookie"})
    browser.csrf = other.get_cookie("__Host-lanyard-csrf", domain="shop.example").value
    assert browser.send("POST", "/pay").get_json()["code"] == "cross_site"


def test_login_from_another_site_is_refused(world):
    assert world.code("/auth/login", method="POST", headers={"Origin": "https://evil.example"},
                      json={"login": "ada", "password": PASSWORD}) == (403, "cross_site")


def test_own_origin_renews_after_the_access_token_expired(browser, world):
    world.wait(901)
    assert browser.send("GET", "/who").get_json()["reason"] == "expired"
    answer = browser.send("POST", "/auth/refresh", Origin=Browser.base, Sec_Fetch_Site="same-origin")
    assert answer.status_code == 200 and "refresh_token" not in answer.get_json()
    assert browser.send("GET", "/who").status_code == 200


def test_refresh_cookie_alone_logs_out(browser, world):
    world.wait(901)
    browser.client.delete_cookie("__Host-lanyard-access", domain="shop.example")
    answer = browser.send("POST", "/auth/logout")
    assert answer.get_json() == {"revoked": 1}
    assert all("Max-Age=0" in cookie for cookie in answer.headers.getlist("Set-Cookie"))
    assert len(answer.headers.getlist("Set-Cookie")) == 3


def test_expired_access_cookie_logs_out_too(browser, world):
    world.wait(901)
    assert browser.send("POST", "/auth/logout").get_json() == {"revoked": 1}


def test_refused_refresh_takes_the_cookies_away(browser, world):
    world.wait(8 * 86400)
    answer = browser.send("POST", "/auth/refresh")
    assert answer.get_json()["code"] == "session_expired"
    assert len(answer.headers.getlist("Set-Cookie")) == 3


def test_script_knows_its_place_and_its_cookie(world):
    answer = world.get("/auth/lanyard.js")
    assert answer.mimetype == "text/javascript"
    assert '"/auth"' in answer.text and '"__Host-lanyard-csrf"' in answer.text


# Without cookies, and without a secret for them.


def on_lanyardd(**config):
    app = Flask("shop")
    app.config.update(LANYARD_SERVER="http://127.0.0.1:1", **config)
    Lanyard(app)
    return app


def test_no_secret_is_refused_where_cookies_count(database):
    for config in ({}, {"LANYARD_MODE": "cookie"}, {"LANYARD_LOCATIONS": "cookie"}):
        with pytest.raises(RuntimeError, match="SECRET_KEY is not set"):
            on_lanyardd(**config)
    with pytest.raises(RuntimeError, match="SECRET_KEY is not set"):
        Lanyard(make(database, SECRET_KEY=None, LANYARD_LOCATIONS="header"))
    with pytest.raises(ValueError, match="LANYARD_MODE is cookie"):
        on_lanyardd(LANYARD_MODE="cookie", LANYARD_LOCATIONS="header")


def test_nobody_gets_cookies_from_who_takes_none():
    app = on_lanyardd(LANYARD_LOCATIONS="header")
    client = app.test_client()
    answer = client.post("/auth/login", json={
        "login": "ada", "password": PASSWORD, "mode": "cookie"})
    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid")
    cookies = app.extensions["lanyard-states"][""].cookies
    client.set_cookie(cookies.refresh, "lr1.AAAA")
    client.set_cookie(cookies.access, "a.b.c")
    for path in ("/auth/refresh", "/auth/logout", "/auth/reauth"):
        refused = client.post(path, json={"password": PASSWORD} if path.endswith("auth") else None)
        assert (path, refused.get_json()["code"]) == (path, "no_credential")
    with pytest.raises(RuntimeError, match="LANYARD_LOCATIONS"):
        cookies.csrf_of("sid")
