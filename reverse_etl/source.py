"""Of when the data are that a run reads."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Source:
    """Of when published data are: their last complete day, and the instant of publication."""

    as_of_date: date
    published_at: datetime

    def __str__(self) -> str:
        """Say both in words for a person."""
        return f"as of {self.as_of_date}, published {self.published_at:%Y-%m-%d %H:%M} UTC"
