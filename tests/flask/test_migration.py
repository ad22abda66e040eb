"""An application written for Flask-JWT-Extended, and the same migrated by the table of
docs/howto/from-flask-jwt-extended.md. One walk judges both."""

import inspect
import re

import pytest
from flask import Flask, jsonify, request

from lanyard.flask import Lanyard, Problem, current_session, current_user

from servers import ROOT

PAGE = ROOT / "docs/howto/from-flask-jwt-extended.md"
BASE = "https://shop.example"
SECRET = "a secret of the migration, long enough"
PEOPLE = {"1": {"name": "ada", "password": "pw", "role": "admin"},
          "2": {"name": "bob", "password": "pw", "role": "user"}}


def find(login, password):
    return next((key for key, one in PEOPLE.items()
                 if login in (one["name"], key) and password == one["password"]), None)


def before(_):
    extended = pytest.importorskip("flask_jwt_extended")
    app = Flask("shop")
    app.config.update(JWT_SECRET_KEY=SECRET, JWT_COOKIE_SECURE=True,
                      JWT_TOKEN_LOCATION=["headers", "cookies"])
    manager, blocklist = extended.JWTManager(app), set()

    @manager.token_in_blocklist_loader
    def is_blocked(_header, claims):
        return claims["jti"] in blocklist

    @manager.user_lookup_loader
    def load(_header, claims):
        return PEOPLE.get(claims["sub"])

    @manager.additional_claims_loader
    def claims_of(identity):
        return {"role": PEOPLE[identity]["role"]}

    @app.post("/login")
    def login():
        user_id = find(request.json["name"], request.json["password"])
        if user_id is None:
            return jsonify(msg="wrong"), 401
        return jsonify(access_token=extended.create_access_token(user_id, fresh=True),
                       refresh_token=extended.create_refresh_token(user_id))

    @app.post("/refresh")
    @extended.jwt_required(refresh=True)
    def refresh():
        return jsonify(access_token=extended.create_access_token(extended.get_jwt_identity()))

    @app.post("/logout")
    @extended.jwt_required()
    def logout():
        blocklist.add(extended.get_jwt()["jti"])
        return jsonify({})

    @app.get("/me")
    @extended.jwt_required()
    def me():
        return jsonify(id=extended.get_jwt_identity(), name=extended.current_user["name"],
                       role=extended.get_jwt()["role"])

    @app.get("/maybe")
    @extended.jwt_required(optional=True)
    def maybe():
        return jsonify(id=extended.get_jwt_identity())

    @app.get("/fresh")
    @extended.jwt_required(fresh=True)
    def fresh():
        return jsonify({})

    before_cookies(app, extended)
    return app


def before_cookies(app, extended):
    @app.post("/enter")
    def enter():
        user_id = find(request.json["name"], request.json["password"])
        response = jsonify({})
        extended.set_access_cookies(response, extended.create_access_token(user_id))
        extended.set_refresh_cookies(response, extended.create_refresh_token(user_id))
        return response

    @app.post("/note")
    @extended.jwt_required()
    def note():
        return jsonify(by=extended.get_jwt_request_location())

    @app.post("/renew")
    @extended.jwt_required(refresh=True)
    def renew():
        response = jsonify({})
        extended.set_access_cookies(
            response, extended.create_access_token(extended.get_jwt_identity()))
        return response

    @app.post("/leave")
    def leave():
        response = jsonify({})
        extended.unset_jwt_cookies(response)
        return response


def after(tmp_path):
    app = Flask("shop")
    app.config.update(LANYARD_SECRET_KEY=SECRET, LANYARD_DATABASE_URL=f"sqlite:///{tmp_path}/s.db",
                      SECRET_KEY=SECRET)
    lanyard = Lanyard()
    lanyard.password_checker(find)
    lanyard.roles_loader(lambda user_id: (PEOPLE[user_id]["role"],) if user_id in PEOPLE else None)

    @lanyard.user_loader
    def load(identity):
        return PEOPLE.get(identity.sub)

    @lanyard.claims_loader
    def claims_of(user_id):
        return {"role": PEOPLE[user_id]["role"]}

    lanyard.init_app(app)
    with app.app_context():
        lanyard.backend.create_tables()

    @app.post("/login")
    def login():
        user_id = find(request.json["name"], request.json["password"])
        if user_id is None:
            raise Problem("invalid_credentials")
        return jsonify(lanyard.backend.begin_session(user_id, lanyard.origin()))

    @app.post("/refresh")
    def refresh():
        text = request.headers["Authorization"].removeprefix("Bearer ")
        return jsonify(lanyard.backend.refresh(text, lanyard.origin()))

    @app.post("/logout")
    @lanyard.required
    def logout():
        lanyard.backend.logout(lanyard.credential()[0])
        return jsonify({})

    @app.get("/me")
    @lanyard.required
    def me():
        return jsonify(id=current_session.sub, name=current_user["name"],
                       role=current_session.claims["role"])

    @app.get("/maybe")
    @lanyard.required(optional=True)
    def maybe():
        return jsonify(id=current_session.sub if current_session else None)

    @app.get("/fresh")
    @lanyard.fresh_login
    def fresh():
        return jsonify({})

    after_cookies(app, lanyard)
    return app


def after_cookies(app, lanyard):
    @app.post("/enter")
    def enter():
        user_id = find(request.json["name"], request.json["password"])
        response = jsonify({})
        lanyard.state.cookies.put(response, lanyard.backend.begin_session(
            user_id, lanyard.origin()))
        return response

    @app.post("/note")
    @lanyard.required
    def note():
        return jsonify(by="cookies" if lanyard.credential()[1] else "headers")

    @app.post("/leave")
    @lanyard.required
    def leave():
        response = jsonify({})
        lanyard.backend.logout(lanyard.credential()[0])
        lanyard.state.cookies.clear(response)
        return response


@pytest.mark.parametrize("make", [before, after])
def test_both_applications_walk_alike(make, tmp_path):
    web = make(tmp_path).test_client()

    def send(method, path, token=None, **body):
        headers = {"Authorization": "Bearer " + token} if token else {}
        return web.open(path, method=method, headers=headers, json=body or None)

    assert send("GET", "/me").status_code == 401
    assert send("POST", "/login", name="ada", password="no").status_code == 401
    tokens = send("POST", "/login", name="ada", password="pw").get_json()
    access = tokens["access_token"]
    assert send("GET", "/me", access).get_json() == {"id": "1", "name": "ada", "role": "admin"}
    assert send("GET", "/maybe").get_json() == {"id": None}
    assert send("GET", "/maybe", access).get_json() == {"id": "1"}
    assert send("GET", "/fresh", access).status_code == 200
    renewed = send("POST", "/refresh", tokens["refresh_token"]).get_json()["access_token"]
    assert send("GET", "/me", renewed).status_code == 200
    assert send("POST", "/logout", access).status_code == 200
    assert send("GET", "/me", access).status_code == 401


def test_what_the_blocklist_could_not_do(tmp_path):
    """The renewed token of a session that was logged out: served before, refused after."""
    for make, status in ((before, 200), (after, 401)):
        web = make(tmp_path).test_client()
        tokens = web.post("/login", json={"name": "ada", "password": "pw"}).get_json()
        renewed = web.post("/refresh", headers={
            "Authorization": "Bearer " + tokens["refresh_token"]}).get_json()["access_token"]
        web.post("/logout", headers={"Authorization": "Bearer " + tokens["access_token"]})
        answer = web.get("/me", headers={"Authorization": "Bearer " + renewed})
        assert answer.status_code == status


@pytest.mark.parametrize("make, csrf, csrf_of_refresh, renewal, refusal", [
    (before, "csrf_access_token", "csrf_refresh_token", "/renew", 401),
    (after, "__Host-lanyard-csrf", "__Host-lanyard-csrf", "/auth/refresh", 403)])
def test_both_applications_walk_alike_by_cookie(make, csrf, csrf_of_refresh, renewal, refusal,
                                                tmp_path):
    web = make(tmp_path).test_client()

    def send(method, path, csrf_cookie=None, **body):
        headers = {}
        if csrf_cookie:
            headers["X-CSRF-Token"] = web.get_cookie(csrf_cookie, domain="shop.example").value
        return web.open(path, method=method, base_url=BASE, headers=headers, json=body or None)

    assert send("POST", "/enter", name="ada", password="pw").status_code == 200
    assert send("GET", "/me").get_json()["name"] == "ada"
    assert send("POST", "/note").status_code == refusal
    assert send("POST", "/note", csrf).get_json() == {"by": "cookies"}
    assert send("POST", renewal).status_code == refusal
    assert send("POST", renewal, csrf_of_refresh).status_code == 200
    assert send("POST", "/note", csrf).status_code == 200
    assert send("POST", "/leave", csrf).status_code == 200
    assert send("GET", "/me").status_code == 401


# The page has it all.


def test_page_names_every_key():
    keys = [key for key in before(None).config if key.startswith("JWT_")]
    assert len(keys) > 40
    assert [key for key in keys if f"`{key}`" not in PAGE.read_text()] == []


def test_page_names_every_call_loader_and_argument():
    extended = pytest.importorskip("flask_jwt_extended")
    calls = {name: one for name, one in vars(extended).items()
             if not name.startswith("_") and not inspect.ismodule(one)}
    loaders = [name for name in vars(extended.JWTManager) if name.endswith("_loader")]
    arguments = {f"{one.name}=" for call in calls.values() if callable(call)
                 and call is not extended.current_user
                 for one in inspect.signature(call).parameters.values()
                 if one.default is not inspect.Parameter.empty and one.name != "app"}
    assert len(calls) > 15 and len(loaders) > 12 and "allow_expired=" in arguments
    page = PAGE.read_text()
    assert [name for name in (*calls, *loaders, *arguments)
            if not re.search(rf"\b{name}" + ("" if name.endswith("=") else r"\b"), page)] == []
