"""Looks for the people of a sample shop in the files that must not hold them."""

import contextlib
import re
import sqlite3
import unicodedata
import zlib
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tests.integration.shops import TestShop

ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
TELEPHONE = re.compile(r"(?<![0-9A-Za-z-])0[0-9]{1,4}-?[0-9]{1,4}-?[0-9]{3,4}(?![0-9A-Za-z-])")
JAPANESE = re.compile(r"[\u3005-\u3007\u3041-\u30ff\u4e00-\u9fff\uf900-\ufaff ]{3,}")
INTERNATIONAL = re.compile(r"\+81[0-9]{9,10}(?![0-9])")
ADDRESS_KEY = re.compile(r"(?<![0-9])[0-9]{7}\|[0-9-]+\|[0-9a-z-]*")
LATIN_NAME = re.compile(r"(?<![a-z])[a-z]{2,} [a-z]{2,}(?![a-z])")
ESCAPED = re.compile(r"\\+u([0-9a-f]{4})")
SHORTEST = 4
"""Shorter names are words of the language, too."""
HIRAGANA = re.compile(r"[\u3041-\u3096]{4,}")
_KEYS = (INTERNATIONAL, ADDRESS_KEY, LATIN_NAME, HIRAGANA)

_COLUMNS = {
    "お名前(姓)": "family_name",
    "お名前(名)": "given_name",
    "お名前(セイ)": "family_kana",
    "お名前(メイ)": "given_kana",
    "住所1": "place",
    "メールアドレス": "email",
    "TEL": "phone",
}
_MALL_COLUMNS = {
    "注文者姓": "family_name",
    "注文者名": "given_name",
    "注文者セイ": "family_kana",
    "注文者メイ": "given_kana",
    "注文者住所1": "place",
    "注文者メールアドレス": "email",
    "注文者電話番号": "phone",
}


@dataclass(frozen=True, slots=True)
class PlantedValues:
    """What identifies the people of a shop, as its files write it."""

    emails: frozenset[str]
    phones: frozenset[str]
    names: frozenset[str]
    places: frozenset[str]
    keys: frozenset[str]
    """What ingest makes of them for comparison: E.164 numbers, address keys, readings."""

    def found_in(self, text: str) -> set[str]:
        """The values that stand in a text."""
        plain = unicodedata.normalize("NFKC", ESCAPED.sub(_character, text))
        emails = {address.lower() for address in ADDRESS.findall(plain)}
        phones = {number.replace("-", "") for number in TELEPHONE.findall(plain)}
        words = "\n".join({run.replace(" ", "") for run in JAPANESE.findall(plain)})
        spoken = {value for value in self.names | self.places if value in words}
        keys = {run for kind in _KEYS for run in kind.findall(plain)}
        return (emails & self.emails) | (phones & self.phones) | spoken | (keys & self.keys)


def planted_values(shop: TestShop) -> PlantedValues:
    """The names, addresses and numbers in the shop's own exports."""
    rows = [
        row
        for pattern, columns in (
            ("ec_cube/members_*.csv", _COLUMNS),
            ("ec_cube/orders_*.csv", _COLUMNS),
            ("mall/orders_*.csv", _MALL_COLUMNS),
        )
        for path in shop.workspace.landing.glob(pattern)
        for row in _people(shop, path, columns)
    ]
    names = {row["family_name"] + row["given_name"] for row in rows}
    names |= {row["family_kana"] + row["given_kana"] for row in rows}
    return PlantedValues(
        emails=frozenset(row["email"].lower() for row in rows if row["email"]),
        phones=frozenset(
            digits for row in rows if len(set(digits := row["phone"].replace("-", ""))) > 2
        ),
        names=frozenset(name.replace(" ", "") for name in names if len(name) >= SHORTEST),
        places=frozenset(row["place"] for row in rows if len(row["place"]) >= SHORTEST),
        keys=_keys(shop),
    )


def lines_of(rows: list[tuple[object, ...]]) -> str:
    """The texts of rows, side by side as their columns stand."""
    return "\n".join(" ".join(v for v in row if isinstance(v, str)) for row in rows)


def text_of(path: Path) -> str:
    """Everything readable in a file: the values of a database, else its text."""
    if path.suffix == ".duckdb":
        return _duckdb_text(path)
    if path.suffix in {".db", ".sqlite"}:
        return _sqlite_text(path)
    return path.read_bytes().decode("utf-8", errors="replace")


def _keys(shop: TestShop) -> frozenset[str]:
    rows = [
        row
        for entity in ("customers", "orders")
        for row in duckdb.sql(
            "select phone_key, address_key, romaji_key, kana_key from read_parquet("
            f"'{shop.workspace.lake}/raw/*/{entity}/**/*.parquet', union_by_name = true)"
        ).fetchall()
    ]
    return frozenset(key for row in rows for key in row if key and len(key) >= SHORTEST)


def _people(shop: TestShop, path: Path, columns: dict[str, str]) -> list[dict[str, str]]:
    header, *rows = shop.landed(str(path.relative_to(shop.workspace.landing)))
    places = {name: header.index(column) for column, name in columns.items()}
    return [
        {name: unicodedata.normalize("NFKC", row[at]) for name, at in places.items()}
        for row in rows
        if len(row) == len(header)
    ]


def _character(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))


def _duckdb_text(path: Path) -> str:
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where not internal"
        ).fetchall()
        rows = [
            row
            for schema, table in tables
            for row in connection.execute(f'select * from "{schema}"."{table}"').fetchall()
        ]
    return lines_of(rows)


def _sqlite_text(path: Path) -> str:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        tables = connection.execute("select name from sqlite_master where type = 'table'")
        return "\n".join(
            _readable(value)
            for (table,) in tables.fetchall()
            for row in connection.execute(f'select * from "{table}"')
            for value in row
        )
    finally:
        connection.close()


def _readable(value: object) -> str:
    if not isinstance(value, bytes):
        return str(value)
    with contextlib.suppress(zlib.error):
        value = zlib.decompress(value)
    return value.decode("utf-8", errors="replace")
