"""lanyardd with a shared secret (HS256): a client refuses it, and says why."""

import logging

import pytest

from lanyard.client import Client, NoKeys
from lanyard.flask.problems import Problem
from lanyard.flask.served import Served
from lanyard.flask.settings import Settings

from conftest import PASSWORD
from servers import Lanyardd


@pytest.fixture(scope="module")
def hs256(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hs256")
    secret = folder / "secret"
    secret.touch(0o600)
    secret.write_text("one secret of more than thirty-two bytes")
    with Lanyardd(folder, "--alg", "HS256", "--secret-file", secret) as server:
        yield server


def test_client_names_the_algorithm_that_it_cannot_verify(hs256):
    with Client(hs256.url) as client:
        tokens = client.register(username="ada", password=PASSWORD)
        with pytest.raises(NoKeys, match="its alg is HS256"):
            client.verify(tokens["access_token"])


def test_flask_answers_503_and_logs_why(hs256, caplog):
    settings = Settings.of({"LANYARD_SERVER": hs256.url})
    backend = Served(settings)
    with caplog.at_level(logging.ERROR), pytest.raises(Problem) as caught:
        backend.verify("a.b.c")
    assert caught.value.code == 503
    assert "its alg is HS256" in caplog.text


def test_doctor_says_it(hs256):
    backend = Served(Settings.of({"LANYARD_SERVER": hs256.url}))
    assert ["HS256" in line for line in backend.diagnose()] == [True]
