from lanyard.jwt.api_jws import *
