"""Prepares a batch for Great Expectations: only the columns checked, in types it compares."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from expectations.suites import Suite

if TYPE_CHECKING:
    import pandas as pd

REJECT_REASON = "_reject_reason"


def epoch_seconds(moment: date | datetime | str) -> float:
    """Give an instant as seconds since 1970; a day is its first moment."""
    import pandas as pd  # noqa: PLC0415  imports slowly

    stamp = pd.Timestamp(moment)
    if stamp.tzinfo is not None:
        stamp = stamp.tz_convert("UTC").tz_localize(None)
    return float((stamp - pd.Timestamp(0)).total_seconds())


def checked_columns(frame: pd.DataFrame, suite: Suite) -> pd.DataFrame:
    """Give the columns that the suite reads, dates and decimals as plain numbers.

    Great Expectations compares numbers by column and everything else value by value, which is
    a hundred times slower; columns that no check names stay out of its reach altogether.
    """
    import pandas as pd  # noqa: PLC0415  imports slowly

    wanted = {column for check in suite.expectations for column in check.columns}
    made = {
        name: _first_filled(frame, columns)
        for name, columns in suite.meta.first_filled.items()
        if name in wanted
    }
    kept = {column: _comparable(frame[column]) for column in frame.columns if column in wanted}
    return pd.DataFrame({**kept, **made}, index=frame.index).reset_index(drop=True)


def row_label(frame: pd.DataFrame, place: int) -> str:
    """Name a row in a way that is safe to show: file and line, person, or place in the batch."""
    if {"_file", "_row"} <= set(frame.columns):
        file = PurePosixPath(str(frame["_file"].iloc[place])).name
        return f"{file}:{int(frame['_row'].iloc[place])}"
    if "person_id" in frame.columns and isinstance(frame["person_id"].iloc[place], str):
        return str(frame["person_id"].iloc[place])
    return f"row {place + 1}"


def _first_filled(frame: pd.DataFrame, columns: Sequence[str]) -> pd.Series[Any]:
    """Give True where one of the columns holds a value and null elsewhere, never the value."""
    filled = frame[list(columns)].notna().any(axis=1)
    return filled.where(filled, None).astype("object")


def _comparable(column: pd.Series[Any]) -> pd.Series[Any]:
    import pandas as pd  # noqa: PLC0415  imports slowly

    values: pd.Series[Any] = column
    first = next(iter(column.dropna().head(1)), None)
    if column.dtype == object and isinstance(first, date):
        values = pd.to_datetime(column)
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        values = values.dt.tz_convert("UTC").dt.tz_localize(None)
    if pd.api.types.is_datetime64_dtype(values.dtype):
        return (values - pd.Timestamp(0)) / pd.Timedelta(seconds=1)
    if isinstance(first, Decimal) or (
        pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype)
    ):
        return values.astype("float64")
    return values
