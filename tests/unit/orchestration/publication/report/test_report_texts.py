"""Both languages are complete, and every text of the code exists."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from orchestration.publication.report import texts
from orchestration.publication.report.texts import Text, all_texts, say, say_code

REPORT = Path(texts.__file__).parent


@pytest.mark.parametrize("key", sorted(all_texts()))
def test_text_has_both_languages_with_the_same_values(key: str) -> None:
    text = all_texts()[key]
    names = [
        {name for _, name, _, _ in Formatter().parse(words) if name is not None}
        for words in (text.ja, text.en)
    ]
    assert text.ja.strip()
    assert text.en.strip()
    assert names[0] == names[1]


def test_english_texts_hold_no_japanese() -> None:
    japanese = re.compile(r"[぀-ヿ㐀-鿿]")
    found = [key for key, text in all_texts().items() if japanese.search(text.en)]
    assert found == ["page.kicker"], "only the name 縁 stays"


def test_every_text_that_code_and_template_name_exists() -> None:
    sources = [*REPORT.rglob("*.py"), *(REPORT / "template").glob("*.html")]
    named = {
        key
        for source in sources
        for key in re.findall(r'say\(\s*"([a-z_.0-9]+)"', source.read_text(encoding="utf-8"))
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
