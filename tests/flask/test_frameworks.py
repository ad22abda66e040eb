"""FastAPI, Starlette and Django in front of a real lanyardd."""

import asyncio
import subprocess
import sys
import textwrap
import time
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
    assert web.get("/").json() == web.get("/open/x").json() == {"sub": None}
    with web.websocket_connect("/socket", headers=bearer(tokens)) as connected:
        assert connected.receive_text() == tokens["user"]["id"]
    with pytest.raises(WebSocketDisconnect), web.websocket_connect("/socket"):
        pass
    asyncio.run(sessions.logout(tokens["access_token"]))
    assert web.get("/me", headers=bearer(tokens)).json()["code"] == "session_ended"


def test_django_middleware(lanyardd, tmp_path):
    """In a process of its own: Django's settings are the process's."""
    tokens = make_tokens(lanyardd)
    script = tmp_path / "site.py"
    script.write_text(textwrap.dedent(f"""
        import django
        from django.conf import settings
        settings.configure(
            SECRET_KEY="s" * 40, ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"],
            MIDDLEWARE=["lanyard.django.LanyardMiddleware",
                        "django.middleware.csrf.CsrfViewMiddleware"],
            LANYARD={{"server": {lanyardd.url!r}, "client_id": {lanyardd.client_id!r},
                     "secret_file": {str(lanyardd.secret_file)!r}}},
            LANYARD_PUBLIC=["/open/"])
        django.setup()
        from django.http import JsonResponse
        from django.test import Client
        from django.urls import path
        from lanyard.django import roles_required

        def me(request):
            return JsonResponse({{"sub": request.lanyard and request.lanyard.sub}})

        urlpatterns = [path("me", me), path("open/x", me),
                       path("admin", roles_required("admin")(me))]
        token = {{"Authorization": "Bearer {tokens['access_token']}"}}
        web = Client(enforce_csrf_checks=True)
        assert web.get("/me", headers=token).json() == {{"sub": {tokens['user']['id']!r}}}
        assert web.post("/me", headers=token).status_code == 200
        refused = web.get("/me")
        assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")
        assert refused.json()["code"] == "no_credential"
        assert web.get("/me", headers={{"Authorization": "Bearer x"}}).json()["code"] == "invalid_token"
        assert web.get("/open/x").json() == {{"sub": None}}
        assert web.get("/admin", headers=token).status_code == 403
        print("walked")
    """))
    run = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60)
    assert run.stdout == "walked\n", run.stderr
