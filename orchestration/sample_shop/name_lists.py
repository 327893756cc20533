"""The name lists shipped with the package (names/, see its notice)."""

import csv
from dataclasses import dataclass
from importlib.resources import files

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

    @classmethod
    def load(cls) -> "NameLists":
        """Read the lists of the package."""
        return cls(
            surnames=_names("surnames.csv"),
            male=_names("given_male.csv"),
            female=_names("given_female.csv"),
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


def _rows(file_name: str) -> list[dict[str, str]]:
    text = (files("orchestration.sample_shop") / "names" / file_name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
