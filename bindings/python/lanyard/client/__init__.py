"""For applications behind lanyardd: lanyard.Client and lanyard.AsyncClient."""

from .aio import AsyncClient
from .client import Client
from .errors import ClientError, NoKeys, Refused, SessionEnded, Stale, Unavailable
from .identity import Identity

__all__ = ["AsyncClient", "Client", "ClientError", "Identity", "NoKeys", "Refused", "SessionEnded",
           "Stale", "Unavailable"]
