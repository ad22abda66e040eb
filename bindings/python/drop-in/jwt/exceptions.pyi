from lanyard.jwt.exceptions import *
