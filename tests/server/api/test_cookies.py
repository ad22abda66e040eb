#!/usr/bin/python3
"""Cookie mode: what the browser keeps, and from whose pages it counts (T20 to T22)."""
import itertools

from kit import PASSWORD, Server, check, main, same

S = Server()
ACCESS, REFRESH, CSRF = "__Host-lanyard-access", "__Secure-lanyard-refresh", "__Host-lanyard-csrf"
OWN = S.address


class Browser:
    """Keeps cookies by path, as a browser does, and sends what a page of that origin would."""

    def __init__(self):
        self.jar = {}
        self.csrf = None

    def take(self, answer):
        for name, (value, attributes) in answer.cookies().items():
            if "Max-Age=0" in attributes:
                self.jar.pop(name, None)
            else:
                self.jar[name] = value
        return answer

    def ask(self, method, path, body=None, origin=OWN, csrf=True, only=None, **headers):
        sent = {name: value for name, value in self.jar.items() if only is None or name in only}
        if sent:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in sent.items())
        if origin:
            headers["Origin"] = origin
        if csrf and self.csrf:
            headers["Lanyard-CSRF-Token"] = self.csrf
        return self.take(S.ask(method, path, body, headers))


def logged_in():
    user = S.register()
    browser = Browser()
    answer = browser.ask("POST", "/v1/login",
                         {"login": user["name"], "password": PASSWORD, "mode": "cookie"})
    check(answer, 200)
    browser.csrf = answer.json["csrf_token"]
    browser.name = user["name"]
    browser.answer = answer
    return browser


def test_cookies_have_their_attributes():
    cookies = logged_in().answer.cookies()
    same(sorted(cookies), sorted([ACCESS, REFRESH, CSRF]))
    same(cookies[ACCESS][1], ["Path=/", "Secure", "HttpOnly", "SameSite=Lax", "Max-Age=900"])
    same(cookies[REFRESH][1][:4], ["Path=/v1", "Secure", "HttpOnly", "SameSite=Strict"])
    same(cookies[CSRF][1][:3], ["Path=/", "Secure", "SameSite=Strict"])


def test_cookie_mode_tells_no_token_to_the_page():
    answer = logged_in().answer
    assert "access_token" not in answer.json and "refresh_token" not in answer.json
    assert b"eyJ" not in answer.body and b"lr1." not in answer.body


def test_reading_needs_the_cookie_alone():
    browser = logged_in()
    check(browser.ask("GET", "/v1/me", origin=None, csrf=False), 200)


def test_t21_changes_need_all_three_doors():
    browser = logged_in()
    origins = {OWN: True, "https://evil.example": False, "null": False, None: False,
               OWN + "0": False, OWN.replace("http:", "https:"): False}
    for (origin, is_own), site, token in itertools.product(
            origins.items(), (None, "same-origin", "same-site", "cross-site", "none"),
            ("right", "none", "wrong")):
        headers = {}
        if site:
            headers["Sec-Fetch-Site"] = site
        if token == "wrong":
            headers["Lanyard-CSRF-Token"] = browser.csrf[::-1]
        answer = browser.ask("PATCH", "/v1/me", {"profile": {}}, origin=origin,
                             csrf=token == "right", **headers)
        from_here = site in (None, "same-origin") if origin else site == "same-origin"
        fine = (is_own or origin is None) and from_here and token == "right"
        case = (origin, site, token)
        same((case, answer.status), (case, 200 if fine else 403))
        if not fine:
            same(answer.code, "cross_site")


def test_t21_token_of_another_session_does_not_count():
    mine, theirs = logged_in(), logged_in()
    mine.csrf = mine.jar[CSRF] = theirs.csrf
    check(mine.ask("PATCH", "/v1/me", {"profile": {}}), 403, "cross_site")


def test_t22_login_from_another_page_is_refused():
    name = S.register()["name"]
    body = {"login": name, "password": PASSWORD, "mode": "cookie"}
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {},
                    {"Sec-Fetch-Site": "cross-site"}, {"Origin": OWN, "Sec-Fetch-Site": "cross-site"}):
        answer = check(S.ask("POST", "/v1/login", body, headers), 403, "cross_site")
        same(answer.cookies(), {})
    body = {"username": "t22-x", "password": PASSWORD, "mode": "cookie"}
    check(S.ask("POST", "/v1/register", body, {"Origin": "https://evil.example"}), 403, "cross_site")


def test_t20_planted_cookies_are_not_taken_over():
    attacker = logged_in()
    victim = Browser()
    victim.jar = dict(attacker.jar)
    name = S.register()["name"]
    answer = victim.ask("POST", "/v1/login", {"login": name, "password": PASSWORD, "mode": "cookie"})
    check(answer, 200)
    assert answer.json["session"]["id"] != attacker.answer.json["session"]["id"]
    same(attacker.ask("GET", "/v1/me").json["username"], attacker.name)


def test_refresh_by_cookie():
    browser = logged_in()
    old = browser.jar[REFRESH]
    check(browser.ask("POST", "/v1/refresh", csrf=False), 403, "cross_site")
    check(browser.ask("POST", "/v1/refresh", origin="https://evil.example"), 403, "cross_site")
    answer = check(browser.ask("POST", "/v1/refresh"), 200)
    assert browser.jar[REFRESH] != old and "refresh_token" not in answer.json
    browser.csrf = answer.json["csrf_token"]
    check(browser.ask("PATCH", "/v1/me", {"profile": {}}), 200)


def test_logout_by_cookie_takes_the_cookies_away():
    browser = logged_in()
    check(browser.ask("POST", "/v1/logout", csrf=False), 403, "cross_site")
    check(browser.ask("GET", "/v1/me"), 200)
    kept = dict(browser.jar)
    same(check(browser.ask("POST", "/v1/logout"), 200).json["revoked"], 1)
    same(browser.jar, {})
    browser.jar = kept
    check(browser.ask("GET", "/v1/me"), 401, "session_ended")


def test_logout_with_the_refresh_cookie_alone():
    browser = logged_in()
    only = (REFRESH, CSRF)
    check(browser.ask("POST", "/v1/logout", csrf=False, only=only), 403, "cross_site")
    kept = dict(browser.jar)
    same(check(browser.ask("POST", "/v1/logout", only=only), 200).json["revoked"], 1)
    browser.jar = kept
    check(browser.ask("GET", "/v1/me"), 401, "session_ended")


def test_logout_of_all_with_the_cookie_of_an_ended_session_is_refused():
    browser = logged_in()
    other = S.login(browser.name).json
    kept, only = dict(browser.jar), (REFRESH, CSRF)
    check(browser.ask("POST", "/v1/logout"), 200)
    for scope in ("others", "all"):
        browser.jar = dict(kept)
        check(browser.ask("POST", "/v1/logout", {"scope": scope}, only=only), 401, "session_ended")
        check(S.ask("GET", "/v1/me", token=other["access_token"]), 200)
    same(check(browser.ask("POST", "/v1/logout", only=only), 200).json["revoked"], 0)


def test_csrf_token_is_had_again():
    browser = logged_in()
    del browser.jar[CSRF]
    for only in ((ACCESS,), (REFRESH,)):
        browser.csrf = check(browser.ask("GET", "/v1/csrf", only=only), 200).json["token"]
        check(browser.ask("PATCH", "/v1/me", {"profile": {}}), 200)
    check(S.ask("GET", "/v1/csrf"), 401)


def test_a_cookie_twice_is_none():
    browser = logged_in()
    value = browser.jar[ACCESS]
    check(S.ask("GET", "/v1/me", headers={"Cookie": f"{ACCESS}={value}; {ACCESS}={value}"}), 401,
          "no_credential")


def test_password_change_by_cookie_answers_with_cookies():
    browser = logged_in()
    body = {"current_password": PASSWORD, "new_password": "another phrase altogether"}
    answer = check(browser.ask("POST", "/v1/me/password", body), 200)
    assert ACCESS in answer.cookies() and "access_token" not in answer.json
    check(browser.ask("GET", "/v1/me"), 200)


if __name__ == "__main__":
    main(globals(), S)
