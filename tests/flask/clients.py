"""Clients of a lanyardd, or of a proxy in front of one."""

import time

from lanyard.client import Client, SessionEnded

from servers import PASSWORD


def credentials(server):
    return {"client_id": server.client_id, "secret_file": server.secret_file}


def make(server, **options):
    return Client(server.url, **credentials(server), **options)


def someone(client):
    """The TokenSet of a new user."""
    return client.register(username=f"u{time.time_ns()}", password=PASSWORD)


def is_ended(client, tokens):
    try:
        client.verify(tokens["access_token"])
    except SessionEnded:
        return True
    return False
