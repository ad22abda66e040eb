"""FastAPI, Starlette and Django in front of a real lanyardd."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import pytest

import lanyard
from lanyard.client import Client, Identity

from conftest import PASSWORD

fastapi = pytest.importorskip("fastapi")


def make_tokens(server):
    with Client(server.url) as client:
        return client.register(username=f"u{time.time_ns()}", password=PASSWORD)


def bearer(tokens):
    return {"Authorization": "Bearer " + tokens["access_token"]}


def async_client(server):
    return lanyard.AsyncClient(server.url, client_id=server.client_id,
                               secret_file=server.secret_file)


def test_fastapi_dependency(lanyardd):
    from fastapi.testclient import TestClient
    from lanyard.fastapi import Authorized

    sessions = async_client(lanyardd)
    current = Authorized(sessions)
    app = fastapi.FastAPI()

    @app.get("/me")
    async def me(who: Annotated[Identity, fastapi.Depends(current)]):
        return {"sub": who.sub}

    @app.get("/admin")
    async def admin(who: Annotated[Identity, fastapi.Depends(current.needing("admin"))]):
        return {}

    @app.get("/soon")
    async def soon(who: Annotated[Identity, fastapi.Depends(current.needing(max_age=-1))]):
        return {}

    @app.get("/maybe")
    async def maybe(who: Annotated[Identity | None,
                                   fastapi.Depends(Authorized(sessions, optional=True))]):
        return {"sub": who and who.sub}

    tokens = make_tokens(lanyardd)
    with TestClient(app) as web:
        assert web.get("/me", headers=bearer(tokens)).json() == {"sub": tokens["user"]["id"]}
        refused = web.get("/me")
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert web.get("/me", headers={"Authorization": "Bearer x"}).json() == {
            "detail": "invalid_token"}
        assert web.get("/admin", headers=bearer(tokens)).status_code == 403
        stepped = web.get("/soon", headers=bearer(tokens))
        assert "insufficient_user_authentication" in stepped.headers["www-authenticate"]
        assert web.get("/maybe").json() == {"sub": None}
        assert web.get("/maybe", headers={"Authorization": "Bearer x"}).json() == {"sub": None}
        assert "Lanyard" in web.get("/openapi.json").json()["components"]["securitySchemes"]
        asyncio.run(sessions.logout(tokens["access_token"]))
        assert web.get("/me", headers=bearer(tokens)).json() == {"detail": "session_ended"}


def test_starlette_middleware(lanyardd):
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.responses import JSONResponse
    from starlette.routing import Route, WebSocketRoute
    from starlette.testclient import TestClient
    from starlette.websockets import WebSocketDisconnect

    from lanyard.starlette import Lanyard

    async def me(request):
        who = request.state.lanyard
        return JSONResponse({"sub": who and who.sub})

    async def socket(websocket):
        await websocket.accept()
        await websocket.send_text(websocket.state.lanyard.sub)
        await websocket.close()

    sessions = async_client(lanyardd)
    app = Starlette(
        routes=[Route("/", me), Route("/me", me), Route("/open/x", me),
                WebSocketRoute("/socket", socket)],
        middleware=[Middleware(Lanyard, client=sessions, public=("/", "/open/"))])
    tokens = make_tokens(lanyardd)
    web = TestClient(app)
    assert web.get("/me", headers=bearer(tokens)).json() == {"sub": tokens["user"]["id"]}
    refused = web.get("/me")
    assert (refused.status_code, refused.headers["content-type"], refused.json()["code"]) == (
        401, "application/problem+json", "no_credential")
    assert web.get("/me", headers={"Authorization": "Bearer x"}).json()["code"] == "invalid_token"
    for path in ("/", "/open/x"):
        for headers in ({}, {"Authorization": "Bearer x"}):
            assert web.get(path, headers=headers).json() == {"sub": None}
    with web.websocket_connect("/socket", headers=bearer(tokens)) as connected:
        assert connected.receive_text() == tokens["user"]["id"]
    with pytest.raises(WebSocketDisconnect), web.websocket_connect("/socket"):
        pass
    asyncio.run(sessions.logout(tokens["access_token"]))
    assert web.get("/me", headers=bearer(tokens)).json()["code"] == "session_ended"


SITE = """
import django
from django.conf import settings
settings.configure(
    SECRET_KEY="s" * 40, ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"],
    MIDDLEWARE=["lanyard.django.LanyardMiddleware",
                "django.middleware.csrf.CsrfViewMiddleware"],
    LANYARD={lanyard!r}, LANYARD_PUBLIC=["/", "/open/"])
django.setup()
from django.http import JsonResponse
from django.test import Client
from django.urls import path
from lanyard.django import roles_required

def me(request):
    return JsonResponse({{"sub": request.lanyard and request.lanyard.sub}})

urlpatterns = [path("", me), path("me", me), path("open/x", me),
               path("admin", roles_required("admin")(me)),
               path("open/admin", roles_required("admin")(me))]
token = {{"Authorization": "Bearer {token}"}}
bad = {{"Authorization": "Bearer x"}}
web = Client(enforce_csrf_checks=True)
"""


def run_django(folder, lanyard_settings, token, walk):
    """In a process of its own: Django's settings are the process's."""
    script = folder / "site.py"
    script.write_text(SITE.format(lanyard=lanyard_settings, token=token) + walk
                      + "\nprint('walked')\n")
    run = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60)
    assert run.stdout == "walked\n", run.stderr


def test_django_middleware(lanyardd, tmp_path):
    tokens = make_tokens(lanyardd)
    settings = {"server": lanyardd.url, "client_id": lanyardd.client_id,
                "secret_file": str(lanyardd.secret_file)}
    run_django(tmp_path, settings, tokens["access_token"], f"""
assert web.get("/me", headers=token).json() == {{"sub": {tokens["user"]["id"]!r}}}
assert web.post("/me", headers=token).status_code == 200
refused = web.get("/me")
assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")
assert refused.json()["code"] == "no_credential"
assert web.get("/me", headers=bad).json()["code"] == "invalid_token"
for path in ("/", "/open/x"):
    assert web.get(path).json() == web.get(path, headers=bad).json() == {{"sub": None}}
assert web.post("/open/x", headers=bad).status_code == 403  # Django's own check
assert web.get("/open/admin", headers=bad).status_code == 401
assert web.get("/admin", headers=token).status_code == 403
""")


# Nothing can be said of a token: the server is away, or there is no news of what it ended.


@pytest.fixture(params=["away", "no news"])
def mute(request, lanyardd):
    """Arguments of a Client that cannot judge a token, and a token."""
    server = "http://127.0.0.1:1" if request.param == "away" else lanyardd.url
    return {"server": server}, make_tokens(lanyardd)


def test_fastapi_says_503_when_nothing_is_known(mute):
    from fastapi.testclient import TestClient
    from lanyard.fastapi import Authorized

    app = fastapi.FastAPI()
    settings, tokens = mute
    for path, is_optional in (("/me", False), ("/maybe", True)):
        async def view(who: Annotated[Identity | None, fastapi.Depends(Authorized(
                lanyard.AsyncClient(**settings), optional=is_optional))]):
            return {"sub": who and who.sub}

        app.get(path)(view)
    web = TestClient(app)
    for path in ("/me", "/maybe"):
        answer = web.get(path, headers=bearer(tokens))
        assert (answer.status_code, answer.json()) == (503, {"detail": "unavailable"})
        assert answer.headers["retry-after"] == "1"
        assert "www-authenticate" not in answer.headers
    assert web.get("/maybe").json() == {"sub": None}


def test_starlette_says_503_when_nothing_is_known(mute):
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.responses import JSONResponse
    from starlette.routing import Route
    from starlette.testclient import TestClient

    from lanyard.starlette import Lanyard

    async def me(request):
        who = request.state.lanyard
        return JSONResponse({"sub": who and who.sub})

    settings, tokens = mute
    web = TestClient(Starlette(routes=[Route("/", me), Route("/me", me)], middleware=[
        Middleware(Lanyard, client=lanyard.AsyncClient(**settings), public=("/",))]))
    answer = web.get("/me", headers=bearer(tokens))
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert (answer.headers["retry-after"], answer.headers.get("www-authenticate")) == ("1", None)
    assert web.get("/", headers=bearer(tokens)).json() == {"sub": None}


def test_django_says_503_when_nothing_is_known(mute, tmp_path):
    settings, tokens = mute
    run_django(tmp_path, settings, tokens["access_token"], """
answer = web.get("/me", headers=token)
assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
assert (answer["Retry-After"], answer.get("WWW-Authenticate")) == ("1", None)
assert web.get("/open/x", headers=token).json() == {"sub": None}
""")


def test_error_of_another_kind_goes_on():
    from lanyard.starlette import refusal_of

    with pytest.raises(ZeroDivisionError):
        refusal_of(ZeroDivisionError())


@pytest.mark.parametrize("name", ["fastapi", "starlette", "django"])
def test_each_is_one_short_file(name):
    path = Path(lanyard.__file__).parent / f"{name}.py"
    assert len(path.read_text().splitlines()) <= 80
