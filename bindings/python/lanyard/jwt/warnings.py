"""The warnings of PyJWT."""


class RemovedInPyjwt3Warning(DeprecationWarning):
    """Something that PyJWT 3 will not take any more."""


class InsecureKeyLengthWarning(UserWarning):
    """A key shorter than RFC 7518 asks for."""
