"""A view that is protected, and one that says which worker answers."""

import os

from flask import Flask

from lanyard.flask import Lanyard, Problem, current_session


def create_app():
    app = Flask("workers")
    app.config.from_prefixed_env()
    lanyard = Lanyard(app)

    @app.get("/pid")
    def pid():
        return {"pid": os.getpid()}

    @app.get("/who")
    @lanyard.required
    def who():
        return {"sid": current_session.sid, "pid": os.getpid()}

    @app.errorhandler(Problem)
    def with_pid(problem):
        return {**problem.as_dict(), "pid": os.getpid()}, problem.code

    return app
