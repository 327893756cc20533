"""Variants of kanji in names: our own table of them, as lookup tables of characters."""

import csv
from functools import cache
from importlib.resources import files

from orchestration.ingest.normalise.characters import Table, table, then

STRICT, LOOSE = "strict", "loose"


@cache
def variants(level: str) -> dict[str, str]:
    """Variant → canonical character of one level.

    strict: another form of the same character (旧字体, 異体字). loose: another character that
    people use for the same name (斎 and 斉), good only beside a second proof.
    """
    text = files("orchestration.ingest.normalise").joinpath("kanji_variants.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["variant"]: row["canonical"] for row in rows if row["level"] == level}


@cache
def strict_table() -> Table:
    """Folds the forms of one character."""
    return table(variants(STRICT))


@cache
def loose_table() -> Table:
    """Folds the forms of one character, then the characters that are taken for one another."""
    return then(strict_table(), table(variants(LOOSE)))
