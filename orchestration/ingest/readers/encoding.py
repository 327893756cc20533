"""Text encodings of landed files: which one it is, and UTF-8 made of it."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

from orchestration.ingest.errors import ContractError

BAD_BYTE_MARK = "\ufdd0"
"""Stands where bytes could not be decoded; a noncharacter, so no file can hold it rightly."""

_CANDIDATES = ("utf-8", "euc_jp", "cp932")
_BLOCK = 1 << 22
_UNDECODED = re.compile("[\udc80-\udcff]+")
_BOM = b"\xef\xbb\xbf"


def decode_lossless(data: bytes, encoding: str) -> str:
    """The text of whole lines, bytes that the encoding does not know marked."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return _UNDECODED.sub(BAD_BYTE_MARK, data.decode(encoding, errors="surrogateescape"))


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
    try:
        with path.open(encoding=encoding, newline="") as stream:
            while stream.read(_BLOCK):
                pass
    except UnicodeDecodeError:
        return False
    return True


class LineDecoder(io.RawIOBase):
    """A landed file as UTF-8 bytes, handed out in whole lines so that any damage stays in its line.

    A line feed byte is a line end in UTF-8, CP932 and EUC-JP alike.
    """

    def __init__(self, path: Path, encoding: str) -> None:
        """Opens the file behind its byte order mark, if it has one."""
        super().__init__()
        self._stream = path.open("rb")
        self._encoding = encoding
        if self._stream.read(3) != _BOM:
            self._stream.seek(0)
        self._ready = b""
        self.is_damaged = False

    def readable(self) -> bool:
        """True: the only thing it does."""
        return True

    def close(self) -> None:
        """Closes the file."""
        self._stream.close()
        super().close()

    def readline_text(self) -> str:
        """The next line, its end included; empty at the end of the file."""
        return decode_lossless(self._stream.readline(), self._encoding)

    def is_at_end(self) -> bool:
        """True when no byte is left."""
        self._ready = self._ready or self._block()
        return not self._ready

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes of UTF-8."""
        while size < 0 or len(self._ready) < size:
            block = self._block()
            if not block:
                break
            self._ready += block
        cut = len(self._ready) if size < 0 else size
        data, self._ready = self._ready[:cut], self._ready[cut:]
        return data

    def _block(self) -> bytes:
        data = self._stream.read(_BLOCK)
        if not data:
            return b""
        data += self._stream.readline()
        text = decode_lossless(data, self._encoding)
        self.is_damaged = self.is_damaged or BAD_BYTE_MARK in text
        return text.encode()


def numbered_lines(path: Path, encoding: str) -> Iterator[tuple[int, str]]:
    """The lines of a text file with their 1-based numbers, without their ends."""
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            data = line[len(_BOM) :] if number == 1 and line.startswith(_BOM) else line
            yield number, decode_lossless(data, encoding).rstrip("\r\n")
