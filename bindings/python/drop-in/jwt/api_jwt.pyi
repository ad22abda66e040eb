from lanyard.jwt.api_jwt import *
