from lanyard.jwt.warnings import *
