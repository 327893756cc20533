"""The errors of reverse ETL; none of their messages may hold personal data or a secret."""


class TransientError(Exception):
    """A fault that a later run may outlive: nothing is lost, the rest is untouched."""

    def __init__(
        self, message: str, *, retry_after: float | None = None, is_throttled: bool = False
    ) -> None:
        """Keep whether the other side told us to wait, and for how many seconds if it said so."""
        super().__init__(message)
        self.retry_after = retry_after
        self.is_throttled = is_throttled


class TerminalError(Exception):
    """A fault that stays until a person mends something."""


class LedgerError(TerminalError):
    """The ledger's disk or server fails; nothing more is sent, and a later run takes it up."""


class UnsupportedFeature(TerminalError):  # noqa: N818 (a name that stays)
    """A sync asks a channel for what it cannot do; raised before any call."""


class SpecError(TerminalError):
    """A sync file is wrong; the message names the file, the line, the key and the mend."""
