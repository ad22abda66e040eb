"""Makes sure that what is judged is ours, and where one is named the package that was meant."""

import os
import pathlib

import jwt
import lanyard.jwt


def pytest_configure(config):
    assert jwt is lanyard.jwt, "PyJWT itself would be judged"
    meant = os.environ.get("LANYARD_PACKAGE")
    is_meant = not meant or pathlib.Path(lanyard._core.__file__).is_relative_to(meant)
    assert is_meant, f"{lanyard._core.__file__} would be judged, not {meant}"
