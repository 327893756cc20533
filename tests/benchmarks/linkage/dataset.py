"""A published data set with known truth, and how each way of linking is told to read it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.identity.linkage.model import LinkageModel

SHARED = Path(__file__).parents[4] / "shared" / "data"
Train = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class SplinkExample:
    """What Splink's own published example does with the data."""

    settings: Callable[[], Any]
    train: Train
    threshold: float
    """Match probability from which on the example clusters."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """One oracle."""

    name: str
    files: tuple[Path, ...]
    load: str
    """SQL that gives record_id, truth and the columns that the models name; {0}, {1} are files."""
    exact_keys: tuple[str, ...]
    """SQL of the nearest thing to an e-mail address or a telephone number."""
    model: LinkageModel
    example: SplinkExample
    goal_f1: float
    goal_precision: float = 0.0

    @property
    def is_here(self) -> bool:
        """True when the files are on this machine."""
        return all(file.exists() for file in self.files)
