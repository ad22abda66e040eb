"""What to say about oneself in a report of a bug."""

import json
import platform
import sys

from lanyard import __version__ as lanyard_version
from lanyard.jwt import __version__ as pyjwt_version


def _cryptography_version() -> str:
    try:
        import cryptography
    except ImportError:
        return ""
    return cryptography.__version__


def info() -> dict[str, dict[str, str]]:
    """Versions of what is used."""
    return {
        "platform": {"system": platform.system(), "release": platform.release()},
        "implementation": {"name": platform.python_implementation(),
                           "version": sys.version.split()[0]},
        "cryptography": {"version": _cryptography_version()},
        "pyjwt": {"version": pyjwt_version},
        "lanyard": {"version": lanyard_version},
    }


def main() -> None:
    """Prints info() as JSON."""
    print(json.dumps(info(), sort_keys=True, indent=2))


if __name__ == "__main__":
    main()
