"""Both languages are complete, and every text of the code exists."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from orchestration.publication.report import texts
from orchestration.publication.report.texts import Text, all_texts, say, say_code

REPORT = Path(texts.__file__).parent


def values_in(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name is not None}


def test_every_text_has_both_languages_with_the_same_values() -> None:
    faulty = [
        key
        for key, text in all_texts().items()
        if not text.ja.strip() or not text.en.strip() or values_in(text.ja) != values_in(text.en)
    ]
    assert len(all_texts()) > 200
    assert faulty == []


def test_english_texts_hold_no_japanese() -> None:
    japanese = re.compile(r"[぀-ヿ㐀-鿿]")
    found = [key for key, text in all_texts().items() if japanese.search(text.en)]
    assert set(found) <= {"page.kicker"}, "only the name 縁 stays"


def test_every_text_that_code_and_template_name_exists() -> None:
    sources = [*REPORT.rglob("*.py"), *(REPORT / "template").glob("*.html")]
    named = {
        key
        for source in sources
        for key in re.findall(
            r'say\(\s*"([a-z_.0-9]*[a-z_0-9])"', source.read_text(encoding="utf-8")
        )
    }
    assert len(named) > 100
    assert named - set(all_texts()) == set()


def test_say_fills_each_language_with_its_own_value() -> None:
    text = say("cohorts.row", month="2026-10", size=Text("三", "three"))
    assert text == Text("2026-10（三人）", "2026-10 (three)")


def test_say_raises_when_a_value_is_missing() -> None:
    with pytest.raises(KeyError):
        say("cohorts.row", month="2026-10")


def test_say_code_gives_the_code_when_nobody_has_words_for_it() -> None:
    assert say_code("reasons", "sleeping") == Text("sleeping", "sleeping")
