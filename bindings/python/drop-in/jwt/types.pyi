from lanyard.jwt.types import *
