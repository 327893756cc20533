"""Proposes which records may be one person where no rule says so."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from orchestration.durable import replace_table
from orchestration.identity.linkage.mode import LinkageMode
from orchestration.identity.linkage.questions import Question, questions
from orchestration.identity.linkage.records import RECORDS, attach, make_records
from orchestration.identity.linkage.scoring import LinkageUntrainedError, score_pairs
from orchestration.identity.linkage.shop_model import SHOP_MODEL

PAIRS_FILE = "linkage_pairs.parquet"
LINKED_FILE = "linked_pairs.parquet"
_MEMORY = "1500MB"
_LEAST_PROBABILITY = 0.02
PAIRS_SCHEMA = pa.schema(
    [
        ("left_record", pa.string()),
        ("right_record", pa.string()),
        ("match_probability", pa.float64()),
        ("match_weight", pa.float64()),
        ("weights", pa.string()),
        ("reasons", pa.string()),
        ("reasons_ja", pa.string()),
        ("is_vetoed", pa.bool_()),
        ("is_linked", pa.bool_()),
    ]
)
_LINKED_COLUMNS = ["left_record", "right_record"]


@dataclass(frozen=True, slots=True)
class LinkageReport:
    """What one run of linkage did; counts only."""

    mode: LinkageMode
    records: int = 0
    """Rows that were compared: distinct sets of keys."""
    pairs: int = 0
    vetoed: int = 0
    linked: int = 0
    note: str = ""
    """Why nothing was proposed, where nothing could be."""

    def as_metadata(self) -> dict[str, int | str]:
        """The counts by name."""
        return {"linkage": self.mode, **{k: v for k, v in asdict(self).items() if k != "mode"}}


def propose_links(
    work_db: Path, lake: Path, mode: LinkageMode, answered: Collection[tuple[str, str]] = ()
) -> LinkageReport:
    """Writes lake/identity/linkage_pairs.parquet, and linked_pairs.parquet in merge mode.

    Off leaves the first empty, which dbt reads. Pairs of records whose groups a person has
    answered about are not asked again; `answered` holds them in any order.
    """
    folder = lake / "identity"
    if mode == "off":
        _write(folder, mode, [])
        return LinkageReport(mode, note="linkage is off: no pair is proposed")
    with _opened(work_db) as connection:
        records = make_records(connection)
        try:
            scores = score_pairs(connection, RECORDS, SHOP_MODEL, _LEAST_PROBABILITY)
            found, note = questions(connection, scores, answered), ""
        except LinkageUntrainedError as error:
            found, note = [], f"too little to train on: {error}"
    if mode == "review":
        found = [replace(question, is_linked=False) for question in found]
    _write(folder, mode, found)
    return LinkageReport(
        mode=mode,
        records=records,
        pairs=len(found),
        vetoed=sum(question.is_vetoed for question in found),
        linked=sum(question.is_linked for question in found),
        note=note,
    )


def linked_pairs_file(folder: Path) -> Path | None:
    """The pairs that the resolution may join in its last tier; None where linkage merges none.

    `folder` is lake/identity.
    """
    file = folder / LINKED_FILE
    return file if file.exists() else None


@contextmanager
def _opened(work_db: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with (
        TemporaryDirectory(dir=work_db.parent, prefix="linkage_") as spill,
        duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": spill}) as connection,
    ):
        # Splink runs hundreds of small statements; a bar for each would fill the console.
        connection.execute("set enable_progress_bar = false")
        attach(connection, work_db)
        yield connection


def _write(folder: Path, mode: LinkageMode, found: list[Question]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rows = [asdict(question) for question in found]
    table = pa.Table.from_pylist(rows, schema=PAIRS_SCHEMA)
    replace_table(folder / PAIRS_FILE, table)
    if mode == "merge":
        linked = table.filter(table["is_linked"]).select(_LINKED_COLUMNS)
        replace_table(folder / LINKED_FILE, linked)
    else:
        (folder / LINKED_FILE).unlink(missing_ok=True)
