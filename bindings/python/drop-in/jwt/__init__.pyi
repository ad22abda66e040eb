# What type checkers see of the modules that __init__.py puts in place.
from lanyard.jwt import *
from lanyard.jwt import __version__ as __version__
from . import algorithms as algorithms, api_jwk as api_jwk, api_jws as api_jws, api_jwt as api_jwt, \
    exceptions as exceptions, jwk_set_cache as jwk_set_cache, jwks_client as jwks_client, \
    types as types, utils as utils, warnings as warnings
