"""lanyard.AsyncClient: the same for asyncio.

verify() is local work of microseconds and runs in the event loop, unless there is no news or no key
yet; then, and for every call to the server, a thread waits, never the loop.
"""

from __future__ import annotations

import asyncio
from typing import Any

import lanyard

from .client import Client
from .identity import Identity

__all__ = ["AsyncClient"]


class AsyncClient:
    """Takes what Client takes, and has its methods as coroutines."""

    def __init__(self, server: str, **options: Any) -> None:
        self.client = Client(server, **options)

    async def verify(self, token: str, check_session: bool = True) -> Identity:
        """Client.verify(), which waits in a thread where it must wait at all."""
        client = self.client
        is_ready = client._verifier is not None and client._thread is not None
        if is_ready and not client._is_stale():
            try:
                return client.verify_here(token, check_session)
            except lanyard.errors.KeyNotFoundError:
                pass
        return await asyncio.to_thread(client.verify, token, check_session)

    def __getattr__(self, name: str) -> Any:
        """register, login, refresh, logout, me, sessions and the rest; lag, max_stale_s,
        when_stale and is_following as they are."""
        if name.startswith("_"):
            raise AttributeError(name)
        function = getattr(self.client, name)
        if not callable(function):
            return function

        async def in_thread(*args, **kwargs):
            return await asyncio.to_thread(function, *args, **kwargs)

        in_thread.__name__, in_thread.__doc__ = name, function.__doc__
        return in_thread

    async def close(self) -> None:
        """Stops following."""
        self.client.close()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
