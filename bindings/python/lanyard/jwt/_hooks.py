"""Whether the methods that callers may replace are still ours.

The straight road of api_jwt runs none of PyJWT's methods, so it may be taken only while each of
them is the one that stood here at import: mock.patch must take effect. To look them all up again
with every call would take longer than a signature. So the classes tell when one of their attributes
is set, which is seldom, and is_plain is read, which costs nothing.
"""

from __future__ import annotations

from abc import ABCMeta
from operator import attrgetter
from typing import Any

is_plain = True  # no method of a watched class was replaced
_watched: dict[type, tuple[Any, Any]] = {}


class Watched(ABCMeta):
    """The metaclass of classes whose attributes may be set by others, for a while or for good.

    An ABCMeta, so that a caller's class may be an abstract one as well.
    """

    def __setattr__(cls, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        _look()

    def __delattr__(cls, name: str) -> None:
        super().__delattr__(name)
        _look()


def watch(cls: type, *names: str) -> None:
    """From here on is_plain says whether these methods of cls are those of now."""
    look = attrgetter(*names)
    _watched[cls] = look, look(cls)


def is_ours(cls: type) -> bool:
    """Whether nobody replaced a method of this class. It must be a watched one."""
    look, ours = _watched[cls]
    return look(cls) == ours


def _look() -> None:
    global is_plain
    is_plain = all(is_ours(cls) for cls in _watched)
