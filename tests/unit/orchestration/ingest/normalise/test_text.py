"""Plain text: what does not tell two texts apart, on any input."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.ingest.normalise.characters import change, table
from orchestration.ingest.normalise.text import for_each_distinct, joined, on_distinct, plain

_ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_JAPANESE = st.text("山田髙か゛ｶﾞパﾊﾟァー0１-－‐ 　\u3099\u200b\U000e0100葛é", max_size=10)


def _text(*values: str | None) -> pa.Array:
    return pa.array(values, pa.string())


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("ﾔﾏﾀﾞ　ＡＢＣ", "ヤマダ ABC"),
        ("か゛き \u3099く ﾞ", "がぎぐ"),
        ("は゜", "ぱ"),
        ("葛\U000e0100城", "葛城"),
        ("１－２‐３ー４−5", "1-2-3-4-5"),
        ("コーポ－A", "コーポ-A"),
        ("ラーメン二ー三", "ラーメン二ー三"),
        (" a \t b\u3000", "a b"),
        ("\u200b", None),
        ("　", None),
        (None, None),
    ],
)
def test_plain_folds_what_looks_the_same(written: str | None, expected: str | None) -> None:
    assert plain(_text(written)).to_pylist() == [expected]


def test_hyphen_folds_only_between_digits_of_one_value() -> None:
    # The neighbours in the column end and begin with digits.
    assert plain(_text("1", "－2", "3－", "4")).to_pylist() == ["1", "-2", "3-", "4"]
    assert plain(_text("1", "ー2", "3ー", "4")).to_pylist() == ["1", "ー2", "3ー", "4"]


@settings(deadline=None)
@given(st.lists(st.none() | _ANY_TEXT | _JAPANESE, max_size=6))
def test_plain_text_is_plain_already(values: list[str | None]) -> None:
    once = plain(_text(*values))

    assert plain(once).to_pylist() == once.to_pylist()


@settings(deadline=None)
@given(_JAPANESE, st.lists(st.sampled_from("\ufe00\U000e0101\u200b"), min_size=1, max_size=3))
def test_plain_ignores_selectors_and_invisible_characters(text: str, marks: list[str]) -> None:
    marked = "".join(letter + "".join(marks) for letter in text)

    assert plain(_text(marked)).to_pylist() == plain(_text(text)).to_pylist()


@settings(deadline=None)
@given(st.lists(st.none() | _ANY_TEXT, max_size=8), st.integers(0, 3))
def test_change_works_on_slices_as_on_single_values(values: list[str | None], skip: int) -> None:
    rule = table({"a": None, "b": "高", "高": "𠮷", "𠮷": "c"})
    expected = [
        "".join({"a": "", "b": "高", "高": "𠮷", "𠮷": "c"}.get(c, c) for c in value or "") or None
        for value in values
    ]

    assert change(_text(*values).slice(skip), rule).to_pylist() == expected[skip:]


def test_change_gives_the_character_before_within_the_value_only() -> None:
    seen = []

    change(_text("ab", None, "", "c"), lambda codes, before: (seen.extend(before), codes)[1])

    assert seen == [0, ord("a"), 0]


@settings(deadline=None)
@given(st.lists(st.none() | st.sampled_from("abc"), max_size=20))
def test_distinct_values_give_what_all_values_give(values: list[str | None]) -> None:
    column = _text(*values)
    expected = [value and value * 2 for value in values]

    assert for_each_distinct(column, lambda text: text * 2, pa.string()).to_pylist() == expected
    assert on_distinct(column, lambda c: change(c, table({"a": "x"}))).to_pylist() == [
        value and value.replace("a", "x") for value in values
    ]


def test_joined_keeps_the_rows_that_are_null_in_both() -> None:
    first, second = _text("a", None, "b", None), _text("c", "d", None, None)

    assert joined(first, second, " ").to_pylist() == ["a c", "d", "b", None]
