#!/usr/bin/python3
"""What a thief can do with a copy of the database, and with the master key alone: nothing."""
import base64
import hashlib
import hmac
import json
import secrets
import sqlite3
import subprocess

from kit import PROGRAM, Server, check, main, same

S = Server()


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def dump():
    """Every value that stands in the database, as bytes."""
    path = str(S.place / f"dump-{secrets.token_hex(4)}")
    subprocess.run([PROGRAM, *S.words(), "backup", path], check=True, capture_output=True)
    database = sqlite3.connect(path)
    tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    values = set()
    for table in tables:
        for row in database.execute(f"SELECT * FROM {table}"):
            values.update(value.encode() if isinstance(value, str) else value
                          for value in row if isinstance(value, (str, bytes)))
    database.close()
    return sorted(value for value in values if len(value) >= 8)  # shorter is no secret


def spellings(value):
    """How a value might be sent."""
    found = [b64(value), base64.b64encode(value).decode(), value.hex()]
    try:
        text = value.decode()
        if text.isprintable() and text.isascii() and text:
            found.append(text)
    except UnicodeDecodeError:
        pass
    return found


def forge(key, payload, kid):
    head = b64(json.dumps({"alg": "HS256", "typ": "at+jwt", "kid": kid}).encode())
    text = head + "." + b64(json.dumps(payload).encode())
    return text + "." + b64(hmac.new(key, text.encode(), hashlib.sha256).digest())


def refresh_text(kid, sid, secret, generation, key):
    body = bytes([kid]) + sid + secret + bytes([generation])
    return "lr1." + b64(body + hmac.new(key, body, hashlib.sha256).digest()[:16])


def claims_of(token):
    return json.loads(unb64(token.split(".")[1]))


def kid_of(token):
    return json.loads(unb64(token.split(".")[0]))["kid"]


def refused(answer):
    """400: it does not even look like one."""
    assert answer.status in (400, 401), f"{answer.status}: {answer.body[:300]}"


def try_everywhere(user, client, text):
    if len(text) <= 1024:
        refused(S.login(user["name"], text))
    if len(text) <= 4000:
        refused(S.ask("GET", "/v1/me", token=text))
        refused(S.refresh(text))
    refused(S.ask("POST", "/oauth/introspect", form={"token": "x"}, basic=(client, text[:300])))


def test_t41_nothing_of_a_dump_opens_anything():
    user = S.register()
    client, secret = S.client("introspect:any")
    values = dump()
    assert len(values) > 20
    joined = b"\0".join(values)
    for known in (user["refresh_token"], user["access_token"], secret,
                  unb64(user["refresh_token"][4:])[17:33]):
        known = known.encode() if isinstance(known, str) else known
        assert known not in joined, "a secret stands in the database"
    sid = bytes.fromhex(user["session"]["id"].replace("-", ""))
    claims, kid = claims_of(user["access_token"]), kid_of(user["access_token"])
    for value in values:
        for text in spellings(value):
            try_everywhere(user, client, text)
        check(S.ask("GET", "/v1/me", token=forge(value, claims, kid)), 401)
        check(S.refresh(refresh_text(1, sid, value[:16].ljust(16, b"\0"), 0, value)), 401)
    check(S.ask("GET", "/v1/me", token=user["access_token"]), 200)
    check(S.refresh(user["refresh_token"]), 200)


def derive(purpose):
    """HKDF-SHA256 of the master key, no salt (RFC 5869)."""
    master = unb64((S.data / "master.key").read_text().split()[1])
    middle = hmac.new(bytes(32), master, hashlib.sha256).digest()
    return hmac.new(middle, purpose.encode() + b"\x01", hashlib.sha256).digest()


def test_t42_the_master_key_alone_forges_nothing():
    user = S.register()
    token = unb64(user["refresh_token"][4:])
    key = derive("refresh mac")
    # The key is the right one: with the family's secret it makes the very same token.
    same(refresh_text(token[0], token[1:17], token[17:33], token[33], key), user["refresh_token"])
    for generation in (0, 1, 2):
        forged = refresh_text(token[0], token[1:17], secrets.token_bytes(16), generation, key)
        check(S.refresh(forged), 401, "session_ended")
    claims, kid = claims_of(user["access_token"]), kid_of(user["access_token"])
    for purpose in ("refresh mac", "csrf", "seal signing keys", "name given secrets"):
        check(S.ask("GET", "/v1/me", token=forge(derive(purpose), claims, kid)), 401)
    # And the forgeries ended nothing.
    check(S.ask("GET", "/v1/me", token=user["access_token"]), 200)
    check(S.refresh(user["refresh_token"]), 200)


if __name__ == "__main__":
    main(globals(), S)
