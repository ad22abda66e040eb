"""Makes sure that what PyJWT's suite judges is ours."""

import jwt
import lanyard.jwt


def pytest_configure(config):
    assert jwt is lanyard.jwt, "the suite would judge PyJWT itself"
