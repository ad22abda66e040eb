from lanyard.jwt.help import *
