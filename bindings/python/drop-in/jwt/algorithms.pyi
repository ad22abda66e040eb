from lanyard.jwt.algorithms import *
