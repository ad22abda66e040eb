"""The tutorial's application, grown up: Flask, one Blueprint, PostgreSQL, JSON Web Tokens.

It has notes, and whose they are. Everything about sessions is lanyard.flask. Where they live is
configuration alone: with FLASK_LANYARD_SERVER they are lanyardd's, without it they stand in the
application's own database.
"""

import os

from flask import Blueprint, Flask, jsonify, request, send_from_directory
from flask_sqlalchemy import SQLAlchemy

from lanyard.flask import Lanyard, Problem, current_session, current_user

db = SQLAlchemy()
lanyard = Lanyard(engine=db)
api = Blueprint("api", __name__, url_prefix="/api")
lanyard.protect(api)


class Note(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    user_id = db.Column(db.String(36), nullable=False, index=True)
    text = db.Column(db.String(500), nullable=False)


@api.get("/notes")
def notes():
    mine = db.session.scalars(db.select(Note).filter_by(user_id=current_user.id).order_by(Note.id))
    return jsonify([note.text for note in mine])


@api.post("/notes")
def add_note():
    text = (request.get_json() or {}).get("text")
    if not isinstance(text, str) or not 0 < len(text) <= 500:
        raise Problem("invalid", "text is 1 to 500 characters")
    db.session.add(Note(user_id=current_user.id, text=text))
    db.session.commit()
    return {"text": text}, 201


@api.get("/whoami")
def whoami():
    return {"user": current_user.id, "session": current_session.sid,
            "expires": current_session.exp}


def create_app():
    app = Flask("tutorial", static_folder=os.path.join(os.path.dirname(__file__), "static"))
    app.config.from_prefixed_env()
    db.init_app(app)
    lanyard.init_app(app)
    app.register_blueprint(api)

    @app.cli.command("init-db")
    def init_db():
        """Make the tables that are missing: once, before there are several workers."""
        db.create_all()
        if lanyard.backend.is_embedded:
            lanyard.backend.create_tables()

    @app.get("/")
    def page():
        return send_from_directory(app.static_folder, "index.html")

    return app
