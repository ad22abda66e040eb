from lanyard.jwt.jwks_client import *
