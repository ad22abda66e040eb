"""openapi_hooks - loaded by schemathesis: who asks, and every other time what is real.

Requests may end the session or the user that they come from; then there is another. A token, a
password or an id that is drawn by chance opens nothing, so half of them are replaced.
"""
import base64
import itertools
import os
import time

import requests
import schemathesis

URL = os.environ["OPENAPI_URL"]
CLIENT = tuple(os.environ["OPENAPI_CLIENT"].split(":"))
PASSWORD = "one pass phrase for all"
AGE_MAX_S = 200  # a password shown longer ago is to be shown again
WAIT_MAX_MS = 50
numbers = itertools.count()
turns = itertools.count()
kinds = itertools.cycle(("access_token", "refresh_token"))


class User:
    """The user of now: a TokenSet whose session lives."""

    def __init__(self):
        self.tokens = None
        self.since = 0.0

    def is_alive(self):
        if not self.tokens or time.monotonic() - self.since > AGE_MAX_S:
            return False
        bearer = {"Authorization": "Bearer " + self.tokens["access_token"]}
        return requests.get(URL + "/v1/me", headers=bearer, timeout=30).status_code == 200

    def get(self):
        if not self.is_alive():
            body = {"username": f"schema-{next(numbers)}", "password": PASSWORD}
            answer = requests.post(URL + "/v1/register", json=body, timeout=30)
            assert answer.status_code == 201, answer.text
            self.tokens, self.since = answer.json(), time.monotonic()
        return self.tokens


user = User()


def asks(operation, scheme):
    return any(scheme in row for row in operation.definition.raw.get("security", []))


@schemathesis.auth(refresh_interval=None)
class Caller:
    def get(self, case, ctx):
        if asks(ctx.operation, "client"):
            return "Basic " + base64.b64encode(":".join(CLIENT).encode()).decode()
        return "Bearer " + user.get()["access_token"] if asks(ctx.operation, "bearer") else None

    def set(self, case, data, ctx):
        if data:
            case.headers["Authorization"] = data


def real_values():
    tokens = user.get()
    return {"token": tokens[next(kinds)], "refresh_token": tokens["refresh_token"],
            "login": tokens["user"]["username"], "username": f"schema-{next(numbers)}",
            "password": PASSWORD, "current_password": PASSWORD, "new_password": PASSWORD}


def cookies():
    """Of a session in cookie mode."""
    body = {"login": user.get()["user"]["username"], "password": PASSWORD, "mode": "cookie"}
    answer = requests.post(URL + "/v1/login", json=body, headers={"Origin": URL}, timeout=30)
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in answer.cookies)


def replace(case):
    if case.path == "/v1/sessions/{id}":
        case.path_parameters["id"] = user.get()["session"]["id"]
    if case.path == "/v1/csrf":
        case.headers["Cookie"] = cookies()
    if not isinstance(case.body, dict):
        return
    if case.path == "/v1/refresh":  # where it may be left out
        case.body.setdefault("refresh_token", "any")
    for name, value in real_values().items():
        if isinstance(case.body.get(name), str) and len(case.body[name]) > 0:
            case.body[name] = value


@schemathesis.hook
def before_call(context, case, kwargs):
    if next(turns) % 2:
        replace(case)
    # A wait is as long as it says, up to a minute.
    wait = case.query.get("wait_ms") if case.query else None
    if isinstance(wait, int) and WAIT_MAX_MS < wait <= 60000:
        case.query["wait_ms"] = WAIT_MAX_MS
