"""lanyard.Client: what an application behind lanyardd needs of it.

A token is verified in this process, with the server's public keys, and looked up in what the
server has ended. A thread follows that list: it waits at GET /v1/revocations, and knows of a logout
as soon as the server does. So a protected request costs no call, and a logout is seen within a
second. How far behind it may fall is stated: beyond max_stale_s it refuses, or asks.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import threading
import time
import weakref
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, quote_plus

import lanyard

from .errors import NoKeys, Refused, SessionEnded, Stale, Unavailable
from .identity import Identity, verified
from .revoked import Revoked
from .transport import Transport, read_object

if TYPE_CHECKING:
    import ssl

__all__ = ["Client"]

ALGORITHMS = ("EdDSA", "ES256", "RS256")
WAIT_S = 2.0  # of one long poll
KEYS_EVERY_S = 300
KEYS_PAUSE_S = 0.2  # between two fetches for the sake of an unknown kid
RETRY_FIRST_S, RETRY_MAX_S = 0.05, 1.0

CACHE_MAX = 4096

log = logging.getLogger("lanyard.client")

_clients: weakref.WeakSet["Client"] = weakref.WeakSet()


class _Cached:
    """A Verifier that remembers which texts it has verified. It dies with its key set, so a key
    that is gone vouches for nothing; time is looked at with every use, and so is revocation, by
    who asks."""

    def __init__(self, verifier, leeway):
        self._verifier, self._leeway = verifier, leeway
        self._known = {}

    def verify(self, text, now=None):
        now = int(time.time()) if now is None else now
        found = self._known.get(text)
        if found is not None and found["iat"] - self._leeway <= now < found["exp"] + self._leeway:
            return found
        found = self._verifier.verify(text, now=now)
        if len(self._known) >= CACHE_MAX:
            self._known = {}
        self._known[text] = found
        return found


def _after_fork():
    for client in list(_clients):
        client._reset()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class Client:
    """THREADS: share it. It may be made before a fork; the child follows on its own.

    server: "http://127.0.0.1:8080", "https://...", "unix:PATH". client_id, secret_file: of an OAuth
    client made by `lanyardd admin clients`, for the feed and introspection. issuer, audience: what
    tokens must say; None: any that the server's keys signed. when_stale: "refuse" raises Stale,
    "introspect" asks the server. context: an ssl.SSLContext.
    """

    def __init__(self, server: str, *, client_id: str | None = None,
                 secret_file: str | os.PathLike[str] | None = None, issuer: str | None = None,
                 audience: str | Iterable[str] | None = None, max_stale_s: float = 10.0,
                 when_stale: str = "refuse", leeway: int = 0, timeout_s: float = 5.0,
                 context: ssl.SSLContext | None = None,
                 algorithms: str | Iterable[str] = ALGORITHMS) -> None:
        if when_stale not in ("refuse", "introspect"):
            raise ValueError(f"when_stale is {when_stale!r}: expected refuse or introspect")
        if client_id and not secret_file:
            raise ValueError("client_id needs secret_file")
        self.max_stale_s = max_stale_s
        self.when_stale = when_stale
        self._timeout_s = timeout_s
        self._leeway = leeway
        self._http = Transport(server, context)
        self._feed_http = Transport(server, context)
        self._client_id, self._secret_file = client_id, secret_file
        rules: dict[str, Any] = {"issuers": issuer, "typ": "at+jwt", "leeway": leeway,
                 "required": ("exp", "iat", "sub", "sid")}
        rules |= {"audiences": audience} if audience else {"allow": ["any_aud"]}
        self._policy = lanyard.Policy(algorithms, **rules)
        self._revoked = Revoked()
        self._verifier = None
        self._keys_at = 0.0
        self._is_closed = False
        self._reset()
        _clients.add(self)

    def _reset(self):
        """Locks and threads of this process: at the start, and in a child after a fork."""
        self._lock = threading.Lock()
        self._keys_lock = threading.Lock()
        self._news = threading.Condition()
        self._stop = threading.Event()
        self._thread = None
        self._http.forget()
        self._feed_http.forget()

    # Keys.

    def _fetch_keys(self):
        status, _, text = self._http.send("GET", "/.well-known/jwks.json",
                                          timeout=self._timeout_s)
        if status != 200:
            raise Unavailable(f"GET /.well-known/jwks.json: status {status}")
        if not read_object(text, "GET /.well-known/jwks.json").get("keys"):
            raise NoKeys
        try:
            keys = lanyard.KeySet(text.decode())
        except lanyard.Error as error:
            raise Unavailable(f"GET /.well-known/jwks.json: {error}") from error
        self._verifier = _Cached(lanyard.Verifier(self._policy, keys), self._leeway)
        self._keys_at = time.monotonic()

    def _keys_newer_than(self, seen):
        """Fetches the keys, unless somebody has meanwhile. A key may be used the moment it is
        made, so who names an unknown one waits for the next fetch and is not refused unseen;
        however many wait, there is one fetch in KEYS_PAUSE_S."""
        with self._keys_lock:
            if self._verifier is not seen:
                return
            if seen is not None:
                time.sleep(max(0.0, self._keys_at + KEYS_PAUSE_S - time.monotonic()))
            self._fetch_keys()

    def require_keys(self) -> None:
        """Fetches the server's keys unless they are known. Unavailable; NoKeys."""
        self._keys_newer_than(None)

    # The feed.

    @property
    def lag(self) -> float | None:
        """Seconds since the last news of what was ended; None: there was none yet."""
        return self._revoked.lag()

    @property
    def is_following(self) -> bool:
        """Whether it was given a client_id, and so may know what was ended."""
        return self._client_id is not None

    def _basic(self):
        """Read each time: a secret that was rotated in its file is used from then on."""
        with open(self._secret_file, encoding="utf-8") as file:
            secret = file.read().strip()
        pair = f"{quote_plus(self._client_id)}:{quote_plus(secret)}".encode()
        return {"Authorization": "Basic " + base64.b64encode(pair).decode()}

    def _poll(self, wait_s):
        cursor = self._revoked.cursor
        path = "/v1/revocations?wait_ms=" + str(int(wait_s * 1000))
        if cursor:
            path += "&since=" + quote(cursor, safe=":")
        asked = time.monotonic()
        status, headers, text = self._feed_http.send(
            "GET", path, headers=self._basic(), timeout=wait_s + self._timeout_s)
        if status != 200:
            raise Refused(status, {"code": "feed", "detail": text[:200].decode("utf-8", "replace")},
                          headers.get("Retry-After"))
        lines = [json.loads(line) for line in text.splitlines() if line.strip()]
        kinds = self._revoked.take(lines[0], lines[1:], asked)
        with self._news:
            self._news.notify_all()
        if "kid" in kinds:
            self._keys_newer_than(self._verifier)

    def _follow(self, stop):
        """Whatever an answer holds, the next one is asked for: who stops here is stale for good."""
        pause, wait = RETRY_FIRST_S, min(WAIT_S, self.max_stale_s / 4)
        while not stop.is_set():
            try:
                self._poll(wait if self._revoked.is_known else 0)
                if time.monotonic() - self._keys_at > KEYS_EVERY_S:
                    self._keys_newer_than(self._verifier)
                self._revoked.drop_expired()
                pause = RETRY_FIRST_S
            except Exception as error:
                if pause == RETRY_FIRST_S:
                    log.warning("no news of ended sessions: %s: %r", type(error).__name__,
                                str(error))
                stop.wait(pause)
                pause = min(pause * 2, RETRY_MAX_S)

    def start(self) -> None:
        """Follows the feed. The first verify() does it; a server that calls it at its start
        spares the first request the wait."""
        with self._lock:
            if self._thread is None and not self._is_closed and self.is_following:
                self._thread = threading.Thread(target=self._follow, args=(self._stop,),
                                                name="lanyard-feed", daemon=True)
                self._thread.start()

    def await_news(self, timeout_s: float = 5.0) -> bool:
        """Waits until the list of ended sessions is known and fresh. False: in vain."""
        self.start()
        with self._news:
            return self._news.wait_for(lambda: not self._is_stale(), timeout_s)

    def close(self) -> None:
        """Stops following. Whoever is in verify() goes on."""
        self._is_closed = True
        self._stop.set()
        self._http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Verifying.

    def _is_stale(self):
        lag = self._revoked.lag()
        return lag is None or lag > self.max_stale_s

    def _verified(self, token, forgive_expiry=False):
        verifier = self._verifier
        if verifier is None:
            self._keys_newer_than(None)
            verifier = self._verifier
        try:
            return verified(verifier, token, forgive_expiry=forgive_expiry)
        except lanyard.errors.KeyNotFoundError:
            self._keys_newer_than(verifier)
            return verified(self._verifier, token, forgive_expiry=forgive_expiry)

    def verify(self, token: str, check_session: bool = True) -> Identity:
        """The Identity of a live session. lanyard.Error: the token is no good; SessionEnded;
        Stale; Unavailable: the keys could not be fetched; NoKeys: there are none to fetch."""
        if self._thread is None:
            self.start()
        found = self._verified(token)
        claims = found.claims
        if check_session:
            self._check_revoked(token, found, claims)
        return Identity.of(claims)

    def verify_here(self, token: str, check_session: bool = True) -> Identity:
        """verify() for who must not wait: it fetches no key (KeyNotFoundError) and waits for no
        news (Stale)."""
        found = verified(self._verifier, token)
        claims = found.claims
        if check_session:
            if self._is_stale():
                raise Stale(self._revoked.lag())
            self._refuse_revoked(found, claims)
        return Identity.of(claims)

    def _refuse_revoked(self, found, claims):
        kid = found.header.get("kid") if self._revoked.has_keys else None
        kind = self._revoked.refuses(claims, kid)
        if kind is not None:
            raise SessionEnded(kind)

    def _check_revoked(self, token, found, claims):
        if self._is_stale():
            # News may be a moment away: at the start, after a fork, after a pause.
            if not self.is_following or not self.await_news(min(1.0, self._timeout_s)):
                self._when_stale(token)
                return
        self._refuse_revoked(found, claims)

    def _when_stale(self, token):
        if self.when_stale == "refuse" or not self.is_following:
            raise Stale(self._revoked.lag())
        try:
            answer = self.introspect(token)
        except Unavailable:
            raise Stale(self._revoked.lag()) from None
        if not answer.get("active"):
            raise SessionEnded("introspection")

    def introspect(self, token: str) -> dict[str, Any]:
        """What the server says of the token (RFC 7662)."""
        return self._http.call("POST", "/oauth/introspect", form="token=" + quote_plus(token),
                               headers=self._basic(), timeout=self._timeout_s,
                               is_repeatable=True)

    # What a user does. A TokenSet is a dict as lanyardd gives it.

    def _call(self, method, path, body=None, access_token=None, address=None, user_agent=None,
              is_repeatable=None):
        headers = {}
        if access_token:
            headers["Authorization"] = "Bearer " + access_token
        if address:
            headers["X-Forwarded-For"] = address
        if user_agent:
            headers["User-Agent"] = user_agent
        return self._http.call(method, "/v1" + path, body, headers, timeout=self._timeout_s,
                               is_repeatable=is_repeatable)

    @staticmethod
    def _device(device):
        return {"device": {"label": device}} if device else {}

    def register(self, *, password: str, username: str | None = None, email: str | None = None,
                 device: str | None = None, **origin: str | None) -> dict[str, Any]:
        """A TokenSet. origin: address= and user_agent= of who asks, for limits and lists; the
        address counts when lanyardd trusts this host as a proxy."""
        names = {key: value for key, value in (("username", username), ("email", email)) if value}
        return self._call("POST", "/register", {**names, "password": password,
                                                **self._device(device)}, **origin)

    def login(self, login: str, password: str, *, device: str | None = None,
              **origin: str | None) -> dict[str, Any]:
        """A TokenSet of a new session. login: a user name or an e-mail address."""
        return self._call("POST", "/login", {"login": login, "password": password,
                                             **self._device(device)}, **origin)

    def refresh(self, refresh_token: str, **origin: str | None) -> dict[str, Any]:
        """A TokenSet. Sent once more when the connection is lost: within its grace window the
        server answers a repetition with the same generation."""
        return self._call("POST", "/refresh", {"refresh_token": refresh_token},
                          is_repeatable=True, **origin)

    def logout(self, access_token: str | None = None, *, refresh_token: str | None = None,
               scope: str = "this", **origin: str | None) -> int:
        """How many sessions it ended: this one, the user's others, or all. This process refuses
        the caller's own tokens from now on, those of other sessions with the next news, like every
        process. With a refresh token alone it is traded for an access token first: one that was
        used long ago ends its session by that."""
        if access_token is None:
            try:
                access_token = self.refresh(cast(str, refresh_token), **origin)["access_token"]
            except Refused as refused:
                is_over = refused.code in ("session_ended", "session_expired", "refresh_reused")
                if is_over and scope == "this":
                    return 0
                raise
        answer = self._call("POST", "/logout", {"scope": scope}, access_token, **origin)
        if scope != "others":
            self._forget(access_token)
        return answer.get("revoked", 0)

    def _forget(self, access_token):
        try:
            claims = self._verified(access_token, forgive_expiry=True).claims
        except lanyard.Error:
            return
        self._revoked.add_session(claims["sid"], 86400)

    def me(self, access_token: str, **origin: str | None) -> dict[str, Any]:
        """What lanyardd tells the user of the user."""
        return self._call("GET", "/me", None, access_token, **origin)

    def sessions(self, access_token: str, **origin: str | None) -> list[dict[str, Any]]:
        """The user's live sessions."""
        return self._call("GET", "/sessions", None, access_token, **origin)["items"]

    def end_session(self, access_token: str, sid: str, **origin: str | None) -> None:
        """Ends one of the user's sessions; this process refuses its tokens from now on."""
        self._call("DELETE", "/sessions/" + quote(sid, safe=""), None, access_token, **origin)
        self._revoked.add_session(sid, 86400)

    def reauth(self, access_token: str, password: str, **origin: str | None) -> dict[str, Any]:
        """A TokenSet of a new session with a fresh auth_time; the old one ends."""
        token_set = self._call("POST", "/reauth", {"password": password}, access_token, **origin)
        self._forget(access_token)
        return token_set

    def change_password(self, access_token: str, current_password: str, new_password: str,
                        **origin: str | None) -> dict[str, Any]:
        """A TokenSet of a new session; every other of the user ends."""
        token_set = self._call("POST", "/me/password", {
            "current_password": current_password, "new_password": new_password}, access_token,
            **origin)
        self._forget(access_token)
        return token_set
