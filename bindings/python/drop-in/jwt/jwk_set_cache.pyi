from lanyard.jwt.jwk_set_cache import *
