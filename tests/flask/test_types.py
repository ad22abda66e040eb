"""The types of lanyard.client and of what stands on a web framework."""

import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

import lanyard
import lanyard.flask

PACKAGE = Path(lanyard.__file__).parent
# lanyard.jwt is checked by bindings/python/tests, where its optional packages are.
ARGUMENTS = ["--follow-imports=silent", "-p", "lanyard.client", "-p", "lanyard.flask",
             "-m", "lanyard.fastapi", "-m", "lanyard.starlette", "-m", "lanyard.django"]


APPLICATION = '''
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask
from lanyard import AsyncClient, Client
from lanyard.client import ClientError, NoKeys, Refused, SessionEnded, Stale, Unavailable
from lanyard.flask import Identity, Lanyard, Problem, current_session, current_user, make_blueprint

app = Flask(__name__)
lanyard = Lanyard(app, name="a", blueprint=False)
lanyard.init_app(app, engine=None)
app.register_blueprint(make_blueprint(lanyard), url_prefix="/auth")
lanyard.protect(Blueprint("b", __name__), roles=["admin"])


@lanyard.user_loader
def load(identity: Identity) -> dict[str, str]:
    return {"id": identity.sub}


@lanyard.on_session_end
def ended(sid: str, user_id: str, reason: str) -> None:
    pass


@app.get("/")
@lanyard.required
def index() -> dict[str, Any]:
    name: str = current_session.sub
    return {"id": current_user.id, "name": name, "roles": current_session.roles}


@app.get("/pay")
@lanyard.required(roles="payer", max_age=timedelta(minutes=5))
@lanyard.roles("a", "b")
@lanyard.fresh_login
@lanyard.step_up(max_age=300)
@lanyard.public
def pay() -> str:
    found: Identity | None = lanyard.check(optional=True, any_role=["a"], max_age=5)
    token, is_cookie = lanyard.credential()
    if found is None or not found.has_role("a") or token is None:
        raise Problem("forbidden", "not you", status=403, realm="x", more=1)
    return pay_for(found.exp - found.iat)


def pay_for(seconds: int) -> str:
    return str(seconds)


def ask(context: Any) -> str:
    with Client("unix:/run/x", client_id="a", secret_file="b", audience=["a"], leeway=5,
                context=context) as client:
        client.start()
        client.require_keys()
        lag: float | None = client.lag
        try:
            tokens: dict[str, Any] = client.login("ada", "secret", device="phone", address="::1")
            tokens = client.refresh(tokens["refresh_token"])
            tokens = client.register(username="ada", password="secret")
            ended_count: int = client.logout(tokens["access_token"], scope="all")
            client.end_session(tokens["access_token"], client.sessions("x")[0]["sid"])
            client.reauth("x", "y")
            client.change_password("x", "y", "z")
            client.introspect("x")
            return client.verify(tokens["access_token"]).sub + str(client.me("x")["id"])
        except Refused as refused:
            return f"{refused.status} {refused.code} {refused.detail} {refused.retry_after}"
        except SessionEnded as session_ended:
            return session_ended.kind
        except Stale as stale:
            return "" if stale.lag is None else f"{stale.lag + (lag or 0)}"
        except (NoKeys, Unavailable, ClientError) as error:
            return f"{error} {client.is_following} {client.await_news(1)}"


async def ask_later() -> str:
    async with AsyncClient("http://127.0.0.1:8080", max_stale_s=5) as client:
        await client.login("ada", "secret")
        waiting: Awaitable[Identity] = client.verify("x")
        await client.close()
        return (await waiting).sub


wrong: int = Client("http://x").verify("token").sub
'''


def mypy(place, *arguments):
    return subprocess.run([sys.executable, "-m", "mypy", *arguments], text=True, cwd=place,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, "MYPYPATH": str(PACKAGE.parent)}, check=False)


@pytest.mark.everything
def test_types_hold(tmp_path):
    told = mypy(tmp_path, *ARGUMENTS)
    assert told.returncode == 0, told.stdout


@pytest.mark.everything
def test_application_passes_mypy_strict(tmp_path):
    """Every line of it, but the last, which is wrong."""
    (tmp_path / "application.py").write_text(APPLICATION)
    lines = mypy(tmp_path, "--strict", "--follow-imports=silent", "application.py").stdout
    last = APPLICATION.count("\n")
    assert [line.split(":")[1] for line in lines.splitlines()[:-1]] == [str(last)], lines


def test_every_public_name_of_the_extension_is_documented():
    told = []
    for name in lanyard.flask.__all__:
        value = getattr(lanyard.flask, name)
        if not isinstance(value, type):
            continue
        told += [f"{name}.{part}" for part, inner in vars(value).items() if not part.startswith("_")
                 and (callable(inner) or isinstance(inner, (property, staticmethod, classmethod)))
                 and not inspect.getdoc(getattr(value, part))]
    assert told == []
