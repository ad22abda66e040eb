"""User sessions for Flask: tokens of 900 s, refresh, logout that is true at once.

    from flask import Flask
    from lanyard.flask import Lanyard, current_user

    app = Flask(__name__)
    app.config.from_prefixed_env()
    lanyard = Lanyard(app)

    @app.get("/whoami")
    @lanyard.required
    def whoami():
        return {"user": current_user.id}

With LANYARD_SERVER it stands on lanyardd; without, the sessions live in the application's own
database, and SECRET_KEY signs the tokens. docs/flask.md is the way from the first line.
"""

from ..client.identity import Identity
from .blueprint import make_blueprint
from .extension import Lanyard
from .problems import Problem
from .proxies import current_session, current_user

__all__ = ["Identity", "Lanyard", "Problem", "current_session", "current_user", "make_blueprint"]
