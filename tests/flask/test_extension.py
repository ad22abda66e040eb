"""lanyard.flask in Flask's conventions, in the embedded mode."""

import base64
import json
from datetime import timedelta

import pytest
from flask import Blueprint, Flask, jsonify
from flask.views import MethodView

import lanyard.jwt
from lanyard.flask import Lanyard, Problem, current_session, current_user
from lanyard.flask.sessions import SECOND

from conftest import PASSWORD

CONFIG = {"SECRET_KEY": "the secret of the tests, long enough",
          "LANYARD_PASSWORD_METHOD": "scrypt:1024:8:1"}


def make(database, **config):
    app = Flask("shop")
    app.config.update(CONFIG, LANYARD_DATABASE_URL=database, **config)
    return app


class World:
    """An application, its extension, and a clock that the test moves."""

    def __init__(self, app, extension):
        self.app, self.lanyard = app, extension
        self.at = 1_800_000_000 * SECOND
        with app.app_context():
            backend = extension.backend
            backend.create_tables()
            backend.now = backend.sessions.now = lambda: self.at
        self.client = app.test_client()

    def wait(self, seconds):
        self.at += int(seconds * SECOND)

    def register(self, name="ada", client=None, **more):
        answer = (client or self.client).post(
            "/auth/register", json={"username": name, "password": PASSWORD, **more})
        assert answer.status_code == 201, answer.text
        return answer.get_json()

    def get(self, path, tokens=None, method="GET", client=None, **kwargs):
        headers = kwargs.pop("headers", {})
        if tokens:
            headers["Authorization"] = "Bearer " + tokens["access_token"]
        return (client or self.client).open(path, method=method, headers=headers, **kwargs)

    def code(self, *args, **kwargs):
        answer = self.get(*args, **kwargs)
        assert answer.content_type == "application/problem+json", answer.text
        assert answer.get_json()["status"] == answer.status_code
        return answer.status_code, answer.get_json()["code"]


@pytest.fixture
def world(database):
    app = make(database)
    extension = Lanyard(app)

    @app.get("/who")
    @extension.required
    def who():
        return {"id": current_user.id, "name": current_user.username, "sid": current_session.sid}

    @app.get("/maybe")
    @extension.required(optional=True)
    def maybe():
        refusal = extension.caller().refusal
        return {"id": current_user.id if current_user else None,
                "why": refusal.code_name if refusal else None}

    @app.route("/admin", methods=["GET", "POST"])
    @extension.roles("admin")
    def admin():
        return {"ok": True}

    @app.get("/fresh")
    @extension.fresh_login
    def fresh():
        return {"ok": True}

    @app.post("/pay")
    @extension.step_up(max_age=timedelta(minutes=5))
    def pay():
        return {"ok": True}

    @app.get("/cheap")
    @extension.required(check_session=False)
    def cheap():
        return {"ok": True}

    return World(app, extension)


# The tutorial's way.

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


# Ended means ended.

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


# Decorators.

def test_optional_view_answers_whoever_asks(world):
    tokens = world.register()
    assert world.get("/maybe").get_json() == {"id": None, "why": "no_credential"}
    assert world.get("/maybe", tokens).get_json()["id"] == tokens["user"]["id"]
    world.wait(901)
    assert world.get("/maybe", tokens).get_json() == {"id": None, "why": "invalid_token"}


def test_roles_are_demanded_and_given_with_the_next_token(world):
    tokens = world.register()
    assert world.code("/admin", tokens) == (403, "forbidden")
    runner = world.app.test_cli_runner()
    assert runner.invoke(args=["lanyard", "roles", "ada", "admin", "user"]).exit_code == 0
    tokens = world.client.post("/auth/refresh", json={
        "refresh_token": tokens["refresh_token"]}).get_json()
    assert world.get("/admin", tokens).status_code == 200


def test_fresh_login_refuses_a_refreshed_token(world):
    tokens = world.register()
    assert world.get("/fresh", tokens).status_code == 200
    world.wait(10)
    tokens = world.client.post("/auth/refresh", json={
        "refresh_token": tokens["refresh_token"]}).get_json()
    assert world.code("/fresh", tokens) == (401, "reauth_required")


def test_step_up_asks_for_the_password_and_gets_a_new_session(world):
    tokens = world.register()
    assert world.get("/pay", tokens, "POST").status_code == 200
    world.wait(301)
    answer = world.get("/pay", tokens, "POST")
    challenge = answer.headers["WWW-Authenticate"]
    assert 'error="insufficient_user_authentication"' in challenge
    assert 'max_age="300"' in challenge
    assert world.code("/auth/reauth", tokens, "POST", json={"password": "wrong"}) == (
        401, "invalid_credentials")
    new = world.get("/auth/reauth", tokens, "POST", json={"password": PASSWORD}).get_json()
    assert new["session"]["id"] != tokens["session"]["id"]
    assert world.get("/pay", new, "POST").status_code == 200
    assert world.code("/who", tokens) == (401, "session_ended")


def test_options_is_never_refused(world):
    assert world.client.options("/admin").status_code == 200


def test_async_view_is_guarded_and_awaited(database):
    pytest.importorskip("asgiref")
    app = make(database)
    extension = Lanyard(app)

    @app.get("/later")
    @extension.required
    async def later():
        return {"id": current_user.id}

    world = World(app, extension)
    assert world.code("/later") == (401, "no_credential")
    assert world.get("/later", world.register()).status_code == 200


def test_method_view_takes_the_decorator(database):
    app = make(database)
    extension = Lanyard(app)

    class Items(MethodView):
        decorators = [extension.required]

        def get(self):
            return jsonify([])

    app.add_url_rule("/items", view_func=Items.as_view("items"))
    world = World(app, extension)
    assert world.code("/items") == (401, "no_credential")
    assert world.get("/items", world.register()).get_json() == []


# Scopes.

def test_blueprint_is_protected_but_for_what_is_public(database):
    app = make(database)
    extension = Lanyard()
    api = Blueprint("api", __name__, url_prefix="/api")

    @api.get("/secret")
    def secret():
        return {"id": current_user.id}

    @api.get("/open")
    @extension.public
    def open_view():
        return {}

    extension.protect(api)
    app.register_blueprint(api)
    extension.init_app(app)
    world = World(app, extension)
    assert world.code("/api/secret") == (401, "no_credential")
    assert world.get("/api/open").status_code == 200
    assert world.get("/api/secret", world.register()).status_code == 200


def test_everything_is_protected_but_the_way_in(database):
    app = make(database)
    extension = Lanyard(app)
    extension.protect(app)

    @app.get("/")
    def index():
        return "x"

    world = World(app, extension)
    assert world.code("/") == (401, "no_credential")
    assert world.get("/nothing").status_code == 404
    assert world.get("/", world.register()).status_code == 200


def test_two_in_one_application_keep_apart(database):
    app = make(database)
    people, staff = Lanyard(app), Lanyard(name="staff")
    app.config["LANYARD_STAFF_URL_PREFIX"] = "/staff"
    app.config["LANYARD_STAFF_ACCESS_SECONDS"] = 60
    staff.init_app(app)

    @app.get("/p")
    @people.required
    def of_people():
        return {"id": current_user.id}

    @app.get("/s")
    @staff.required
    def of_staff():
        return {"id": current_user.id}

    world = World(app, people)
    World(app, staff)
    customer = world.register()
    worker = world.client.post("/staff/register", json={
        "username": "ada", "password": PASSWORD}).get_json()
    assert worker["expires_in"] == 60
    assert world.get("/p", customer).get_json()["id"] == customer["user"]["id"]
    assert world.code("/s", customer) == world.code("/p", worker) == (401, "invalid_token")
    assert world.code("/staff/refresh", method="POST", json={
        "refresh_token": customer["refresh_token"]})[0] == 401


def test_second_without_a_name_is_refused(database):
    app = make(database)
    Lanyard(app)
    with pytest.raises(RuntimeError, match="name"):
        Lanyard(app)


def test_one_extension_serves_several_applications(tmp_path):
    extension = Lanyard()
    worlds = []
    for name in ("one", "two"):
        app = make(f"sqlite:///{tmp_path}/{name}.db")
        app.name = name
        extension.init_app(app)
        worlds.append(World(app, extension))
    tokens = worlds[0].register()
    assert worlds[0].get("/auth/me", tokens).status_code == 200
    assert worlds[1].get("/auth/me", tokens).status_code == 401


@pytest.mark.parametrize("key, value, error", [
    ("LANYARD_ACESS_SECONDS", 5, ValueError), ("LANYARD_ACCESS_SECONDS", "900", TypeError),
    ("LANYARD_MODE", "cookies", ValueError), ("LANYARD_COOKIE_SECURE", "no", TypeError),
    ("LANYARD_GRACE_SECONDS", -1, TypeError)])
def test_wrong_configuration_is_refused_at_start(database, key, value, error):
    with pytest.raises(error, match=key):
        Lanyard(make(database, **{key: value}))


# Errors.

def test_flask_restful_passes_the_problem_on(database):
    restful = pytest.importorskip("flask_restful")
    app = make(database)
    extension = Lanyard(app)

    class Thing(restful.Resource):
        method_decorators = [extension.required]

        def get(self):
            raise Problem("forbidden", "never on a Tuesday")

    restful.Api(app).add_resource(Thing, "/thing")
    world = World(app, extension)
    assert world.code("/thing") == (401, "no_credential")
    assert "Bearer" in world.get("/thing").headers["WWW-Authenticate"]
    assert world.code("/thing", world.register()) == (403, "forbidden")


def test_application_may_put_it_in_its_own_words(world):
    @world.app.errorhandler(Problem)
    def mine(problem):
        return {"oops": problem.code_name}, problem.code

    answer = world.get("/who")
    assert (answer.status_code, answer.get_json()) == (401, {"oops": "no_credential"})


@pytest.mark.parametrize("body, code", [
    ({"username": "ada", "password": "short"}, (422, "weak_password")),
    ({"username": "ada", "password": "aaaaaaaaaaaaaaaa"}, (422, "weak_password")),
    ({"username": "adalovelace", "password": "my adalovelace secret"}, (422, "weak_password")),
    ({"username": "ada b", "password": PASSWORD}, (422, "invalid_username")),
    ({"email": "ada", "password": PASSWORD}, (422, "invalid_email")),
    ({"password": PASSWORD}, (422, "invalid")),
    ({"username": "ada"}, (422, "invalid")),
    ({"username": "ada", "password": PASSWORD, "admin": "yes"}, (422, "invalid")),
    ({"username": 7, "password": PASSWORD}, (422, "invalid"))])
def test_registration_says_what_is_wrong(world, body, code):
    assert world.code("/auth/register", method="POST", json=body) == code


@pytest.mark.parametrize("data, kind, code", [
    ("{", "application/json", "malformed"), ("[]", "application/json", "malformed"),
    ('{"login":"a","login":"b","password":"c"}', "application/json", "malformed"),
    ("a=b", "application/x-www-form-urlencoded", "unsupported_media_type"),
    ("[" * 50000, "application/json", "malformed")])
def test_body_that_is_no_strict_json_is_refused(world, data, kind, code):
    assert world.code("/auth/login", method="POST", data=data, content_type=kind)[1] == code


def test_taken_names_and_addresses_are_told_apart(world):
    world.register(email="ada@example.org")
    for body, code in (({"username": "Ada"}, "username_taken"),
                       ({"email": "ADA@example.org"}, "email_taken")):
        assert world.code("/auth/register", method="POST", json={
            **body, "password": PASSWORD}) == (409, code)


def test_unknown_user_and_wrong_password_get_the_same_bytes(world):
    world.register()
    answers = [world.client.post("/auth/login", json={"login": login, "password": "wrong"})
               for login in ("ada", "eve", "eve@example.org")]
    assert len({answer.data for answer in answers}) == 1
    assert {answer.status_code for answer in answers} == {401}


# Cookies.

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


# An application with users of its own.

def test_application_s_own_users(database):
    app = make(database)
    extension = Lanyard()
    people = {"7": {"name": "Grace", "password": "pw", "roles": ("admin",)}}

    @extension.password_checker
    def check(login, password):
        return next((key for key, one in people.items()
                     if login in (one["name"], key) and password == one["password"]), None)

    @extension.roles_loader
    def roles(user_id):
        return people[user_id]["roles"] if user_id in people else None

    @extension.claims_loader
    def claims(user_id):
        return {"name": people[user_id]["name"]}

    @extension.user_loader
    def load(identity):
        return people.get(identity.sub)

    extension.init_app(app)

    @app.get("/name")
    @extension.roles("admin")
    def name():
        return {"name": current_user["name"], "claim": current_session.claims["name"]}

    world = World(app, extension)
    tokens = world.client.post("/auth/login", json={"login": "Grace", "password": "pw"}).get_json()
    assert world.get("/name", tokens).get_json() == {"name": "Grace", "claim": "Grace"}
    assert world.get("/auth/reauth", tokens, "POST", json={"password": "pw"}).status_code == 200
    tokens = world.client.post("/auth/login", json={"login": "Grace", "password": "pw"}).get_json()
    del people["7"]
    assert world.code("/name", tokens) == (401, "invalid_token")
    assert world.code("/auth/refresh", method="POST", json={
        "refresh_token": tokens["refresh_token"]}) == (401, "session_ended")


def test_flask_sqlalchemy_s_engine_is_shared(database):
    flask_sqlalchemy = pytest.importorskip("flask_sqlalchemy")
    app = make(database, SQLALCHEMY_DATABASE_URI=database)
    del app.config["LANYARD_DATABASE_URL"]
    db = flask_sqlalchemy.SQLAlchemy(app)
    world = World(app, Lanyard(app, engine=db))
    assert world.get("/auth/me", world.register()).status_code == 200


# Commands.

def test_commands_do_what_they_say(world):
    runner = world.app.test_cli_runner()

    def run(*args):
        result = runner.invoke(args=["lanyard", *args])
        assert result.exit_code == 0, result.output
        return result.output

    user_id = run("add-user", "carol", "--role", "admin", "--password", PASSWORD).strip()
    tokens = world.client.post("/auth/login", json={"login": "carol", "password": PASSWORD}).get_json()
    assert tokens["user"]["id"] == user_id
    assert tokens["session"]["id"] in run("sessions", "carol")
    assert run("end", tokens["session"]["id"]) == "ended\n"
    assert world.code("/who", tokens) == (401, "session_ended")
    assert run("disable", "carol") == "0 sessions ended\n"
    run("enable", "carol")
    assert run("end-all", "carol") == "0 sessions ended\n"
    assert len(run("secret").strip()) == 64
    assert "embedded" in run("doctor") and "not ended" in run("doctor")
    assert run("init-db") and run("sweep") == "0 rows removed\n"
    assert runner.invoke(args=["lanyard", "disable", "nobody"]).exit_code == 1


def test_problem_survives_pickling():
    import pickle

    again = pickle.loads(pickle.dumps(Problem("session_ended", "gone", reason="x")))
    assert json.loads(again.response.get_data())["reason"] == "x"
