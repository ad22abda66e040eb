from lanyard.jwt.api_jwk import *
