"""starts - two processes that start at the same instant on one empty database."""
import base64
import json
import os

from harness import Skipped, expect, tokens

ROUNDS = 4
THOROUGH = 20


def place(bench, name, master):
    """A data directory that holds nothing but the master key."""
    data = bench.folder / name
    data.mkdir(mode=0o700)
    key = data / "master.key"
    key.write_text(master)
    key.chmod(0o600)
    return bench.server(name)


def claims(access):
    body = access.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def once(bench, number):
    bench.renew()
    master = "1 " + base64.urlsafe_b64encode(os.urandom(32)).rstrip(b"=").decode() + "\n"
    pair = [place(bench, f"{name}{number}", master) for name in ("left", "right")]
    for server in pair:
        server.launch()
    for server in pair:
        server.await_ready()
    made = [tokens(server.client().register(f"starts-{server.data.name}"), 201) for server in pair]
    issuers = {claims(each["access_token"])["iss"] for each in made}
    expect(len(issuers) == 1, "two issuers:", issuers)
    active = bench.sql("SELECT state, count(*) FROM signing_keys GROUP BY state")
    expect(len(active) == 1 and active[0][1] == "1", "keys after it, by state:", active)
    expect(len(bench.sql("SELECT version FROM schema_migrations GROUP BY version HAVING count(*) > 1"))
           == 0, "a migration was applied twice")
    for server in pair:
        for each in made:
            expect(server.client().verify(each["access_token"]).status == 200,
                   server.data.name, "refuses a token of the other one")
            each["refresh_token"] = tokens(server.client().refresh(each["refresh_token"]))["refresh_token"]
    for server in pair:
        expect(server.stop() == 0, "exit status after SIGTERM")


def at_once(bench):
    """Two start at once on an empty database: one schema, one issuer, one key, each other's tokens"""
    if not bench.is_postgres:
        raise Skipped("SQLite has one process")
    rounds = THOROUGH if bench.options.thorough else ROUNDS
    for number in range(rounds):
        once(bench, number)
    bench.note(f"two starts at once on an empty database: {rounds} rounds")


PROOFS = [at_once]
