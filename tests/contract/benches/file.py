"""The bench of channel file."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from reverse_etl.channel import ChannelSettings
from reverse_etl.spec import SyncSpec
from tests.contract.sync_world import Person, winback_spec


class FileBench:
    """The outbox: what its files, read in order, amount to."""

    name = "file"

    def __init__(self, folder: Path) -> None:
        self.outbox = folder / "outbox"
        self.spec: SyncSpec = winback_spec(self.name)

    def settings(self) -> ChannelSettings:
        return ChannelSettings(outbox=self.outbox)

    def held(self) -> dict[str, dict[str, str]]:
        """Give email → the row that the receiver would hold."""
        return {row["email"]: row for row in self.people().values()}

    def people(self) -> dict[str, dict[str, str]]:
        """Give person_id → the row that the receiver would hold."""
        people: dict[str, dict[str, str]] = {}
        for path in self._files():
            for row in _rows(path):
                if path.name.startswith("removes"):
                    people.pop(row["person_id"], None)
                else:
                    people[row["person_id"]] = row
        return people

    def added(self) -> Counter[str]:
        """Give how often each address stands in a file of new people."""
        files = [path for path in self._files() if path.name.startswith("adds")]
        return Counter(row["email"] for path in files for row in _rows(path))

    def writes(self) -> int:
        return len(self._files())

    def go_down(self) -> None:
        """Stand a file where the outbox should be."""
        self.outbox.write_text("in the way")

    def come_back(self) -> None:
        self.outbox.unlink()

    def poison(self, person: Person) -> Person:
        """Give the person a name that the receiver's encoding does not have."""
        self.spec = winback_spec(self.name, options={"encoding": "cp932"})
        return replace(person, family_name="𠮷田")

    def _files(self) -> list[Path]:
        files = self.outbox.rglob("*_*.csv") if self.outbox.is_dir() else []
        return sorted(files, key=lambda path: (path.parent.name, path.name.rpartition("_")[2]))


def _rows(path: Path) -> list[dict[str, str]]:
    manifest = json.loads((path.parent / "manifest.json").read_text(encoding="utf-8"))
    encoding = manifest["files"][path.name]["encoding"]
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


@contextmanager
def open_bench(folder: Path) -> Iterator[FileBench]:
    """Give an empty outbox."""
    yield FileBench(folder)
