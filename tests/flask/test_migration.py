"""An application written for Flask-JWT-Extended, and the same migrated by the table of
docs/howto/from-flask-jwt-extended.md. One walk judges both."""

import pytest
from flask import Flask, jsonify, request

from lanyard.flask import Lanyard, Problem, current_session, current_user

SECRET = "a secret of the migration, long enough"
PEOPLE = {"1": {"name": "ada", "password": "pw", "role": "admin"},
          "2": {"name": "bob", "password": "pw", "role": "user"}}


def find(login, password):
    return next((key for key, one in PEOPLE.items()
                 if login in (one["name"], key) and password == one["password"]), None)


def before(_):
    extended = pytest.importorskip("flask_jwt_extended")
    app = Flask("shop")
    app.config["JWT_SECRET_KEY"] = SECRET
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

    return app


def after(tmp_path):
    app = Flask("shop")
    app.config.update(LANYARD_SECRET_KEY=SECRET, LANYARD_DATABASE_URL=f"sqlite:///{tmp_path}/s.db",
                      SECRET_KEY=SECRET)
    lanyard = Lanyard(blueprint=False)
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

    return app


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
