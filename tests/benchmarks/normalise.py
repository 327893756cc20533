"""python -m tests.benchmarks.normalise: how many rows a second each key takes, on one core.

Names repeat as they do in life: surnames by a power law, a given name out of some thousands. All
figures are of processor time, the best of three.
"""

import random
from collections.abc import Callable
from itertools import product
from time import process_time

import pyarrow as pa
from rich.console import Console
from rich.table import Table

from orchestration.ingest.entities import load_entities
from orchestration.ingest.normalise.address import address_key
from orchestration.ingest.normalise.derived import derived_columns
from orchestration.ingest.normalise.email import email_key
from orchestration.ingest.normalise.kana import kana_key, reading
from orchestration.ingest.normalise.name import names, readable
from orchestration.ingest.normalise.phone import phones
from orchestration.ingest.normalise.postal import postal_key
from orchestration.ingest.normalise.text import plain

ROWS = 1_000_000
GOALS = {"plain text": 1_000_000, "name keys": 300_000}
"""Rows a second that a core should reach; a slow machine is no reason to fail."""

_FAMILY = tuple(
    "".join(pair)
    for pair in product("佐髙渡山齋中小井木林清池橋阿森", "藤橋邉田藤村野上澤々部﨑川")
)
_GIVEN = tuple(
    "".join(two)
    for two in product("太一眞健大翔陽美優結愛花咲香惠真", "郎樹輔也斗子美奈香織菜希恵介")
)
_GIVEN_KANA = tuple(
    "".join(two) for two in product(("タ", "ショウ", "ミ", "ﾕｳ"), ("ロウ", "コ", "カ"))
)
_FAMILY_KANA = tuple(
    "".join(two) for two in product(("サ", "タカ", "ワタ", "ﾔﾏ"), ("トウ", "ハシ", "ナベ"))
)
_TOWNS = (
    ("1040032", "東京都中央区八丁堀"),
    ("1000013", "千代田区霞ヶ関"),
    ("3300061", "浦和市常盤"),
    ("0600001", "札幌市中央区北一条西"),
    ("5100001", "三重県四日市市八田"),
)

Key = Callable[[], object]


def main(rows: int = ROWS) -> None:
    """Print the table."""
    pa.set_cpu_count(1)
    table = Table("key", "rows", "rows/s", "goal")
    for name, (key, count) in _keys(rows).items():
        speed = count / min(_seconds(key) for _ in range(3))
        goal = GOALS.get(name)
        table.add_row(name, f"{count:,}", f"{speed:,.0f}", f"{goal:,}" if goal else "")
    Console().print(table)


def _seconds(key: Key) -> float:
    started = process_time()
    key()
    return process_time() - started


def _keys(rows: int) -> dict[str, tuple[Key, int]]:
    columns = _customers(rows)
    family, given = columns["family_name"], columns["given_name"]
    whole = pa.array(
        [f"{a}　{b}" for a, b in zip(family.to_pylist(), given.to_pylist(), strict=True)]
    )
    kana = columns["family_name_kana"], columns["given_name_kana"]
    nothing = pa.nulls(rows, pa.string())
    few = max(rows // 10, 1)
    postal, line1 = columns["postal_code"].slice(0, few), columns["address_line1"].slice(0, few)
    line2 = columns["address_line2"].slice(0, few)
    spec = load_entities()["customers"]
    chunk = {name: column.slice(0, few) for name, column in columns.items()}
    return {
        "plain text": (lambda: plain(whole), rows),
        "name keys": (lambda: names(readable(family), readable(given)), rows),
        "name keys, one field": (lambda: names(readable(whole), nothing), rows),
        "kana key": (lambda: kana_key(reading(readable(kana[0]), readable(kana[1]))), rows),
        "phone": (lambda: phones(columns["phone"]), rows),
        "e-mail": (lambda: email_key(columns["email"]), rows),
        "postal code": (lambda: postal_key(columns["postal_code"], nothing), rows),
        "address": (lambda: address_key(postal, line1, line2), few),
        "all keys of a customer": (lambda: derived_columns(spec, chunk), few),
    }


def _customers(rows: int) -> dict[str, pa.Array]:
    rng = random.Random(1)  # noqa: S311  a fixed seed, no secret
    towns = rng.choices(_TOWNS, k=rows)
    weights = [1 / rank for rank in range(1, len(_FAMILY) + 1)]
    written = {
        "family_name": rng.choices(_FAMILY, weights, k=rows),
        "given_name": rng.choices(_GIVEN, k=rows),
        "family_name_kana": rng.choices(_FAMILY_KANA, k=rows),
        "given_name_kana": rng.choices(_GIVEN_KANA, k=rows),
        "email": [f"User{number}@Example.com" for number in range(rows)],
        "phone": [f"090-{rng.randint(1000, 9999)}-{number % 10_000:04d}" for number in range(rows)],
        "postal_code": [f"{code[:3]}-{code[3:]}" for code, _ in towns],
        "address_line1": [f"{town}{rng.randint(1, 9)}－{rng.randint(1, 40)}" for _, town in towns],
        "address_line2": [f"グリーンハイツ{rng.randint(101, 999)}号室" for _ in range(rows)],
    }
    spec = load_entities()["customers"]
    return {
        column.name: pa.array(written[column.name], pa.string())
        if column.name in written
        else pa.nulls(rows, column.arrow_type)
        for column in spec.columns
        if not column.derived
    }


if __name__ == "__main__":
    main()
