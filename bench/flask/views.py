"""Requests a second of one view, protected in four ways, in one process and one run.

The rounds are interleaved, so that whatever else the machine does meets all of them, and the best
round of each counts: the least disturbed one. What is measured is Flask's own path from environ to response, without a socket.
"""

import sys
import tempfile
import time
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

from flask import Flask, jsonify

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests/flask"))

from servers import Lanyardd, have_lanyardd

ROUNDS, REQUESTS = 25, 300
SECRET = "a secret for the measurement, long enough"
PASSWORD = "a fine long phrase of mine"


def environ(token):
    found = {"REQUEST_METHOD": "GET", "PATH_INFO": "/view", "SERVER_NAME": "localhost",
             "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http",
             "wsgi.input": BytesIO(), "wsgi.errors": sys.stderr, "REMOTE_ADDR": "127.0.0.1"}
    return {**found, "HTTP_AUTHORIZATION": "Bearer " + token} if token else found


def bare(_):
    app = Flask("bench")
    app.add_url_rule("/view", view_func=lambda: jsonify(id=7))
    return app, None


def jwt_extended(_):
    from flask_jwt_extended import JWTManager, create_access_token, get_jwt_identity, jwt_required

    app = Flask("bench")
    app.config["JWT_SECRET_KEY"] = SECRET
    JWTManager(app)
    app.add_url_rule("/view", view_func=jwt_required()(lambda: jsonify(id=get_jwt_identity())))
    with app.app_context():
        return app, create_access_token("7")


def _lanyard(check_session, config):
    from lanyard.flask import Lanyard, current_user

    app = Flask("bench")
    app.config.update(SECRET_KEY=SECRET, LANYARD_PASSWORD_METHOD="scrypt:1024:8:1", **config)
    extension = Lanyard(app)
    view = extension.required(lambda: jsonify(id=current_user.id), check_session=check_session)
    app.add_url_rule("/view", view_func=view)
    with app.app_context():
        if extension.backend.is_embedded:
            extension.backend.create_tables()
        else:
            extension.backend.client.await_news()
    answer = app.test_client().post("/auth/register", json={
        "username": f"u{time.time_ns()}", "password": PASSWORD})
    return app, answer.get_json()["access_token"]


def embedded_unchecked(folder):
    return _lanyard(False, {"LANYARD_DATABASE_URL": f"sqlite:///{folder}/unchecked.db"})


def embedded(folder):
    return _lanyard(True, {"LANYARD_DATABASE_URL": f"sqlite:///{folder}/checked.db"})


def served(server):
    return _lanyard(True, {"LANYARD_SERVER": server.url, "LANYARD_CLIENT_ID": server.client_id,
                           "LANYARD_CLIENT_SECRET_FILE": str(server.secret_file)})


def once(app, token):
    given = environ(token)
    start = time.perf_counter()
    for _ in range(REQUESTS):
        answer = []
        b"".join(app.wsgi_app(dict(given), lambda status, headers: answer.append(status)))
    if answer != ["200 OK"]:
        raise RuntimeError(f"the view answered {answer}")
    return REQUESTS / (time.perf_counter() - start)


def measure(contestants):
    rates = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, (app, token) in contestants.items():
            rates[name].append(once(app, token))
    return {name: max(values) for name, values in rates.items()}


def main():
    with tempfile.TemporaryDirectory() as folder:
        contestants = {
            "without protection": bare(folder),
            f"Flask-JWT-Extended {version('flask-jwt-extended')}, no revocation":
                jwt_extended(folder),
            "lanyard embedded, session not looked up": embedded_unchecked(folder),
            "lanyard embedded, session looked up (SQLite)": embedded(folder),
        }
        if not have_lanyardd():
            print("lanyardd is not built: one row fewer")
            report(measure(contestants))
            return
        with Lanyardd(Path(folder) / "lanyardd") as server:
            app, token = served(server)
            contestants["lanyard on lanyardd, ended sessions refused"] = app, token
            report(measure(contestants))
            app.extensions["lanyard"].backend.client.close()


def report(rates):
    first = next(iter(rates.values()))
    print(f"Flask {version('flask')}, Python {sys.version.split()[0]}")
    print(f"{'':52} {'requests/s':>10} {'us/request':>10} {'of bare':>8}")
    for name, rate in rates.items():
        print(f"{name:52} {rate:10.0f} {1e6 / rate:10.1f} {rate / first:8.2f}")


if __name__ == "__main__":
    main()
