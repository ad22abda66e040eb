"""What a refused request is told: RFC 9457 problems, each with the challenge that belongs to it.

A Problem is an HTTPException that carries its own response. Flask sends it without any handler being
registered, and Flask-RESTful, which replaces Flask's handlers, sends it as well: it leaves alone
an exception that has a response. An application that wants other words registers
@app.errorhandler(Problem), as for any exception.
"""

from __future__ import annotations

import json
from typing import Any

from flask import Response
from werkzeug.exceptions import HTTPException

__all__ = ["Problem", "TITLES"]

# code: (HTTP status, title). The codes are lanyardd's.
TITLES = {
    "malformed": (400, "Malformed request"),
    "no_credential": (401, "No credential was sent"),
    "invalid_token": (401, "Invalid token"),
    "invalid_credentials": (401, "Wrong name or password"),
    "session_ended": (401, "Session ended"),
    "session_expired": (401, "Session expired"),
    "refresh_reused": (401, "Refresh token used again"),
    "reauth_required": (401, "Recent authentication required"),
    "account_disabled": (403, "Account disabled"),
    "forbidden": (403, "Not allowed"),
    "cross_site": (403, "Cross-site request refused"),
    "not_found": (404, "Not found"),
    "username_taken": (409, "User name taken"),
    "email_taken": (409, "E-mail address taken"),
    "unsupported_media_type": (415, "Unsupported media type"),
    "invalid": (422, "Invalid value"),
    "invalid_username": (422, "Invalid user name"),
    "invalid_email": (422, "Invalid e-mail address"),
    "weak_password": (422, "Weak password"),
    "rate_limited": (429, "Too many attempts"),
    "reissued_too_often": (429, "Refresh token presented too often"),
    "unavailable": (503, "Temporarily unavailable"),
    "hash_queue_full": (503, "Too many logins at once"),
}

# What the challenge of a 401 says (RFC 6750, 3.1; RFC 9470, 3). Without a credential it names no
# error: nothing was wrong with what was not sent.
BEARER = {"no_credential": None, "reauth_required": "insufficient_user_authentication"}


def _quoted(text):
    return '"' + "".join(c for c in text if " " <= c <= "~" and c not in '"\\') + '"'


class Problem(HTTPException):
    """A refusal. code_name is stable ("session_ended"); detail is a sentence for people."""

    def __init__(self, code_name: str, detail: str = "", *, status: int | None = None,
                 title: str | None = None, challenge: dict[str, Any] | None = None,
                 retry_after: int | str | None = None, realm: str = "lanyard",
                 **members: Any) -> None:
        known = TITLES.get(code_name, (400, code_name.replace("_", " ").capitalize()))
        self.code = status or known[0]
        self.code_name = code_name
        self.title = title or known[1]
        self.members = members
        self.realm = realm
        self.challenge = challenge or {}
        self.retry_after = retry_after
        super().__init__(description=detail or self.title)
        self.response = self._make_response(detail)

    @property
    def name(self) -> str:
        return self.title

    def __reduce__(self) -> Any:
        return (_again, (self.code_name, self.description, self.code, self.title, self.members))

    def as_dict(self) -> dict[str, Any]:
        """The members of the body."""
        body = {"type": "/problems/" + self.code_name.replace("_", "-"), "title": self.title,
                "status": self.code, "code": self.code_name}
        if self.description and self.description != self.title:
            body["detail"] = self.description
        body.update({name: value for name, value in self.members.items() if value is not None})
        return body

    def _make_response(self, detail):
        response = Response(json.dumps(self.as_dict(), separators=(",", ":")) + "\n",
                            status=self.code, content_type="application/problem+json")
        response.headers["Cache-Control"] = "no-store"
        if self.code == 401:
            response.headers["WWW-Authenticate"] = self._challenge_text(detail)
        if self.retry_after is not None:
            response.headers["Retry-After"] = str(self.retry_after)
        return response

    def _challenge_text(self, detail):
        fields = ["realm=" + _quoted(self.realm)]
        error = BEARER.get(self.code_name, "invalid_token")
        if error:
            fields.append("error=" + _quoted(error))
            fields.append("error_description=" + _quoted(detail or self.title))
        fields += [f"{name}={_quoted(str(value))}" for name, value in self.challenge.items()]
        return "Bearer " + ", ".join(fields)


def _again(code_name, detail, status, title, members):
    return Problem(code_name, detail, status=status, title=title, **members)
