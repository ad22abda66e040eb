"""lanyard.flask in Flask's conventions: decorators, scopes, errors, commands."""

import json

import pytest
from flask import Blueprint, jsonify
from flask.views import MethodView

from lanyard.flask import Lanyard, Problem, current_session, current_user

from conftest import PASSWORD
from world import World, make


def test_optional_view_answers_whoever_asks(world):
    tokens = world.register()
    assert world.get("/maybe").get_json() == {"id": None, "why": "no_credential"}
    assert world.get("/maybe", tokens).get_json()["id"] == tokens["user"]["id"]
    world.wait(901)
    assert world.get("/maybe", tokens).get_json() == {"id": None, "why": "invalid_token"}


def test_optional_view_answers_whose_user_is_no_more(world):
    tokens = world.register()
    world.lanyard.user_loader(lambda identity: None)
    assert world.get("/maybe", tokens).get_json() == {"id": None, "why": "invalid_token"}
    assert world.code("/who", tokens) == (401, "invalid_token")


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
    ("LANYARD_GRACE_SECONDS", -1, TypeError), ("LANYARD_WHEN_STALE", "ask", ValueError),
    ("LANYARD_LOCATIONS", "header,query", ValueError), ("LANYARD_ADMIN_MODE", "cookies", ValueError),
    ("LANYARD_ADMIN_WHEN_STALE", "ask", ValueError), ("LANYARD_ADMIN_ACESS_SECONDS", 5, ValueError)])
def test_wrong_configuration_is_refused_at_start(database, key, value, error):
    with pytest.raises(error, match=key):
        Lanyard(make(database, **{key: value}), name="admin" if "ADMIN" in key else "")


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


def test_application_s_id_may_be_an_integer(database):
    app = make(database)
    extension = Lanyard()
    extension.password_checker(lambda login, password: 5 if password == "pw" else None)
    asked = []
    extension.roles_loader(lambda user_id: asked.append(user_id) or ("user",))
    extension.init_app(app)
    world = World(app, extension)
    with app.test_request_context():
        tokens = extension.backend.begin_session(5, extension.origin())
    body = {"refresh_token": tokens["refresh_token"]}
    assert world.client.post("/auth/refresh", json=body).status_code == 200
    assert world.get("/auth/me", tokens).get_json()["user"] == {"id": "5", "roles": ["user"]}
    by_name = world.client.post("/auth/login", json={"login": "x", "password": "pw"}).get_json()
    assert len(world.get("/auth/sessions", by_name).get_json()["items"]) == 2
    assert world.get("/auth/reauth", tokens, "POST", json={"password": "pw"}).status_code == 200
    assert set(asked) == {"5"}


def test_flask_sqlalchemy_s_engine_is_shared(database):
    flask_sqlalchemy = pytest.importorskip("flask_sqlalchemy")
    app = make(database, SQLALCHEMY_DATABASE_URI=database)
    del app.config["LANYARD_DATABASE_URL"]
    db = flask_sqlalchemy.SQLAlchemy(app)
    world = World(app, Lanyard(app, engine=db))
    assert world.get("/auth/me", world.register()).status_code == 200


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
    for who in ("carol", user_id):
        tokens = world.client.post("/auth/login", json={
            "login": "carol", "password": PASSWORD}).get_json()
        assert run("end-all", who) == "1 sessions ended\n"
        assert world.code("/who", tokens) == (401, "session_ended")
    assert len(run("secret").strip()) == 64
    assert "embedded" in run("doctor") and "not ended" in run("doctor")
    assert run("init-db") and run("sweep") == "0 rows removed\n"
    assert runner.invoke(args=["lanyard", "disable", "nobody"]).exit_code == 1


def test_problem_survives_pickling():
    import pickle

    again = pickle.loads(pickle.dumps(Problem("session_ended", "gone", reason="x")))
    assert json.loads(again.response.get_data())["reason"] == "x"
