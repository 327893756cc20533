"""Files of landing/ as they are written row by row, with broken rows planted among them."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count, cycle
from pathlib import Path
from random import Random
from typing import IO, Generic, TypeVar

from orchestration.sample_shop.dirt import Fault
from orchestration.sample_shop.series import number_series
from orchestration.sample_shop.truth import Truth

Row = TypeVar("Row")
USUAL_SPACING = (130, 240)
"""Good rows between two broken ones, drawn anew each time: at most 0.8 % of a file is broken."""


@dataclass(slots=True)
class LandingFile:
    """One open file and what has been written to it."""

    relative: str
    handle: IO[str]
    rng: Random
    until_fault: int
    rows: int
    good: int = 0
    broken: int = 0
    yen: int | None = None


@dataclass(slots=True)
class Landing:
    """The landing folder being written, and the counts over all its files."""

    folder: Path
    seed: int
    truth: Truth
    files: int = 0
    rows: int = 0
    broken_rows: int = 0
    fresh_ids: "count[int]" = field(default_factory=lambda: count(900_000_001))

    def account(self, source: str, file: LandingFile) -> None:
        """Close a file and add it to the totals."""
        file.handle.close()
        self.files += 1
        self.rows += file.good + file.broken
        self.broken_rows += file.broken
        self.truth.add("feed_totals", source, file.relative, file.good, file.broken, file.yen)


class Feed(ABC, Generic[Row]):
    """The files of one kind that a source lands."""

    encoding = "utf-8"
    header_rows = 0
    separator = ""
    """What stands between two rows."""

    def __init__(
        self,
        landing: Landing,
        source: str,
        *,
        faults: tuple[Fault, ...] = (),
        spacing: tuple[int, int] = USUAL_SPACING,
    ) -> None:
        """Take the faults to plant in turn."""
        self.landing = landing
        self.source = source
        self._is_clean = not faults
        self._faults = cycle(faults)
        self._spacing = spacing
        self._open_files: dict[str, LandingFile] = {}
        (landing.folder / source).mkdir(parents=True, exist_ok=True)

    @abstractmethod
    def render(self, row: Row) -> str:
        """Give the text of a good row."""

    @abstractmethod
    def spoil(self, row: Row, fault: Fault) -> str:
        """Give the text of a broken row made from a good one; it has ids of its own."""

    def opening(self) -> str:
        """Give what stands before the first row."""
        return ""

    def closing(self) -> str:
        """Give what stands after the last row."""
        return ""

    def write(self, name: str, row: Row, *, yen: int | None = None) -> None:
        """Write a good row, and a broken one after it when its turn has come."""
        file = self._open_files.get(name) or self._open(name)
        self._put(file, self.render(row))
        file.good += 1
        if yen is not None:
            file.yen = (file.yen or 0) + yen
        file.until_fault -= 1
        if file.until_fault <= 0 and not self._is_clean:
            self._plant(file, row)

    def close(self) -> None:
        """Finish every open file."""
        for name in list(self._open_files):
            self.finish(name)

    def finish(self, name: str) -> None:
        """Finish one file."""
        file = self._open_files.pop(name)
        file.handle.write(self.closing())
        self.landing.account(self.source, file)

    def _put(self, file: LandingFile, text: str) -> None:
        file.handle.write(self.separator + text if file.rows else text)
        file.rows += 1

    def _plant(self, file: LandingFile, row: Row) -> None:
        fault = next(self._faults)
        self._put(file, self.spoil(row, fault))
        file.broken += 1
        file.until_fault = file.rng.randint(*self._spacing)
        self.landing.truth.add(
            "broken_rows", self.source, file.relative, file.rows, fault.reason, fault.column
        )

    def _open(self, name: str) -> LandingFile:
        relative = f"{self.source}/{name}"
        rng = number_series(self.landing.seed, relative)
        # A character that the encoding lacks becomes a question mark, as in the shops' exports.
        handle = (self.landing.folder / relative).open(
            "w", encoding=self.encoding, errors="replace", newline=""
        )
        handle.write(self.opening())
        file = LandingFile(
            relative=relative,
            handle=handle,
            rng=rng,
            until_fault=rng.randint(*self._spacing),
            rows=self.header_rows,
        )
        self._open_files[name] = file
        return file


@dataclass(frozen=True, slots=True)
class CsvStyle:
    """How a program writes its CSV."""

    encoding: str = "utf-8"
    line_end: str = "\n"
    is_quoted: bool = False


def header(names: str) -> tuple[str, ...]:
    """Give the header row whose names are written with commas between them."""
    return tuple(names.split(","))


class CsvFeed(Feed[list[str]]):
    """CSV files with one header row."""

    header_rows = 1

    def __init__(
        self,
        landing: Landing,
        source: str,
        columns: tuple[str, ...],
        *,
        style: CsvStyle,
        keys: tuple[str, ...] = (),
        faults: tuple[Fault, ...] = (),
        spacing: tuple[int, int] = USUAL_SPACING,
    ) -> None:
        """Take the header's columns, and those of them that hold ids of a row's own."""
        super().__init__(landing, source, faults=faults, spacing=spacing)
        self.encoding = style.encoding
        self._header = columns
        self._style = style
        self._keys = keys

    def opening(self) -> str:
        """Give the header row."""
        return self.render(list(self._header))

    def render(self, row: list[str]) -> str:
        """Give the row as CSV; no value holds a comma, a quote or a line end."""
        if self._style.is_quoted:
            return '"' + '","'.join(row) + '"' + self._style.line_end
        return ",".join(row) + self._style.line_end

    def spoil(self, row: list[str], fault: Fault) -> str:
        """Give the row with fresh ids and the fault's values, or cut short."""
        fresh = str(next(self.landing.fresh_ids))
        values = {**dict.fromkeys(self._keys, fresh), **fault.changes}
        broken = list(row)
        for column, value in values.items():
            broken[self._header.index(column)] = str(value)
        return self.render(broken[: -fault.cuts] if fault.cuts else broken)


class LineFeed(Feed[str]):
    """Files with one JSON object or log entry a line."""

    def __init__(
        self,
        landing: Landing,
        source: str,
        *,
        key: str = "",
        faults: tuple[Fault, ...] = (),
        spacing: tuple[int, int] = USUAL_SPACING,
    ) -> None:
        """Take the JSON key that holds a row's own id."""
        super().__init__(landing, source, faults=faults, spacing=spacing)
        self._key = key

    def render(self, row: str) -> str:
        """Give the line."""
        return row + "\n"

    def spoil(self, row: str, fault: Fault) -> str:
        """Give the line cut off after its first quarter, or its object with the fault's values."""
        if fault.cuts:
            return self.render(row[: len(row) // 4])
        return self.render(spoil_json(row, self._key, next(self.landing.fresh_ids), fault.changes))


class JsonArrayFeed(Feed[str]):
    """JSON documents that hold a list of objects; a full one is followed by the next number."""

    separator = ",\n"

    def __init__(
        self,
        landing: Landing,
        source: str,
        *,
        key: str,
        rows_per_file: int,
        frame: tuple[str, str] = ("[\n", "\n]\n"),
        faults: tuple[Fault, ...] = (),
    ) -> None:
        """Take the JSON key of a row's own id and what stands around the list."""
        super().__init__(landing, source, faults=faults)
        self._key = key
        self._rows_per_file = rows_per_file
        self._frame = frame
        self._numbers: dict[str, int] = {}

    def opening(self) -> str:
        """Give the start of the document."""
        return self._frame[0]

    def closing(self) -> str:
        """Give the end of the document."""
        return self._frame[1]

    def render(self, row: str) -> str:
        """Give the object."""
        return row

    def spoil(self, row: str, fault: Fault) -> str:
        """Give the object with the fault's values."""
        return spoil_json(row, self._key, next(self.landing.fresh_ids), fault.changes)

    def append(self, stem: str, row: str) -> None:
        """Write an object to the newest document of a stem such as `batch_2026-10`."""
        number = self._numbers.setdefault(stem, 1)
        name = f"{stem}_{number:03d}.json"
        self.write(name, row)
        if self._open_files[name].rows >= self._rows_per_file:
            self.finish(name)
            self._numbers[stem] = number + 1


def spoil_json(text: str, key: str, fresh_id: int, changes: Mapping[str, object]) -> str:
    """Give the object with a fresh id and changed values."""
    record = json.loads(text)
    record[key] = f"{record[key]}-{fresh_id}"
    record.update(changes)
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))
