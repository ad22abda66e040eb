"""An application in the embedded mode, with every kind of protected view."""

from datetime import timedelta

import pytest
from flask import Flask

from lanyard.flask import Lanyard, current_session, current_user
from lanyard.flask.sessions import SECOND

from servers import PASSWORD

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
