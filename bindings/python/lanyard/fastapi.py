"""A FastAPI dependency over lanyard.AsyncClient.

    sessions = lanyard.AsyncClient("http://127.0.0.1:8080", client_id="shop", secret_file="...")
    current = Authorized(sessions)

    @app.get("/me")
    async def me(who: Annotated[Identity, Depends(current)]): ...

    @app.post("/pay")
    async def pay(who: Annotated[Identity, Depends(current.needing("payer", max_age=300))]): ...
"""

import time

from fastapi import HTTPException, Request
from fastapi.openapi.models import HTTPBearer as HTTPBearerModel
from fastapi.security.base import SecurityBase

from .starlette import refusal_of

__all__ = ["Authorized"]


class Authorized(SecurityBase):
    """Depends(Authorized(client)) gives the Identity, or answers 401, 403 or 503 itself."""

    def __init__(self, client, roles=(), max_age=None, optional=False):
        self.client = client
        self.roles = (roles,) if isinstance(roles, str) else tuple(roles)
        self.max_age = max_age
        self.optional = optional
        self.model = HTTPBearerModel(bearerFormat="JWT")  # for the OpenAPI document
        self.scheme_name = "Lanyard"

    def needing(self, *roles, max_age=None):
        """The same for those who have every one of these roles, and a login that is at most
        max_age seconds old."""
        return Authorized(self.client, roles, max_age)

    async def __call__(self, request: Request):
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return self._refuse(401, "no_credential", {"WWW-Authenticate": "Bearer"})
        try:
            identity = await self.client.verify(token.strip())
        except Exception as error:
            return self._refuse(*refusal_of(error))
        if not identity.has_role(*self.roles):
            raise HTTPException(403, "forbidden")
        if self.max_age is not None and time.time() - identity.auth_time > self.max_age:
            raise HTTPException(401, "reauth_required", {
                "WWW-Authenticate": 'Bearer error="insufficient_user_authentication", '
                                    f'max_age="{self.max_age}"'})
        return identity

    def _refuse(self, status, code, headers):
        if self.optional and status == 401:
            return None
        raise HTTPException(status, code, headers)
