"""lanyard.jwt under the name jwt: the very same modules, so that what is patched is patched."""

import importlib
import sys

_SUBMODULES = ("algorithms", "api_jwk", "api_jws", "api_jwt", "exceptions", "jwk_set_cache",
               "jwks_client", "types", "utils", "warnings")

_jwt = importlib.import_module("lanyard.jwt")
for _name in _SUBMODULES:
    sys.modules[f"{__name__}.{_name}"] = importlib.import_module(f"lanyard.jwt.{_name}")
sys.modules[__name__] = _jwt
