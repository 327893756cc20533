"""Reads the suites: JSON files in the schema that Great Expectations itself writes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from expectations.results import Severity

Parameter = str | int | float | None
SUITES = Path(__file__).parent / "suites"


class SuiteError(ValueError):
    """A suite is missing or wrong, or was called with the wrong parameters."""


class ExpectationMeta(BaseModel):
    """What a suite says about an expectation beside its arguments."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    expected: str
    """One line for people; `{name}` stands for a parameter."""
    mend: str
    rows: Literal["accepted", "all"] = "accepted"
    """Whether rows that ingest rejected take part."""


class SuiteExpectation(BaseModel):
    """One expectation of a suite."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str
    kwargs: dict[str, object]
    severity: Literal["critical", "warning", "info"] = "critical"
    meta: ExpectationMeta

    @property
    def blocking_severity(self) -> Severity:
        """The severity as gates know it: only critical stops anything."""
        return "error" if self.severity == "critical" else "warn"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the expectation reads."""
        named = [self.kwargs.get(key) for key in ("column", "column_A", "column_B")]
        listed = self.kwargs.get("column_list", [])
        several = listed if isinstance(listed, list) else []
        return tuple(name for name in [*named, *several] if isinstance(name, str))

    @property
    def parameters(self) -> tuple[str, ...]:
        """The suite parameters among the arguments."""
        asked = [value for value in self.kwargs.values() if isinstance(value, dict)]
        return tuple(str(value["$PARAMETER"]) for value in asked)


class SuiteMeta(BaseModel):
    """What a suite says about itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    extends: str | None = None
    """Another suite whose expectations and parameters this one adds to."""
    parameters: dict[str, Parameter] = {}
    """Parameters with their defaults; one that is null has to be given."""
    first_filled: dict[str, list[str]] = {}
    """Columns made for the checks: the first of the listed columns that holds a value."""


class Suite(BaseModel):
    """A suite with everything it extends."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    expectations: list[SuiteExpectation]
    meta: SuiteMeta = SuiteMeta()

    def fill(self, given: Mapping[str, Parameter]) -> dict[str, Parameter]:
        """Give every parameter its value.

        Raises SuiteError for a parameter the suite does not have or one that stays unset.
        """
        unknown = sorted(set(given) - set(self.meta.parameters))
        if unknown:
            known = ", ".join(sorted(self.meta.parameters)) or "none"
            raise SuiteError(f"{self.name}: no parameter {', '.join(unknown)}; it has {known}")
        values = {**self.meta.parameters, **given}
        unset = sorted(name for name, value in values.items() if value is None)
        if unset:
            raise SuiteError(f"{self.name}: give the parameter {', '.join(unset)}")
        return values


def has_suite(name: str) -> bool:
    """Say whether a suite of that name exists."""
    return (SUITES / f"{name}.json").is_file()


def segment_suite(segment: str) -> str:
    """Give the name of a segment's own suite, or of the one for all segments."""
    own = f"outbound/{segment}"
    return own if has_suite(own) else "outbound/segment"


def load_suite(name: str) -> Suite:
    """Read the suite `<direction>/<name>` with everything it extends.

    Raises SuiteError naming the file and the key that is wrong.
    """
    if not has_suite(name):
        raise SuiteError(f"there is no suite {name}: add expectations/suites/{name}.json")
    try:
        suite = Suite.model_validate_json((SUITES / f"{name}.json").read_bytes())
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise SuiteError(f"suites/{name}.json: {key}: {first['msg']}") from error
    if suite.meta.extends:
        suite = _joined(load_suite(suite.meta.extends), suite)
    _refuse_twins(suite)
    return suite


def _joined(base: Suite, own: Suite) -> Suite:
    meta = SuiteMeta(
        parameters={**base.meta.parameters, **own.meta.parameters},
        first_filled={**base.meta.first_filled, **own.meta.first_filled},
    )
    return Suite(name=own.name, expectations=[*base.expectations, *own.expectations], meta=meta)


def _refuse_twins(suite: Suite) -> None:
    names = [expectation.meta.name for expectation in suite.expectations]
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise SuiteError(f"{suite.name}: more than one expectation is named {', '.join(twins)}")
