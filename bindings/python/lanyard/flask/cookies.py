"""Cookie mode: tokens in cookies that no script reads, and what keeps other sites out.

A browser sends cookies along with requests that other sites make it send. So a request that changes
something counts only when it comes from this origin (Sec-Fetch-Site or Origin says so) and repeats
in a header the value of a cookie that another site cannot read. That value is a MAC of the session
id, so it cannot be planted either.
"""

import base64
import hmac

from .problems import Problem

__all__ = ["Cookies"]

SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))
CSRF_HEADER = "X-CSRF-Token"


class Cookies:
    """secret: None where tokens come in the header alone."""

    def __init__(self, name, secret, is_secure, path, origins=()):
        host, secure = ("__Host-", "__Secure-") if is_secure else ("", "")
        stem = "lanyard" + (f"-{name}" if name else "")
        self.access = f"{host}{stem}-access"
        self.refresh = f"{secure}{stem}-refresh"
        self.csrf = f"{host}{stem}-csrf"
        self.is_secure = is_secure
        self.path = path
        self.origins = frozenset(origins)
        self._key = secret and hmac.digest(secret, b"lanyard csrf 1", "sha256")

    @property
    def are_used(self):
        return self._key is not None

    def csrf_of(self, sid):
        """The double-submit value of a session."""
        if not self.are_used:
            raise RuntimeError("LANYARD_LOCATIONS is without cookie")
        mac = hmac.digest(self._key, sid.encode(), "sha256")[:18]
        return base64.urlsafe_b64encode(mac).decode()

    def put(self, response, token_set):
        """Sets all three. They live as long as the refresh token: an expired access token says
        "refresh me" where a missing one would say nothing."""
        sid, age = token_set["session"]["id"], token_set["refresh_expires_in"]
        common = {"secure": self.is_secure, "max_age": age}
        response.set_cookie(self.access, token_set["access_token"], path="/", httponly=True,
                            samesite="Lax", **common)
        response.set_cookie(self.refresh, token_set["refresh_token"], path=self.path,
                            httponly=True, samesite="Strict", **common)
        response.set_cookie(self.csrf, self.csrf_of(sid), path="/", samesite="Strict", **common)

    def clear(self, response):
        for name, path in ((self.access, "/"), (self.refresh, self.path), (self.csrf, "/")):
            response.delete_cookie(name, path=path, secure=self.is_secure)

    def check_origin(self, request):
        """Refuses what another site makes a browser send."""
        site = request.headers.get("Sec-Fetch-Site")
        origin = request.headers.get("Origin")
        if origin in self.origins:
            return
        if site is not None and site not in ("same-origin", "none"):
            raise Problem("cross_site", f"Sec-Fetch-Site is {site}: only requests of this origin "
                          "count with a cookie")
        if origin is not None and origin != request.host_url.rstrip("/"):
            raise Problem("cross_site", "the request's Origin is not this host's")

    def check_double_submit(self, request, sid):
        """Refuses who cannot read this host's cookies."""
        given = request.headers.get(CSRF_HEADER)
        if given is None:
            raise Problem("cross_site", f"a request with a cookie that changes something needs the "
                          f"header {CSRF_HEADER}, with the value of the cookie {self.csrf}")
        if not hmac.compare_digest(given.encode(), self.csrf_of(sid).encode()):
            raise Problem("cross_site", f"{CSRF_HEADER} does not belong to this session")

    def check(self, request, sid):
        if request.method not in SAFE_METHODS:
            self.check_origin(request)
            self.check_double_submit(request, sid)
