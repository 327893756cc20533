"""Which days a back-test goes back to."""

from datetime import date

import dagster as dg
import pytest

from orchestration.defs.backtest import BacktestConfig, days_of

TODAY = date(2026, 10, 31)


def test_without_days_it_goes_back_to_where_the_horizon_has_just_gone_by():
    assert days_of(BacktestConfig(), TODAY) == [date(2026, 8, 2)]


def test_each_day_is_visited_once_and_in_order():
    asked = BacktestConfig(as_of=["2026-07-31", "2026-03-15", "2026-07-31"])
    assert days_of(asked, TODAY) == [date(2026, 3, 15), date(2026, 7, 31)]


def test_the_day_before_is_past_and_the_day_itself_is_not():
    assert days_of(BacktestConfig(as_of=["2026-10-30"]), TODAY) == [date(2026, 10, 30)]
    with pytest.raises(dg.Failure, match="2026-10-31 is no past day"):
        days_of(BacktestConfig(as_of=["2026-10-31"]), TODAY)


def test_a_day_that_is_none_is_named():
    with pytest.raises(dg.Failure, match="write days as 2026-07-31"):
        days_of(BacktestConfig(as_of=["31.7.2026"]), TODAY)
