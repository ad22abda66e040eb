"""What lanyardd has ended, as one process knows it, and how old that knowledge is."""

import datetime
import time
from collections import deque

__all__ = ["Revoked"]

OFFSETS = 16


def _seconds(value):
    """Seconds since 1970 of a number or of RFC 3339 text."""
    if isinstance(value, str):
        return datetime.datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp()
    return float(value)


class Revoked:
    """Read by any thread without a lock, written by one at a time.

    How old the knowledge is: an answer says when it was made, by the server's clock. That clock may
    be off, and the answer may have been long on its way (a stopped process reads it late); the
    smallest difference between its clock and ours, of the latest answers, is the clock's own, and
    what an answer took beyond it counts as age. Its clock shows whole seconds, so that may be one
    too much; but no answer is older than the question.
    """

    def __init__(self):
        self._sets = {}
        self.epoch = None
        self.seq = 0
        self.is_known = False
        self._fresh_at = None
        self._offsets = deque(maxlen=OFFSETS)

    @property
    def cursor(self):
        return f"{self.epoch}:{self.seq}" if self.epoch is not None else None

    def lag(self):
        """Seconds since the last news, or None: there was none."""
        return None if self._fresh_at is None else time.monotonic() - self._fresh_at

    @property
    def has_keys(self):
        """Whether a signing key was revoked."""
        return bool(self._sets.get("kid"))

    def count(self):
        return sum(len(keys) for keys in self._sets.values())

    # Writing.

    def take(self, first, entries, asked=float("-inf")):
        """One answer of the feed, asked for at that moment of the monotonic clock: its first line,
        and the entries. Another epoch is a snapshot: what was known before is forgotten. Returns
        the kinds of what was new."""
        received = time.monotonic()
        is_snapshot = first["epoch"] != self.epoch
        sets = {} if is_snapshot else self._sets
        kinds = {entry["kind"] for entry in entries}
        for entry in entries:
            keys = sets.setdefault(entry["kind"], {})
            keys[str(entry.get("key", ""))] = (_seconds(entry["not_before"]),
                                               _seconds(entry["expires"]))
        self._sets = sets
        self.epoch, self.seq = first["epoch"], int(first["seq"])
        self.is_known = True
        self._offsets.append(received - _seconds(first["now"]))
        self._fresh_at = max(asked, _seconds(first["now"]) + min(self._offsets))
        return kinds

    def add_session(self, sid, life):
        """What this process itself ended is refused here before the feed says so."""
        self._sets.setdefault("sid", {})[sid] = (time.time(), time.time() + life)

    def drop_expired(self):
        now = time.time()
        for kind, keys in list(self._sets.items()):
            dead = [key for key, (_, expires) in keys.items() if expires < now - 60]
            for key in dead:
                keys.pop(key, None)

    # Asking.

    def refuses(self, claims, kid=None):
        """The kind of the entry that refuses such a token, or None."""
        sets = self._sets
        if claims["sid"] in sets.get("sid", ()):
            return "sid"
        if len(sets) == 0 or (len(sets) == 1 and "sid" in sets):
            return None
        if claims.get("jti") in sets.get("jti", ()):
            return "jti"
        if kid is not None and kid in sets.get("kid", ()):
            return "kid"
        return self._refuses_older(sets, claims)

    @staticmethod
    def _refuses_older(sets, claims):
        """Entries of a user, a client or all refuse what was issued before them."""
        for kind, key in (("sub", claims["sub"]), ("client", claims.get("client_id")),
                          ("all", None)):
            keys = sets.get(kind)
            if not keys:
                continue
            entries = keys.values() if kind == "all" else [keys.get(key)]
            if any(entry and claims["iat"] <= entry[0] for entry in entries):
                return kind
        return None
