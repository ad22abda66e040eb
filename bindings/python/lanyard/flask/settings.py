"""The configuration keys, their defaults and their checks: one table."""

from dataclasses import dataclass

__all__ = ["Settings"]

CHOICES = {"when_stale": ("refuse", "introspect"), "mode": ("token", "cookie"),
           "locations": ("header", "cookie")}


@dataclass(frozen=True)
class Settings:
    """Read from app.config: LANYARD_<NAME>; of an instance with a name, LANYARD_<INSTANCE>_<NAME>
    first. An unknown LANYARD_ key is an error, not a typing mistake that goes unseen."""

    server: str | None = None  # the address of lanyardd; None: embedded
    client_id: str | None = None  # of this application at lanyardd
    client_secret_file: str | None = None
    max_stale: float = 10  # seconds behind the revocations before nothing is believed
    when_stale: str = "refuse"  # or "introspect"
    issuer: str | None = None  # embedded: "lanyard"
    audience: str | None = None  # embedded: the name of the application
    secret_key: str | None = None  # None: SECRET_KEY
    secret_key_fallbacks: tuple = ()  # and SECRET_KEY_FALLBACKS; old secrets still accepted
    database_url: str | None = None  # embedded; None: SQLALCHEMY_DATABASE_URI
    access_seconds: int = 900
    grace_seconds: int = 30
    idle_seconds: int = 7 * 86400
    absolute_seconds: int = 30 * 86400
    session_cap: int = 100
    leeway_seconds: int = 0
    check_sessions: bool = True  # embedded: ask the database with every request
    password_min: int = 15
    password_method: str = "scrypt"  # of werkzeug.security
    url_prefix: str = "/auth"
    mode: str = "token"  # of the Blueprint: "token" or "cookie"
    locations: tuple = ("header", "cookie")
    cookie_secure: bool = True
    origins: tuple = ()  # other origins that may send cookies

    @classmethod
    def of(cls, config, name=""):
        found = {}
        for key, default in cls._fields():
            for full in ([f"LANYARD_{name.upper()}_{key.upper()}"] if name else []) \
                    + [f"LANYARD_{key.upper()}"]:
                if full in config:
                    found[key] = cls._checked(full, key, config[full], default)
                    break
        cls._refuse_unknown(config, name)
        settings = cls(**found)
        if settings.mode == "cookie" and "cookie" not in settings.locations:
            raise ValueError("LANYARD_MODE is cookie, and LANYARD_LOCATIONS without it")
        return settings

    @classmethod
    def _fields(cls):
        return [(key, field.default) for key, field in cls.__dataclass_fields__.items()]

    @staticmethod
    def _checked(full, key, value, default):
        """Environment variables come as text, so a list may be one with commas."""
        if isinstance(default, tuple):
            value = (tuple(part.strip() for part in value.split(",") if part.strip())
                     if isinstance(value, str) else tuple(value))
        if isinstance(default, bool) and not isinstance(value, bool):
            raise TypeError(f"{full} is {value!r}: expected True or False")
        if isinstance(default, (int, float)) and not isinstance(default, bool):
            seconds = value.total_seconds() if hasattr(value, "total_seconds") else value
            if not isinstance(seconds, (int, float)) or isinstance(seconds, bool) or seconds < 0:
                raise TypeError(f"{full} is {value!r}: expected a number of at least 0")
            return type(default)(seconds)
        choices = CHOICES.get(key, ())
        for one in value if isinstance(value, tuple) else (value,):
            if choices and one not in choices:
                raise ValueError(f"{full} is {one!r}: expected {' or '.join(choices)}")
        return value

    @classmethod
    def _refuse_unknown(cls, config, name):
        known = {key.upper() for key in cls.__dataclass_fields__}
        start = f"LANYARD_{name.upper()}_" if name else "LANYARD_"
        for key in config:
            if not key.startswith(start) or key[len(start):] in known:
                continue
            if not name and any(key.endswith("_" + one) for one in known):
                continue  # of an instance with a name
            raise ValueError(f"{key} is not a configuration key of lanyard")
