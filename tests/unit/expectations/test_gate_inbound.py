from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from expectations.gate import validate
from expectations.limits import inbound_parameters
from expectations.results import CheckResult, GateResult
from expectations.suites import SuiteError

BatchMaker = Callable[..., pd.DataFrame]
CANARY = "hanako.canary@example.jp"
LANDED = inbound_parameters(date(2026, 5, 2))


def failed(result: GateResult) -> dict[str, CheckResult]:
    return {check.name: check for check in result.failed_checks}


def test_gate_passes_when_the_batch_is_sound(consents: BatchMaker) -> None:
    result = validate(consents(20), "inbound/consents", parameters=LANDED)
    assert result.passed
    assert result.failed_checks == ()
    count = len(result.checks)
    assert result.message() == f"inbound/consents: all {count} checks passed on 20 rows"


@pytest.mark.parametrize(
    ("changes", "check", "rows"),
    [
        ({"source_consent_id": {3: None}}, "source_consent_id_present", ("consents.csv:4",)),
        (
            {"source_consent_id": {3: "c2"}},
            "key_unique_in_file",
            ("consents.csv:3", "consents.csv:4"),
        ),
        ({"channel": {5: "fax"}}, "channel_known", ("consents.csv:6",)),
        ({"action": {1: None}}, "action_present", ("consents.csv:2",)),
        (
            {"occurred_at": {2: pd.Timestamp("1970-01-01")}},
            "occurred_at_plausible",
            ("consents.csv:3",),
        ),
        (
            {"source_customer_id": {4: None}, "email": {4: None}},
            "_subject_present",
            ("consents.csv:5",),
        ),
    ],
    ids=["null key", "twin key", "unknown word", "missing word", "epoch date", "no subject"],
)
def test_gate_stops_and_names_the_rows_when_a_check_fails(
    consents: BatchMaker, changes: dict[str, Any], check: str, rows: tuple[str, ...]
) -> None:
    result = validate(consents(20, **changes), "inbound/consents", parameters=LANDED)
    assert not result.passed
    assert list(failed(result)) == [check]
    assert failed(result)[check].rows == rows
    assert failed(result)[check].failed_rows == len(rows)
    assert f"BLOCKS {check} " in result.message()


@pytest.mark.parametrize(
    ("moment", "passes"),
    [
        (pd.Timestamp("1990-01-01"), True),
        (pd.Timestamp("1989-12-31 23:59:59"), False),
        (pd.Timestamp("2026-05-04"), True),
        (pd.Timestamp("2026-05-04 00:00:01"), False),
    ],
    ids=["first moment", "a second before", "last moment", "a second after"],
)
def test_gate_keeps_moments_in_bounds_when_they_lie_at_the_edge(
    consents: BatchMaker, moment: pd.Timestamp, passes: bool
) -> None:
    batch = consents(3, occurred_at={2: moment})
    assert validate(batch, "inbound/consents", parameters=LANDED).passed is passes


@pytest.mark.parametrize(("rejected", "passes"), [(2, True), (3, False)])
def test_gate_counts_rejected_rows_when_their_share_is_at_the_limit(
    consents: BatchMaker, rejected: int, passes: bool
) -> None:
    reasons = dict.fromkeys(range(1, rejected + 1), "bad_timestamp")
    result = validate(
        consents(20, _reject_reason=reasons),
        "inbound/consents",
        parameters={**LANDED, "min_accepted_ratio": 0.9},
    )
    assert result.passed is passes
    if not passes:
        check = failed(result)["rows_accepted"]
        assert (check.failed_rows, check.checked_rows) == (3, 20)
        assert check.rows[0] == "consents.csv:2 (bad_timestamp)"


def test_gate_ignores_rejected_rows_when_it_checks_values(consents: BatchMaker) -> None:
    batch = consents(20, channel={7: None}, _reject_reason={7: "missing_value"})
    result = validate(batch, "inbound/consents", parameters=LANDED)
    assert result.passed
    assert {c.checked_rows for c in result.checks if c.name == "channel_present"} == {19}


def test_gate_names_the_right_row_when_a_rejected_row_stands_before_it(
    consents: BatchMaker,
) -> None:
    batch = consents(20, channel={9: "fax"}, _reject_reason={2: "bad_timestamp"})
    result = validate(batch, "inbound/consents", parameters=LANDED)
    assert failed(result)["channel_known"].rows == ("consents.csv:10",)


def test_gate_stops_when_the_batch_is_empty(consents: BatchMaker) -> None:
    result = validate(consents(1).head(0), "inbound/consents", parameters=LANDED)
    assert list(failed(result)) == ["batch_not_empty"]


def test_gate_stops_when_every_row_was_rejected(consents: BatchMaker) -> None:
    batch = consents(2, _reject_reason={1: "bad_timestamp", 2: "bad_timestamp"})
    result = validate(batch, "inbound/consents", parameters=LANDED)
    assert set(failed(result)) == {"rows_accepted", "no_consent_quarantined"}


def test_gate_stops_when_a_column_is_missing(consents: BatchMaker) -> None:
    result = validate(
        consents(2).drop(columns="legal_basis"), "inbound/consents", parameters=LANDED
    )
    assert failed(result)["legal_basis_known"].expected == "the batch has the column legal_basis"


def test_gate_shows_ten_rows_and_counts_the_rest_when_many_fail(consents: BatchMaker) -> None:
    result = validate(
        consents(25, channel=dict.fromkeys(range(1, 26), "fax")),
        "inbound/consents",
        parameters=LANDED,
    )
    check = failed(result)["channel_known"]
    assert len(check.rows) == 10
    assert check.failed_rows == 25
    assert "and 15 more" in result.message()


def test_gate_lets_the_same_key_pass_when_it_stands_in_two_files(consents: BatchMaker) -> None:
    batch = consents(2, source_consent_id={2: "c1"}, _file={2: "crm/consents_2.csv"})
    assert validate(batch, "inbound/consents", parameters=LANDED).passed


def test_gate_uses_the_given_labels_when_there_are_some(consents: BatchMaker) -> None:
    batch = consents(2, channel={2: "fax"})
    result = validate(batch, "inbound/consents", parameters=LANDED, row_labels=["a", "b"])
    assert failed(result)["channel_known"].rows == ("b",)


def test_gate_tells_no_value_when_anything_fails(
    consents: BatchMaker, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    batch = consents(
        3,
        source_consent_id=dict.fromkeys((1, 2, 3), CANARY),
        channel={1: CANARY},
        occurred_at=dict.fromkeys((1, 2, 3), CANARY),
        _reject_reason={3: CANARY},
    )
    result = validate(batch, "inbound/consents", parameters=LANDED)
    assert {"key_unique_in_file", "channel_known", "occurred_at_plausible", "rows_accepted"} <= set(
        failed(result)
    )
    streams = capfd.readouterr()
    told = [result.message(), json.dumps(result.as_metadata()), repr(result), caplog.text]
    for text in [*told, streams.out, streams.err]:
        assert "canary" not in text.lower()
    assert streams.out == ""
    assert "Calculating" not in streams.err


def test_gate_gives_metadata_that_survives_json_when_a_check_fails(consents: BatchMaker) -> None:
    result = validate(consents(3, channel={1: "fax"}), "inbound/consents", parameters=LANDED)
    metadata = json.loads(json.dumps(result.as_metadata()))
    assert metadata["suite"] == "inbound/consents"
    assert metadata["passed"] is False
    assert metadata["row_count"] == 3
    assert metadata["failed_checks"] == 1


@pytest.mark.parametrize("parameters", [{}, {**LANDED, "min_row": 1}], ids=["missing", "unknown"])
def test_gate_refuses_parameters_when_one_is_missing_or_unknown(
    consents: BatchMaker, parameters: dict[str, Any]
) -> None:
    with pytest.raises(SuiteError, match="parameter"):
        validate(consents(1), "inbound/consents", parameters=parameters)


CAMPAIGNS = {
    "campaign_code": ["a", "b"],
    "started_date": [date(2026, 1, 1), date(2026, 2, 1)],
    "ended_date": [date(2026, 1, 31), None],
    "cost": [Decimal("1000.000"), None],
    "currency": ["JPY", "JPY"],
    "_file": ["marketing/campaigns.csv"] * 2,
    "_row": [2, 3],
    "_reject_reason": [None, None],
}


def test_gate_compares_dates_and_decimals_when_they_come_as_objects() -> None:
    batch = pd.DataFrame(CAMPAIGNS)
    assert validate(batch, "inbound/campaigns", parameters=LANDED).failed_checks == ()


def test_gate_only_warns_when_the_failed_check_is_a_warning() -> None:
    batch = pd.DataFrame({**CAMPAIGNS, "ended_date": [date(2025, 12, 31), date(2026, 2, 1)]})
    result = validate(batch, "inbound/campaigns", parameters=LANDED)
    assert result.passed
    assert failed(result)["ended_date_after_started_date"].rows == ("campaigns.csv:2",)
    assert "passed with warnings" in result.message()


def test_gate_accepts_columns_without_any_value_when_the_source_has_none() -> None:
    batch = pd.DataFrame({**CAMPAIGNS, "ended_date": [None] * 2, "cost": [None] * 2})
    assert validate(batch, "inbound/campaigns", parameters=LANDED).failed_checks == ()


def test_gate_warns_when_a_single_consent_is_quarantined(consents: BatchMaker) -> None:
    batch = consents(20, _reject_reason={3: "not_allowed"})
    result = validate(batch, "inbound/consents", parameters=LANDED)
    assert result.passed
    assert failed(result)["no_consent_quarantined"].rows == ("consents.csv:4 (not_allowed)",)
