"""Django middleware over lanyard.Client: request.lanyard is the Identity, or None.

    LANYARD = {"server": "http://127.0.0.1:8080", "client_id": "shop", "secret_file": "..."}
    LANYARD_PUBLIC = ["/", "/static/"]      # everything else needs a token
    MIDDLEWARE = [..., "lanyard.django.LanyardMiddleware"]

@roles_required("admin") on a view demands roles. A bearer token comes with no cookie, so Django's
CSRF check is not needed for it: such a request is marked as one that does.
"""

from functools import wraps

from django.conf import settings
from django.http import JsonResponse

from .client import Client
from .starlette import refusal_of

__all__ = ["LanyardMiddleware", "roles_required"]


def _refused(status, code, headers):
    response = JsonResponse({"status": status, "code": code}, status=status,
                            content_type="application/problem+json")
    for name, value in headers.items():
        response[name] = value
    return response


class LanyardMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response
        self.client = Client(**settings.LANYARD)
        self.public = tuple(getattr(settings, "LANYARD_PUBLIC", ()))

    def __call__(self, request):
        request.lanyard, refusal = self._identify(request)
        if refusal is not None and request.method != "OPTIONS" and not self._is_public(request.path):
            return _refused(*refusal)
        return self.get_response(request)

    def _is_public(self, path):
        return any(path == one or (one.endswith("/") and len(one) > 1 and path.startswith(one))
                   for one in self.public)

    def _identify(self, request):
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return None, (401, "no_credential", {"WWW-Authenticate": "Bearer"})
        try:
            identity = self.client.verify(token.strip())
        except Exception as error:
            return None, refusal_of(error)
        request._dont_enforce_csrf_checks = True
        return identity, None


def roles_required(*roles):
    """403 without every one of these roles, 401 for nobody."""
    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if request.lanyard is None:
                return _refused(401, "no_credential", {"WWW-Authenticate": "Bearer"})
            if not request.lanyard.has_role(*roles):
                return _refused(403, "forbidden", {})
            return view(request, *args, **kwargs)
        return guarded
    return decorate
