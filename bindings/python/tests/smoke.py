"""Every algorithm signs and verifies, in lanyard and in jwt. Run on each CPython at hand, and
where nothing but lanyard is installed: a framework is missed by its own module only."""

import datetime
import importlib
import sys

import jwt
import lanyard

for row in lanyard.algorithms():
    if not row.is_available:
        continue
    key = lanyard.Key.generate(row.name, kid="a")
    token = lanyard.issue({"sub": "ada"}, key, lifetime=datetime.timedelta(minutes=5))
    assert lanyard.verify(token, lanyard.KeySet([key]), row.name)["sub"] == "ada"
    assert lanyard.peek(token).header["kid"] == "a"
    try:
        lanyard.verify(token[:-8] + "AAAAAAAA", key, row.name)
    except lanyard.Error as error:
        assert error.code in ("E_SIGNATURE", "E_BASE64_BITS"), error.code
    else:
        raise AssertionError(row.name)

secret = "k" * 32
token = jwt.encode({"sub": "ada"}, secret)
for _ in range(2):
    assert jwt.decode(token, secret, algorithms=["HS256"]) == {"sub": "ada"}
pair = lanyard.Key.generate("RS256")
token = jwt.encode({"sub": "ada"}, pair.to_pem(private=True), "RS256")
assert jwt.decode(token, pair.to_pem(), algorithms=["RS256"]) == {"sub": "ada"}

assert lanyard.Client and lanyard.AsyncClient and importlib.import_module("lanyard.starlette")
frameworks = {"flask", "sqlalchemy", "fastapi", "starlette", "django"}
assert not [name for name in [*frameworks, "cryptography"] if name in sys.modules]
for name in ("flask", "fastapi", "django"):
    try:
        importlib.import_module(f"lanyard.{name}")
    except ModuleNotFoundError as error:
        assert error.name.split(".")[0] in frameworks, error
