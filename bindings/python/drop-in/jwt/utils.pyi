from lanyard.jwt.utils import *
