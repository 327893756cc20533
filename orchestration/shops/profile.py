"""A shop profile: time zone, currency, sources, and the thresholds the shop changes."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

_SHOPS = Path(__file__).parent
Variable = int | float | str | bool | list[str] | None
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


class ShopError(ValueError):
    """A shop profile is missing or wrong; the message names file, key and the mend."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceUse(_Strict):
    """A source that the shop has."""

    source: Name
    mapping: Name | None = None
    """The mapping file's name when it is not the source's own (two logs of one format)."""
    fresh_within_hours: int | None = None
    """A landed file older than this is late; null: the source is not watched."""


class GeneratedLanding(_Strict):
    """The landing zone is filled by the generator of the sample shop."""

    kind: Literal["generated"]
    persons: int = Field(default=2000, gt=0)
    seed: int = 20261031
    end_date: date


class CopiedLanding(_Strict):
    """The landing zone is filled from files that the repository ships."""

    kind: Literal["copied"]
    files: dict[Name, list[str]]
    """Source -> paths relative to the repository."""


class OwnLanding(_Strict):
    """The shop's own exports arrive in the landing zone by themselves."""

    kind: Literal["own"] = "own"


class Limits(_Strict):
    """How far a publication may move from the one before it.

    A ratio is the change over the previous value: 0.5 is half as much more, or half less.
    """

    max_growth_ratio: float = Field(default=1.0, gt=0)
    max_shrink_ratio: float = Field(default=0.3, gt=0, lt=1)
    floor_rows: int = Field(default=50, ge=0)
    """A change of so many rows is always fine."""
    max_sales_fall_ratio: float = Field(default=0.02, ge=0, lt=1)
    """How far net sales of the days that both publications cover may fall."""
    segment_max_growth_ratio: float = Field(default=0.8, gt=0)
    segment_max_shrink_ratio: float = Field(default=0.6, gt=0, lt=1)
    segment_floor_rows: int = Field(default=20, ge=0)
    max_merged_person_ratio: float = Field(default=0.02, ge=0, le=1)
    """How many of the published persons may have been merged away."""
    merged_person_floor: int = Field(default=20, ge=0)
    """So many merged persons are always fine."""


class ShopProfile(_Strict):
    """One shop."""

    name: Name
    title: str
    time_zone: str
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    as_of_date: date | None = None
    """The last complete day; null: yesterday in the shop's time zone."""
    sources: list[SourceUse] = Field(min_length=1)
    landing: GeneratedLanding | CopiedLanding | OwnLanding = Field(
        default_factory=OwnLanding, discriminator="kind"
    )
    linkage: Literal["off", "review", "merge"] | None = None
    """What becomes of pairs that Splink finds likely; null: review where it is installed."""
    syncs: list[Name] = []
    scenarios: list[Name] = []
    """The scenarios that are switched on; of the others nothing is planned or sent."""
    limits: Limits = Limits()
    keep_publications: int = Field(default=7, ge=1)
    vars: dict[str, Variable] = {}
    """dbt vars that differ from dbt_project.yml."""

    @property
    def single_account_sources(self) -> tuple[str, ...]:
        """The sources in which one person has one account: two accounts are never one person."""
        sources = self.vars.get("identity_single_account_sources", [])
        return tuple(sources) if isinstance(sources, list) else ()

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except Exception as error:
            raise ValueError(f"{value!r} is no IANA time zone, such as Asia/Tokyo") from error
        return value

    @field_validator("linkage", mode="before")
    @classmethod
    def _off_is_a_word(cls, value: object) -> object:
        # YAML reads a bare off as false.
        return "off" if value is False else value

    def as_of(self, override: str | None, *, now: datetime) -> date:
        """The last complete day: the override, the profile's day, or yesterday at the shop."""
        if override:
            return date.fromisoformat(override)
        if self.as_of_date:
            return self.as_of_date
        return now.astimezone(ZoneInfo(self.time_zone)).date() - timedelta(days=1)

    def dbt_vars(self, as_of_date: date) -> dict[str, Variable]:
        """The vars that every dbt call of this shop gets."""
        return {
            "as_of_date": as_of_date.isoformat(),
            "shop_time_zone": self.time_zone,
            "currency": self.currency,
            "enabled_scenarios": list(self.scenarios),
            **self.vars,
        }


def load_shop(name: str, folder: Path = _SHOPS) -> ShopProfile:
    """The profile of a shop.

    Raises:
        ShopError: there is no such profile, or it breaks the schema.
    """
    path = folder / f"{name}.yml"
    if not path.exists():
        known = ", ".join(sorted(p.stem for p in folder.glob("*.yml")))
        raise ShopError(f"There is no shop {name!r}; known: {known}. Add {path.name} or name one.")
    try:
        return ShopProfile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors()
        )
        raise ShopError(f"{path.name}: {problems}") from error
