"""Batches as ingest and dbt hand them to the gates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

CANARY = "hanako.canary@example.jp"

BatchMaker = Callable[..., pd.DataFrame]


def consent(number: int) -> dict[str, Any]:
    return {
        "source_consent_id": f"c{number}",
        "source_customer_id": f"m{number}",
        "email": CANARY,
        "line_user_id": None,
        "channel": "email",
        "purpose": "marketing",
        "action": "grant",
        "legal_basis": "consent",
        "occurred_at": pd.Timestamp("2026-05-01 03:00"),
        "email_status": "valid",
        "_file": "crm/consents.csv",
        "_row": number + 1,
        "_reject_reason": None,
    }


@pytest.fixture
def consents() -> BatchMaker:
    """Make a batch of consents; keywords name a column and give {number: value}."""

    def make(size: int, **changes: dict[int, Any]) -> pd.DataFrame:
        rows = [consent(number) for number in range(1, size + 1)]
        for column, values in changes.items():
            for number, value in values.items():
                rows[number - 1][column] = value
        return pd.DataFrame(rows)

    return make


@pytest.fixture
def segment() -> BatchMaker:
    """Make a segment of so many people; keywords name a column and give {number: value}."""

    def make(size: int, **changes: dict[int, Any]) -> pd.DataFrame:
        rows = [
            {
                "person_id": f"p{number}",
                "entered_at": pd.Timestamp("2026-10-30 12:00"),
                "reason": "consented lead, never bought",
            }
            for number in range(1, size + 1)
        ]
        for column, values in changes.items():
            for number, value in values.items():
                rows[number - 1][column] = value
        return pd.DataFrame(rows, columns=["person_id", "entered_at", "reason"])

    return make
