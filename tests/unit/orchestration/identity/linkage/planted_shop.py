"""A small invented shop in a work database: who is who is planted, and rules miss some of it."""

from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from random import Random

import duckdb
import pyarrow as pa

_FAMILIES = [
    ("佐藤", "さとう"), ("鈴木", "すすき"), ("高橋", "たかはし"), ("田中", "たなか"),
    ("伊藤", "いとう"), ("渡辺", "わたなへ"), ("山本", "やまもと"), ("中村", "なかむら"),
    ("小林", "こはやし"), ("加藤", "かとう"), ("早乙女", "さおとめ"), ("勅使河原", "てしかわら"),
    ("吉田", "よした"), ("山田", "やまた"), ("佐々木", "ささき"), ("山口", "やまくち"),
]  # fmt: skip
_GIVEN = [
    ("花子", "はなこ"), ("太郎", "たろう"), ("美咲", "みさき"), ("大輔", "たいすけ"),
    ("陽菜", "ひな"), ("翔太", "しようた"), ("由美子", "ゆみこ"), ("健一", "けんいち"),
    ("恵子", "けいこ"), ("浩", "ひろし"), ("直樹", "なおき"), ("真由美", "まゆみ"),
    ("千尋", "ちひろ"), ("拓也", "たくや"), ("沙織", "さおり"), ("和夫", "かすお"),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """One row of int_identity__records."""

    record_key: str
    email_key: str | None = None
    email_status: str | None = "valid"
    email_loose_key: str | None = None
    phone_key: str | None = None
    name_key: str | None = None
    name_loose_key: str | None = None
    given_name_key: str | None = None
    family_name_key: str | None = None
    kana_key: str | None = None
    given_kana_key: str | None = None
    romaji_key: str | None = None
    postal_key: str | None = None
    address_key: str | None = None
    birth_key: str | None = None


def person(key: str, family: tuple[str, str], given: tuple[str, str], random: Random) -> Record:
    """A person with everything known."""
    email = f"{random.getrandbits(40):010x}@example.jp"
    postal = f"{random.randrange(100, 999)}{random.randrange(10**4):04}"
    return Record(
        record_key=key,
        email_key=email,
        email_loose_key=email,
        phone_key=f"+8190{random.randrange(10**8):08}",
        name_key=family[0] + given[0],
        name_loose_key=family[0] + given[0],
        given_name_key=given[0],
        family_name_key=family[0],
        kana_key=family[1] + given[1],
        given_kana_key=given[1],
        postal_key=postal,
        address_key=f"{postal}|{random.randrange(1, 9)}-{random.randrange(1, 30)}|",
        birth_key=f"{random.randrange(1940, 2005)}-{random.randrange(1, 13):02}"
        f"-{random.randrange(1, 29):02}",
    )


def planted_records(persons: int, seed: int = 1) -> list[Record]:
    """Persons with a customer record `ec|customer|<n>` each; of the others `<n>` is the person.

    Every second one has an order with the same e-mail, name and telephone, without a birth date.
    Every fifth one has a mall record under another e-mail and telephone, one kana of the family
    name wrong, at the same address and with the same birth date: no rule joins it.
    Half of these have kanji too.
    Every third one has an old record at the same address under another e-mail, half of these
    under another telephone: a rule joins it.
    Every seventh one has a child in the same household: same telephone, address and family name.
    """
    random = Random(seed)  # noqa: S311  planted, not secret
    records = []
    for number in range(persons):
        base = person(
            f"ec|customer|{number}", random.choice(_FAMILIES), random.choice(_GIVEN), random
        )
        records.append(base)
        if number % 2 == 0:
            records.append(replace(base, record_key=f"ec|order|{number}", birth_key=None))
        if number % 5 == 0:
            records.append(_on_the_mall(base, number, random))
        if number % 3 == 0:
            email = f"{random.getrandbits(40):010x}@example.jp"
            phone = random.choice([base.phone_key, f"+8170{random.randrange(10**8):08}"])
            old = replace(base, email_key=email, email_loose_key=email, phone_key=phone)
            records.append(replace(old, record_key=f"old|customer|{number}"))
        if number % 7 == 0:
            records.append(_child(base, number, random))
    return records


def _on_the_mall(base: Record, number: int, random: Random) -> Record:
    kana = str(base.kana_key)
    email = f"{random.getrandbits(40):010x}@example.jp"
    other = replace(
        base,
        record_key=f"mall|customer|{number}",
        email_key=email,
        email_loose_key=email,
        phone_key=f"+8180{random.randrange(10**8):08}",
        kana_key=("ん" if kana[0] != "ん" else "あ") + kana[1:],
    )
    if number % 10 == 0:
        return other
    return replace(
        other, name_key=None, name_loose_key=None, given_name_key=None, family_name_key=None
    )


def _child(base: Record, number: int, random: Random) -> Record:
    family = (str(base.family_name_key), str(base.kana_key)[: -len(str(base.given_kana_key))])
    given = random.choice([given for given in _GIVEN if given[0] != base.given_name_key])
    child = person(f"ec|customer|child{number}", family, given, random)
    return replace(
        child, phone_key=base.phone_key, postal_key=base.postal_key, address_key=base.address_key
    )


def planted_twins(pairs: int) -> list[Record]:
    """Twins `twin|customer|<a or b><n>` with one telephone, birth date and family name.

    Even ones are 裕子 and 優子, who sound alike and have moved apart within one postal code; odd
    ones are 夏子 and 夏美, one kana apart at one address.
    """
    random = Random(2)  # noqa: S311  planted, not secret
    records = []
    for number in range(pairs):
        sounds_alike = number % 2 == 0
        one, other = (
            (("裕子", "ゆうこ"), ("優子", "ゆうこ"))
            if sounds_alike
            else (("夏子", "なつこ"), ("夏美", "なつみ"))
        )
        family = random.choice(_FAMILIES)
        elder = person(f"twin|customer|a{number}", family, one, random)
        younger = person(f"twin|customer|b{number}", family, other, random)
        shared = ["phone_key", "birth_key", "postal_key"]
        shared += [] if sounds_alike else ["address_key"]
        records += [
            elder,
            replace(younger, **{name: getattr(elder, name) for name in shared}),
        ]
    return records


def make_work_db(file: Path, records: list[Record]) -> None:
    """The work database with records, the edges of two rules, and the seeds."""
    names = [field.name for field in fields(Record)]
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema intermediate; create schema seeds")
        schema = pa.schema([(name, pa.string()) for name in names])
        rows = pa.Table.from_pylist([asdict(record) for record in records], schema=schema)
        connection.register("planted", rows)
        connection.execute("create table intermediate.int_identity__records as from planted")
        connection.execute("""
            alter table intermediate.int_identity__records alter birth_key type date;
            create table seeds.identity_rules as
            select * from (values
                ('email_and_kana', 3, true), ('kana_and_address', 4, true), ('off', 4, false)
            ) as rules (rule, tier, is_enabled);
            create table seeds.identity_limits as
            select * from (values
                ('given_names_per_email', 3), ('given_names_per_phone', 5),
                ('given_names_per_address', 10)
            ) as limits (limit_name, max_count);
            create table intermediate.int_identity__edges as
            select l.record_key as left_record, r.record_key as right_record,
                'email_and_kana' as rule
            from intermediate.int_identity__records as l
            inner join intermediate.int_identity__records as r
                on l.email_key = r.email_key and l.kana_key = r.kana_key
                and l.record_key < r.record_key
            union all
            select l.record_key, r.record_key, 'kana_and_address'
            from intermediate.int_identity__records as l
            inner join intermediate.int_identity__records as r
                on l.address_key = r.address_key and l.kana_key = r.kana_key
                and l.record_key < r.record_key
        """)
