"""Runs a suite on a batch and says, without personal data, what it found."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from expectations.context import quiet_context
from expectations.frames import REJECT_REASON, checked_columns, epoch_seconds, row_label
from expectations.results import MAX_ROWS_SHOWN, CheckResult, GateResult
from expectations.suites import Parameter, Suite, SuiteExpectation, load_suite

if TYPE_CHECKING:
    import pandas as pd

# Counts and places only: values stay where they are.
_RESULT_FORMAT = {
    "result_format": "SUMMARY",
    "partial_unexpected_count": MAX_ROWS_SHOWN,
    "exclude_unexpected_values": True,
    "return_unexpected_index_query": False,
}
_ROW_COUNT = "expect_table_row_count_to_be_between"
_REASON_CODE = re.compile(r"^[a-z_]{1,40}$")


@dataclass(frozen=True, slots=True)
class _Batch:
    """The rows that a group of expectations looks at."""

    frame: pd.DataFrame
    places: Sequence[int]
    """Where each row stands in the batch as it was given."""
    name_row: Callable[[int], str]

    def labels(self, rows: Iterable[int]) -> tuple[str, ...]:
        """Name rows of the frame."""
        return tuple(self.name_row(int(self.places[row])) for row in rows)


def validate(
    frame: pd.DataFrame,
    suite: str,
    *,
    parameters: Mapping[str, Parameter | date] | None = None,
    row_labels: Sequence[str] | None = None,
) -> GateResult:
    """Check a batch against a suite such as `inbound/orders`.

    A landed batch holds, beside its columns, `_file`, `_row` and `_reject_reason` (null when the
    row was accepted); rejected rows take part only in expectations about all rows. Parameters
    are the limits that come from the batch; dates may be given as dates.

    Raises SuiteError when the suite is unknown or a parameter is missing or unknown.
    """
    loaded = load_suite(suite)
    shown = loaded.fill({name: _text(value) for name, value in (parameters or {}).items()})
    if row_labels is not None and len(row_labels) != len(frame):
        raise ValueError(f"{suite}: {len(row_labels)} row labels for {len(frame)} rows")
    every = _Batch(
        checked_columns(frame, loaded), range(len(frame)), partial(_label, frame, row_labels)
    )
    accepted = _accepted(frame, every)
    found: dict[str, CheckResult] = {}
    for rows, batch in (("all", every), ("accepted", accepted)):
        group = [check for check in loaded.expectations if check.meta.rows == rows]
        found |= _run(loaded, group, batch, shown)
    checks = tuple(found[check.meta.name] for check in loaded.expectations)
    return GateResult(suite=suite, row_count=len(frame), checks=checks)


def _label(frame: pd.DataFrame, row_labels: Sequence[str] | None, place: int) -> str:
    """Name a row, and say why it was rejected when it was: the reason is a code, no value."""
    label = row_label(frame, place) if row_labels is None else row_labels[place]
    reason = frame[REJECT_REASON].iloc[place] if REJECT_REASON in frame.columns else None
    told = isinstance(reason, str) and _REASON_CODE.match(reason)
    return f"{label} ({reason})" if told else label


def _accepted(frame: pd.DataFrame, every: _Batch) -> _Batch:
    if REJECT_REASON not in frame.columns:
        return every
    kept = frame[REJECT_REASON].isna().to_numpy()
    return _Batch(
        every.frame[kept].reset_index(drop=True), kept.nonzero()[0].tolist(), every.name_row
    )


def _run(
    suite: Suite,
    group: Sequence[SuiteExpectation],
    batch: _Batch,
    shown: Mapping[str, Parameter],
) -> dict[str, CheckResult]:
    found: dict[str, CheckResult] = {}
    asked: list[SuiteExpectation] = []
    for check in group:
        missing = [column for column in check.columns if column not in batch.frame.columns]
        if missing:
            expected = f"the batch has the column {', '.join(missing)}"
            found[check.meta.name] = _result(check, False, len(batch.frame), expected=expected)
        elif batch.frame.empty and check.type != _ROW_COUNT:
            found[check.meta.name] = _result(check, True, 0, expected=_expected(check, shown))
        else:
            asked.append(check)
    for check, outcome in _ask(suite, asked, batch.frame, shown):
        found[check.meta.name] = _read(check, outcome, batch, _expected(check, shown))
    return found


def _ask(
    suite: Suite,
    group: Sequence[SuiteExpectation],
    frame: pd.DataFrame,
    shown: Mapping[str, Parameter],
) -> Iterable[tuple[SuiteExpectation, Any]]:
    if not group:
        return []
    context = quiet_context()
    from great_expectations.core.expectation_suite import ExpectationSuite  # noqa: PLC0415  slow

    by_name = {check.meta.name: check for check in group}
    configurations = [
        {"type": c.type, "kwargs": _plain(c.kwargs), "meta": {"name": c.meta.name}} for c in group
    ]
    limits = {name: _number(shown[name]) for check in group for name in check.parameters}
    asset = context.data_sources.add_pandas("batch").add_dataframe_asset("batch")
    whole = asset.add_batch_definition_whole_dataframe("batch")
    with warnings.catch_warnings():
        # Deprecations between Great Expectations and pandas are not the caller's.
        warnings.simplefilter("ignore")
        outcome = whole.get_batch({"dataframe": frame}).validate(
            ExpectationSuite(name=suite.name, expectations=configurations),
            result_format=_RESULT_FORMAT,
            expectation_parameters=limits,
        )
    return [(by_name[o.expectation_config.meta["name"]], o) for o in outcome.results]


def _read(check: SuiteExpectation, outcome: Any, batch: _Batch, expected: str) -> CheckResult:
    result: Mapping[str, Any] = outcome.result
    if check.type == _ROW_COUNT:
        return _result(check, bool(outcome.success), len(batch.frame), expected=expected)
    if "unexpected_count" not in result:
        # The exception's own text can quote a value, so only the column's type is told.
        held = ", ".join(f"{name} {batch.frame[name].dtype}" for name in check.columns)
        expected = f"{expected}; the check could not compare what the batch holds ({held})"
        return _result(check, bool(outcome.success), len(batch.frame), expected=expected)
    places = result.get("partial_unexpected_index_list") or []
    return _result(
        check,
        bool(outcome.success),
        int(result["element_count"]) - int(result.get("missing_count") or 0),
        failed_rows=int(result["unexpected_count"]),
        rows=batch.labels(places[:MAX_ROWS_SHOWN]),
        expected=expected,
    )


def _result(
    check: SuiteExpectation,
    passed: bool,
    checked_rows: int,
    *,
    failed_rows: int = 0,
    rows: tuple[str, ...] = (),
    expected: str,
) -> CheckResult:
    return CheckResult(
        name=check.meta.name,
        column=", ".join(check.columns) or None,
        severity=check.blocking_severity,
        passed=passed,
        checked_rows=checked_rows,
        failed_rows=failed_rows,
        rows=rows,
        expected=expected,
        mend=check.meta.mend,
    )


def _expected(check: SuiteExpectation, shown: Mapping[str, Parameter]) -> str:
    return check.meta.expected.format_map(
        {name: f"{value:,}" if isinstance(value, int) else value for name, value in shown.items()}
    )


def _text(value: Parameter | date) -> Parameter:
    return value.isoformat() if isinstance(value, date) else value


def _plain(kwargs: Mapping[str, object]) -> dict[str, object]:
    bounds = ("min_value", "max_value")
    return {k: _number(v) if k in bounds else v for k, v in kwargs.items()}


def _number(value: object) -> object:
    """Give a date as the number that its column was turned into; anything else as it is."""
    if isinstance(value, str):
        return epoch_seconds(value)
    return value
