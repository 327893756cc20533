"""Every word of the report, in Japanese and in English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

Language = Literal["ja", "en"]
LANGUAGES: tuple[Language, ...] = ("ja", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in both languages."""

    ja: str
    en: str

    def to(self, language: Language) -> str:
        """Give the words in one language."""
        return self.ja if language == "ja" else self.en


def same(words: object) -> Text:
    """Give a text that reads the same in both languages, such as a name or an id."""
    return Text(str(words), str(words))


@cache
def all_texts() -> Mapping[str, Text]:
    """Give every text of texts/*.yml by its dotted key.

    Raises:
        ValueError: two files hold the same key.
    """
    texts: dict[str, Text] = {}
    for path in sorted(Path(__file__).with_name("texts").glob("*.yml")):
        own = dict(_leaves(path.name, "", yaml.safe_load(path.read_text(encoding="utf-8"))))
        twice = sorted(own.keys() & texts.keys())
        if twice:
            raise ValueError(f"{path.name}: {', '.join(twice)} stands in another file, too")
        texts |= own
    return texts


def say(key: str, /, **values: Text | str) -> Text:
    """Give the text of a key with its values filled in.

    Raises:
        KeyError: no file of texts/ has such a key, or the text names a value that is not given.
    """
    text = all_texts()[key]
    filled = {
        name: value if isinstance(value, Text) else same(value) for name, value in values.items()
    }
    return Text(
        text.ja.format(**{name: value.ja for name, value in filled.items()}),
        text.en.format(**{name: value.en for name, value in filled.items()}),
    )


def say_code(group: str, code: str) -> Text:
    """Give the words for a code of the data, or the code itself when nobody has any."""
    return all_texts().get(f"{group}.{code}", same(code))


def join(texts: list[Text]) -> Text:
    """Join texts to one list in a sentence."""
    return Text("、".join(text.ja for text in texts), ", ".join(text.en for text in texts))


def _leaves(file: str, prefix: str, node: Mapping[str, object]) -> Iterator[tuple[str, Text]]:
    for name, child in node.items():
        if not isinstance(child, Mapping):
            raise TypeError(f"{file}: {prefix}{name} must hold ja and en")
        if set(child) == set(LANGUAGES):
            yield f"{prefix}{name}", Text(str(child["ja"]), str(child["en"]))
        else:
            yield from _leaves(file, f"{prefix}{name}.", child)
