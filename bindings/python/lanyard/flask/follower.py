"""Finds who always comes second.

A thief who sees when the owner rotates can show the parent token inside the grace window each time,
get the same child, and never be told from a lost answer. What gives the thief away: one and the
same foreign address prefix re-issues in one generation after the other and never rotates. A
browser that speaks IPv4 and IPv6 rotates from both, sooner or later, and is left alone.

The record is JSON: {"rotated": [hash, ...], "suspects": {hash: [generation, run]}}, bounded.
"""

import hashlib
import ipaddress
import json

__all__ = ["address_prefix", "note_reissue", "note_rotation"]

ROTATED_MAX = 32
SUSPECTS_MAX = 4
RUN_MAX = 3  # generations in a row that end the session


def address_prefix(address):
    """What one household or company shares: a /24 of IPv4, a /48 of IPv6."""
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return "local"
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 48), strict=False))


def _read(text):
    record = json.loads(text) if text else {}
    return record.get("rotated", []), record.get("suspects", {})


def _write(rotated, suspects):
    return json.dumps({"rotated": rotated, "suspects": suspects}, separators=(",", ":"))


def _mark(prefix):
    return hashlib.sha256(prefix.encode()).hexdigest()[:16]


def note_rotation(text, prefix):
    """The record after a rotation from that prefix; the same text when nothing changed."""
    rotated, suspects = _read(text)
    mark = _mark(prefix)
    if rotated[-1:] == [mark] and mark not in suspects:
        return text
    suspects.pop(mark, None)
    rotated = [other for other in rotated if other != mark][1 - ROTATED_MAX:] + [mark]
    return _write(rotated, suspects)


def note_reissue(text, prefix, gen):
    """(record, is_follower) after a re-issue of generation gen to that prefix."""
    rotated, suspects = _read(text)
    mark = _mark(prefix)
    if mark in rotated:
        return text, False
    last, run = suspects.pop(mark, (None, 0))
    if last != gen:
        run = run + 1 if last == gen - 1 else 1
    while len(suspects) >= SUSPECTS_MAX:
        suspects.pop(next(iter(suspects)))
    suspects[mark] = [gen, run]
    return _write(rotated, suspects), run >= RUN_MAX
