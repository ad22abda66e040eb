"""The tables of the embedded mode, in the application's own database.

They live in a MetaData of their own, so that an application's migrations leave them alone and
`flask lanyard init-db` makes them. Times are microseconds since 1970 in UTC: the same on every
database, and no driver turns them into something else.
"""

from sqlalchemy import (
    BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text, UniqueConstraint,
)

__all__ = ["metadata", "sessions", "users"]

metadata = MetaData()

users = Table(
    "lanyard_users", metadata,
    Column("id", String(36), primary_key=True),
    Column("realm", String(32), nullable=False),
    Column("username", String(64)),
    Column("email", String(254)),  # as it was written
    Column("email_norm", String(254)),  # as it is compared
    Column("password", String(255), nullable=False),
    Column("roles", Text, nullable=False),  # one space between them
    Column("created_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
    Column("logins", BigInteger, nullable=False),
    UniqueConstraint("realm", "username", name="lanyard_users_username"),
    UniqueConstraint("realm", "email_norm", name="lanyard_users_email"),
)

# One row a session, and none a refresh: gen counts, family is the SHA-256 of the family secret.
sessions = Table(
    "lanyard_sessions", metadata,
    Column("id", String(36), primary_key=True),
    Column("realm", String(32), nullable=False),
    Column("user_id", String(255), nullable=False),
    Column("gen", BigInteger, nullable=False),
    Column("family", LargeBinary(32), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("rotated_at", BigInteger, nullable=False),
    Column("auth_time", BigInteger, nullable=False),
    Column("idle_expires", BigInteger, nullable=False),
    Column("abs_expires", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("end_reason", String(32)),
    Column("device", String(128), nullable=False),
    Column("prefix", String(48), nullable=False),  # of the address that rotated last
    Column("user_agent", String(255), nullable=False),
    Column("reissued", Integer, nullable=False),  # of this generation
    Column("followers", Text, nullable=False),  # see follower.py
)
Index("lanyard_sessions_user", sessions.c.realm, sessions.c.user_id, sessions.c.ended_at)
Index("lanyard_sessions_idle", sessions.c.idle_expires)
