"""lanyard.Client by TLS and by a Unix socket, after a restore, and for asyncio when things fail."""

import asyncio
import ssl
import subprocess
import time

import pytest

import lanyard
from lanyard.client import Client, Refused, SessionEnded, Stale, Unavailable

from clients import credentials, is_ended, make, someone
from conftest import PASSWORD
from servers import Lanyardd, wait_until


def whole_life(server, **options):
    """A session's life, watched by a second client."""
    with make(server, **options) as client, make(server, **options) as other:
        assert other.await_news()
        tokens = someone(client)
        assert client.verify(tokens["access_token"]).sid == tokens["session"]["id"]
        assert other.verify(tokens["access_token"]).sub == tokens["user"]["id"]
        tokens = client.refresh(tokens["refresh_token"])
        assert client.introspect(tokens["access_token"])["active"] is True
        assert client.logout(tokens["access_token"]) == 1
        wait_until(lambda: is_ended(other, tokens), 1, "the logout")


# Addresses.


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    """A lanyardd that speaks TLS, and the file of its certificate."""
    folder = tmp_path_factory.mktemp("tls")
    pair = folder / "cert.pem", folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-out", pair[0], "-keyout", pair[1],
                    "-days", "2", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    with Lanyardd(folder / "own", tls=pair) as server:
        yield server, pair[0]


def test_tls_with_a_context_of_the_caller(tls):
    server, certificate = tls
    assert server.url.startswith("https://")
    whole_life(server, context=ssl.create_default_context(cafile=certificate))


def test_tls_with_what_this_host_trusts(tls, monkeypatch):
    server, certificate = tls
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    whole_life(server)


def test_certificate_of_nobody_is_refused(tls):
    server, _ = tls
    with Client(server.url) as client, pytest.raises(Unavailable, match="CERTIFICATE_VERIFY_FAILED"):
        someone(client)


def test_unix_socket(tmp_path):
    with Lanyardd(tmp_path / "own", socket_path=tmp_path / "s") as server:
        assert server.url == f"unix:{tmp_path}/s"
        whole_life(server)


@pytest.mark.parametrize("address", ["127.0.0.1:8080", "ftp://host", "/run/lanyardd.sock", ""])
def test_address_of_another_kind_is_refused(address):
    with pytest.raises(ValueError, match="expected http://, https:// or unix:PATH"):
        Client(address)


# Epochs.


@pytest.mark.parametrize("options", [(), ("--keep-sessions",)])
def test_database_that_was_put_back_is_a_new_epoch(own, tmp_path, options):
    """What a restore ended is refused, what it kept is served, and what was known before is not
    taken for the new server's."""
    with make(own) as client:
        kept, ended = someone(client), someone(client)
        client.verify(kept["access_token"])
        own.run("backup", tmp_path / "copy")
        client.logout(ended["access_token"])
        assert is_ended(client, ended)
        epoch = client._revoked.epoch
        own.kill()
        own.run("restore", tmp_path / "copy", *options)
        own.start()
        wait_until(lambda: client._revoked.epoch != epoch, 5, "another epoch")
        # As the server itself says of each.
        for tokens in (kept, ended):
            is_active = client.introspect(tokens["access_token"])["active"]
            assert is_active == bool(options)
            assert is_ended(client, tokens) == (not is_active)
        # A restore refuses all that was issued up to its own second.
        wait_until(lambda: not is_ended(client, someone(client)), 3, "a session that counts")


# asyncio.


async def ticks(task):
    """How often the loop came round while the task ran, in steps of 10 ms, and its exception."""
    count = 0
    while not task.done():
        await asyncio.sleep(0.01)
        count += 1
    return count, task.exception()


def test_asyncio_raises_what_the_client_raises(lanyardd):
    async def walk():
        async with lanyard.AsyncClient(lanyardd.url, **credentials(lanyardd)) as client:
            with pytest.raises(Refused) as caught:
                await client.login("nobody", "wrong")
            assert caught.value.code == "invalid_credentials"
            tokens = await client.register(username=f"u{time.time_ns()}", password=PASSWORD)
            token = tokens["access_token"]
            for _ in range(2):  # before the keys are known, and after
                with pytest.raises(lanyard.errors.SignatureError):
                    await client.verify(token[:-10] + "A" * 10)
                await client.verify(token)
            with pytest.raises(AttributeError):
                client.no_such_method
            lanyardd.admin("keys", "rotate", "--now")
            again = await client.login(tokens["user"]["username"], PASSWORD)
            await client.verify(again["access_token"])  # of a key that nobody here knew
            with Client(lanyardd.url) as other:
                other.logout(token)
            with pytest.raises(SessionEnded):
                for _ in range(100):
                    await client.verify(token)
                    await asyncio.sleep(0.01)

    asyncio.run(walk())


def test_asyncio_loop_goes_on_while_a_dead_server_is_waited_for(own):
    async def walk():
        async with lanyard.AsyncClient(own.url, max_stale_s=0.5, **credentials(own)) as client:
            tokens = await client.register(username="ada", password=PASSWORD)
            await client.verify(tokens["access_token"])
            own.kill()
            with pytest.raises(Unavailable):
                await client.me(tokens["access_token"])
            while client.lag < 0.6:
                await asyncio.sleep(0.05)
            waiting = asyncio.ensure_future(client.verify(tokens["access_token"]))
            count, error = await ticks(waiting)
            assert isinstance(error, Stale)
            assert count > 20  # of the second that it waits for news

    asyncio.run(walk())


def test_asyncio_without_keys_is_unavailable():
    async def walk():
        async with lanyard.AsyncClient("http://127.0.0.1:1") as client:
            with pytest.raises(Unavailable):
                await client.verify("a.b.c")

    asyncio.run(walk())
