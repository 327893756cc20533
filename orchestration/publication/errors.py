"""What publishing can refuse."""

from __future__ import annotations


class PublicationRefused(Exception):  # noqa: N818  (reads as what happened)
    """Nothing was published; what was current stays current. The message says why."""


class NoPublicationError(LookupError):
    """There is no publication to read or to go back to."""
