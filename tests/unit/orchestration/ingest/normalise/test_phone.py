"""Telephone numbers against phonenumbers itself, and the numbers that are none."""

import random

import phonenumbers
import pyarrow as pa
import pytest

from orchestration.ingest.normalise.phone import phones

_KINDS = {
    phonenumbers.PhoneNumberType.MOBILE: "mobile",
    phonenumbers.PhoneNumberType.FIXED_LINE: "fixed",
    phonenumbers.PhoneNumberType.VOIP: "voip",
    phonenumbers.PhoneNumberType.TOLL_FREE: "toll_free",
}


@pytest.mark.parametrize(
    ("written", "key", "kind"),
    [
        ("090-1234-5679", "+819012345679", "mobile"),
        ("０９０（１２３４）５６７９", "+819012345679", "mobile"),
        ("+81 90-1234-5679", "+819012345679", "mobile"),
        ("+81(0)90-1234-5679", "+819012345679", "mobile"),
        ("819012345679", "+819012345679", "mobile"),
        ("9012345679", "+819012345679", "mobile"),
        ("060-1234-5679", "+816012345679", "mobile"),
        ("03-3234-5679", "+81332345679", "fixed"),
        ("332345679", "+81332345679", "fixed"),
        ("0467ー12ー3456", "+81467123456", "fixed"),
        ("050-3123-4567", "+815031234567", "voip"),
        ("0120-444-113", None, "toll_free"),
        ("0800-123-4569", None, "toll_free"),
        ("0570-012-345", None, "invalid"),
        ("020-1234-5679", None, "invalid"),
        ("090-0123-4567", None, "invalid"),
        ("03-3234-567", None, "invalid"),
        ("03-3234-5679 内線12", None, "invalid"),
        ("なし", None, "invalid"),
        ("+1 415-555-2671", "+14155552671", "fixed"),
        ("+44 7911 123456", "+447911123456", "mobile"),
        ("090-0000-0000", None, "dummy"),
        ("080-1111-1111", None, "dummy"),
        ("09012345678", None, "dummy"),
        ("03-1234-5678", None, "dummy"),
        ("045-000-0000", None, "dummy"),
        ("00000000000", None, "dummy"),
        ("9999999999", None, "dummy"),
        ("0123456789", None, "dummy"),
        ("1234567890", None, "dummy"),
        (" - ", None, None),
        (None, None, None),
    ],
)
def test_phone_has_a_key_and_a_kind(written: str | None, key: str | None, kind: str | None) -> None:
    found = phones(pa.array([written], pa.string()))

    assert (found.keys.to_pylist(), found.kinds.to_pylist()) == ([key], [kind])


def test_column_of_all_spellings_gives_each_row_its_own_key() -> None:
    written = ["9012345679", None, "+14155552671", "03-3234-5679", "x", "0120-444-113"]

    assert phones(pa.array(written)).keys.to_pylist() == [
        "+819012345679",
        None,
        "+14155552671",
        "+81332345679",
        None,
        None,
    ]


def test_kind_and_key_are_those_of_phonenumbers_for_random_numbers() -> None:
    rng = random.Random(20261122)  # noqa: S311  a fixed seed, no secret
    starts = ("0", "01", "04", "07", "08", "09", "050", "060", "0120", "0800", "0570", "0990")
    written = [
        (start := rng.choice(starts))
        + "".join(rng.choices("0123456789", k=rng.choice((9, 10, 11)) - len(start)))
        for _ in range(20_000)
    ]
    # 00 and 010 dial services and other countries.
    written = [number for number in written if not number.startswith(("00", "010"))]
    found = phones(pa.array(written))
    rows = zip(written, found.keys.to_pylist(), found.kinds.to_pylist(), strict=True)

    wrong = [
        number
        for number, key, kind in rows
        if kind != "dummy" and (key, kind) != _by_the_library(number)
    ]

    assert wrong == []


def _by_the_library(number: str) -> tuple[str | None, str]:
    parsed = phonenumbers.parse(number, "JP")
    if not phonenumbers.is_valid_number(parsed):
        return None, "invalid"
    kind = _KINDS.get(phonenumbers.number_type(parsed), "invalid")
    is_linking = kind in ("mobile", "fixed", "voip")
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return (e164 if is_linking else None), kind
