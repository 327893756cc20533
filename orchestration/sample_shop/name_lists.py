"""The name lists shipped with the package (names/, see its notice)."""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise

from orchestration.sample_shop.weighted import Weighted


@dataclass(frozen=True, slots=True)
class Name:
    """A name: kanji, its reading in katakana and in Latin letters."""

    kanji: str
    kana: str
    romaji: str


@dataclass(frozen=True, slots=True)
class Prefecture:
    """A prefecture with its capital, where the people of the sample live."""

    prefecture_id: int
    name: str
    city: str
    postal_prefix: str
    area_code: str


@dataclass(frozen=True, slots=True)
class NameLists:
    """Everything people are named and housed from."""

    surnames: Weighted[Name]
    male: Weighted[Name]
    female: Weighted[Name]
    prefectures: Weighted[Prefecture]
    alike_men: list[tuple[Name, Name]]
    """Names that begin with the same kanji and sound different."""
    alike_women: list[tuple[Name, Name]]
    same_sounding_women: list[tuple[Name, Name]]
    """Names of different kanji that sound the same."""

    @classmethod
    def load(cls) -> "NameLists":
        """Read the lists of the package."""
        male, female = _names("given_male.csv"), _names("given_female.csv")
        return cls(
            surnames=_names("surnames.csv"),
            male=male,
            female=female,
            alike_men=_pairs(male.items, _first_kanji, differing_in=_reading),
            alike_women=_pairs(female.items, _first_kanji, differing_in=_reading),
            same_sounding_women=_pairs(female.items, _reading, differing_in=_first_kanji),
            prefectures=Weighted(
                (
                    Prefecture(
                        prefecture_id=int(row["prefecture_id"]),
                        name=row["name"],
                        city=row["city"],
                        postal_prefix=row["postal_prefix"],
                        area_code=row["area_code"],
                    ),
                    float(row["weight"]),
                )
                for row in _rows("prefectures.csv")
            ),
        )


def _names(file_name: str) -> Weighted[Name]:
    return Weighted(
        (Name(row["name"], row["kana"], row["romaji"]), float(row.get("weight", 1)))
        for row in _rows(file_name)
    )


def _first_kanji(name: Name) -> str:
    return name.kanji[0]


def _reading(name: Name) -> str:
    return name.kana


def _pairs(
    names: Iterable[Name], common: Callable[[Name], str], *, differing_in: Callable[[Name], str]
) -> list[tuple[Name, Name]]:
    """Give each name with the next one in the list that has the one in common, not the other."""
    groups: dict[str, list[Name]] = defaultdict(list)
    for name in names:
        groups[common(name)].append(name)
    return [
        (name, other)
        for group in groups.values()
        for name, other in pairwise(group)
        if differing_in(name) != differing_in(other)
    ]


def _rows(file_name: str) -> list[dict[str, str]]:
    text = (files("orchestration.sample_shop") / "names" / file_name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
