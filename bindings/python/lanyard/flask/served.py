"""The back end on lanyardd: the methods of embedded.py, by way of lanyard.Client."""

import logging
import time

import lanyard

from ..client import Client, NoKeys, Refused, SessionEnded, Stale, Unavailable
from .problems import TITLES, Problem
from .tokens import token_problem

__all__ = ["Served"]

log = logging.getLogger(__name__)

# What lanyardd says beside these members is not the browser's business.
PASSED_ON = ("reason", "reasons", "which")


def _problem_of(refused):
    members = {key: value for key, value in refused.members.items() if key in PASSED_ON}
    code = refused.code if refused.code in TITLES else "unavailable"
    detail = refused.members.get("detail", "") if code == refused.code else ""
    return Problem(code, detail, status=refused.status if code == refused.code else 503,
                   retry_after=refused.retry_after, **members)


class _Translated:
    """Leaves a with block with a Problem where the client raised something."""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, Refused):
            raise _problem_of(error) from error
        if isinstance(error, SessionEnded):
            raise Problem("session_ended") from None
        if isinstance(error, Stale):
            raise Problem("unavailable", str(error), retry_after=1, lag=error.lag) from None
        if isinstance(error, NoKeys):
            log.error("%s", error)
        if isinstance(error, Unavailable):
            raise Problem("unavailable", "the session server does not answer",
                          retry_after=1) from error
        if isinstance(error, lanyard.Error):
            raise token_problem(error) from None


_translated = _Translated()


def _origin(origin):
    return {"address": origin.address, "user_agent": origin.user_agent}


class Served:
    is_embedded = False

    def __init__(self, settings):
        self.client = Client(
            settings.server, client_id=settings.client_id,
            secret_file=settings.client_secret_file, issuer=settings.issuer,
            audience=settings.audience, max_stale_s=settings.max_stale,
            when_stale=settings.when_stale, leeway=settings.leeway_seconds)
        self.check_sessions = settings.check_sessions

    @staticmethod
    def now():
        return time.time_ns() // 1000

    def register(self, username, email, password, origin, device=""):
        with _translated:
            return self.client.register(username=username, email=email, password=password,
                                        device=device, **_origin(origin))

    def login(self, login, password, origin, device=""):
        with _translated:
            return self.client.login(login, password, device=device, **_origin(origin))

    def refresh(self, refresh_token, origin):
        with _translated:
            return self.client.refresh(refresh_token, **_origin(origin))

    def verify(self, access_token, check_session=None):
        with _translated:
            return self.client.verify(
                access_token, self.check_sessions if check_session is None else check_session)

    def logout(self, access_token=None, refresh_token=None, scope="this"):
        if not access_token and not refresh_token:
            raise Problem("no_credential")
        with _translated:
            return self.client.logout(access_token or None, refresh_token=refresh_token,
                                      scope=scope)

    def list_sessions(self, identity, access_token):
        with _translated:
            items = self.client.sessions(access_token)
        for item in items:
            device = item.get("device")
            if isinstance(device, dict):
                item["device"] = device.get("label") or ""
        return items

    def end_session(self, identity, access_token, sid):
        with _translated:
            self.client.end_session(access_token, sid)

    def reauth(self, identity, access_token, password, origin, login=None):
        with _translated:
            return self.client.reauth(access_token, password, **_origin(origin))

    def change_password(self, identity, access_token, password, new_password, origin):
        with _translated:
            return self.client.change_password(access_token, password, new_password,
                                               **_origin(origin))

    def user(self, identity, access_token):
        with _translated:
            answer = self.client.me(access_token)
        return answer.get("user", answer)

    def diagnose(self):
        """Lines for `flask lanyard doctor`."""
        is_fresh = self.client.await_news(3)
        lag = self.client.lag
        try:
            self.client.require_keys()
        except Unavailable as error:
            return [f"keys       {error}"]
        return ["following  " + (f"{lag:.3f} s behind" if is_fresh else "no news: "
                                 "is client_id right, and does the server answer?")]
