"""JSON over HTTP with the standard library alone: connections are kept, one a thread."""

import http.client
import json
import select
import socket
import ssl
import threading
from urllib.parse import urlsplit

from .errors import Refused, Unavailable

__all__ = ["Transport", "read_object"]

# What does the same when it comes twice, whoever heard of the first answer.
REPEATABLE = frozenset(("GET", "HEAD", "DELETE"))
ANSWER_MAX = 64 * 1024 * 1024


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _is_dropped(connection):
    """Whether the other side has closed it: nothing is due, so whatever can be read is the end."""
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return bool(poll.poll(0))


class Transport:
    """url: http://host:port, https://..., or unix:PATH."""

    def __init__(self, url, context=None):
        self.url = url
        self._parts = urlsplit(url)
        if self._parts.scheme not in ("http", "https", "unix"):
            raise ValueError(f"{url!r}: expected http://, https:// or unix:PATH")
        self._context = context
        self._local = threading.local()

    def _connect(self, timeout):
        parts = self._parts
        if parts.scheme == "unix":
            return _UnixConnection(parts.path, timeout)
        if parts.scheme == "http":
            return http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=timeout)
        return http.client.HTTPSConnection(
            parts.hostname, parts.port or 443, timeout=timeout,
            context=self._context or ssl.create_default_context())

    def forget(self):
        """After a fork: the parent's connections are not ours."""
        self._local = threading.local()

    def close(self):
        """Closes this thread's connection."""
        connection = self._local.__dict__.pop("connection", None)
        if connection is not None:
            connection.close()

    def _send(self, method, path, body, headers, timeout):
        connection = self._local.__dict__.get("connection")
        if connection is not None and connection.sock is not None and _is_dropped(connection):
            self.close()
            connection = None
        if connection is None:
            connection = self._local.connection = self._connect(timeout)
        connection.timeout = timeout
        if connection.sock is not None:
            connection.sock.settimeout(timeout)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        data = answer.read(ANSWER_MAX + 1)
        if answer.will_close:
            self.close()
        return answer, data

    def send(self, method, path, body=None, headers=(), timeout=5.0, is_repeatable=None):
        """(status, headers, bytes). A kept connection that the server has closed is opened anew.
        Closed after the request was sent, before anything of an answer came: the server may have
        done what it was asked, so the request is sent again only when it is repeatable."""
        if is_repeatable is None:
            is_repeatable = method in REPEATABLE
        was_kept = "connection" in self._local.__dict__
        try:
            answer, data = self._send(method, path, body, dict(headers), timeout)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            is_unread = isinstance(error, (http.client.RemoteDisconnected, BrokenPipeError,
                                           ConnectionResetError))
            if not (was_kept and is_unread and is_repeatable):
                raise Unavailable(f"{method} {path}: {error or type(error).__name__}") from error
            try:
                answer, data = self._send(method, path, body, dict(headers), timeout)
            except (OSError, http.client.HTTPException) as again:
                self.close()
                raise Unavailable(f"{method} {path}: {again}") from again
        return answer.status, answer.headers, data

    def call(self, method, path, body=None, headers=(), form=None, timeout=5.0,
             is_repeatable=None):
        """The JSON of an answer, None for an empty one; Refused, Unavailable."""
        headers = {"Accept": "application/json", **dict(headers)}
        data = None
        if form is not None:
            data, headers["Content-Type"] = form.encode(), "application/x-www-form-urlencoded"
        elif body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        status, answered, text = self.send(method, path, data, headers, timeout, is_repeatable)
        if status >= 400:
            raise Refused(status, _members(text), answered.get("Retry-After"))
        return read_object(text, f"{method} {path}") if text.strip() else None


def _members(text):
    try:
        members = json.loads(text)
    except (ValueError, RecursionError):
        members = {}
    return members if isinstance(members, dict) else {}


def read_object(text, what):
    """The JSON object of an answer. Anything else is not lanyardd's: Unavailable."""
    try:
        members = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unavailable(f"{what}: the answer is not JSON") from error
    if not isinstance(members, dict):
        raise Unavailable(f"{what}: the answer is not a JSON object")
    return members
