"""Text encodings of landed files: which one it is, and UTF-8 made of it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from orchestration.ingest.errors import ContractError

BAD_BYTE_MARK = "\ufdd0"
"""Stands where bytes could not be decoded; a noncharacter, so no file can hold it rightly."""

_CANDIDATES = ("utf-8", "euc_jp", "cp932")
_BLOCK = 1 << 23
_UNDECODED = re.compile("[\udc80-\udcff]+")
# Python's codec lets through five bytes that CP932 leaves undefined.
_UNDEFINED = "\x80\xa0\uf8f0\uf8f1\uf8f2\uf8f3"
_NOT_CP932 = re.compile(f"[\udc80-\udcff{_UNDEFINED}]+")
_BOM = b"\xef\xbb\xbf"


def decode_lossless(data: bytes, encoding: str) -> str:
    """The text of whole lines, bytes that the encoding does not know marked."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode(encoding, errors="surrogateescape")
    else:
        # Looking for each character by itself is several times as fast as the pattern.
        if encoding != "cp932" or not any(character in text for character in _UNDEFINED):
            return text
    return (_NOT_CP932 if encoding == "cp932" else _UNDECODED).sub(BAD_BYTE_MARK, text)


def sniff_encoding(path: Path, file: str, headers: tuple[str, ...] = ()) -> str:
    """The one encoding among UTF-8, EUC-JP and CP932 in which the whole file is readable.

    Where two fit, the one in which the first line holds all the headers is taken.

    Raises:
        ContractError: none fits, or more than one.
    """
    with path.open("rb") as stream:
        start = stream.readline()
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ContractError(file, "the file is UTF-16", mend="Save it as UTF-8 or CP932.")
    if start.startswith(_BOM):
        return "utf-8"
    fitting = [encoding for encoding in _CANDIDATES if _decodes(path, encoding)]
    if fitting and fitting[0] == "utf-8":
        return "utf-8"
    if len(fitting) > 1:
        named = [e for e in fitting if all(h in start.decode(e) for h in headers)]
        fitting = named if headers and not start.isascii() else fitting
    if len(fitting) != 1:
        found = " and ".join(fitting) if fitting else "none of UTF-8, CP932 and EUC-JP"
        raise ContractError(
            file,
            f"the encoding cannot be told: {found} fits",
            mend="Declare `encoding:` for the feed, or export the file again.",
        )
    return fitting[0]


def _decodes(path: Path, encoding: str) -> bool:
    with TextFile(path, encoding) as stream:
        return not any(BAD_BYTE_MARK in block for block in stream.blocks())


class TextFile:
    """A landed text file, decoded in runs of whole lines so that any damage stays in its line.

    A line feed byte is a line end in UTF-8, CP932 and EUC-JP alike, and a quote byte a quote.
    """

    def __init__(self, path: Path, encoding: str) -> None:
        """Opens the file behind its byte order mark, if it has one."""
        self._stream = path.open("rb")
        self._encoding = encoding
        if self._stream.read(len(_BOM)) != _BOM:
            self._stream.seek(0)

    def __enter__(self) -> Self:
        """The file itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes it."""
        self._stream.close()

    def readline(self) -> str:
        """The next line, its end included; empty at the end of the file."""
        return decode_lossless(self._stream.readline(), self._encoding)

    def blocks(self) -> Iterator[str]:
        """The rest of the file in runs of whole lines."""
        while data := self._stream.read(_BLOCK):
            yield decode_lossless(data + self._stream.readline(), self._encoding)

    def record_blocks(self) -> Iterator[str]:
        """The rest of the file in runs that end outside quotes.

        Raises:
            ValueError: a quote is still open at the end of the file.
        """
        parts: list[str] = []
        is_open = False
        for block in self.blocks():
            parts.append(block)
            is_open ^= bool(block.count('"') % 2)
            while is_open and (line := self.readline()):
                parts.append(line)
                is_open ^= bool(line.count('"') % 2)
            yield "".join(parts)
            parts.clear()
        if is_open:
            raise ValueError("a quote is never closed")


def numbered_lines(path: Path, encoding: str) -> Iterator[tuple[int, str]]:
    """The lines of a text file that are not blank, with their 1-based numbers."""
    number = 0
    with TextFile(path, encoding) as stream:
        for block in stream.blocks():
            for line in block.removesuffix("\n").split("\n"):
                number += 1
                text = line.strip()
                if text:
                    yield number, text
