"""The derived columns of the canonical entities, computed from the mapped ones."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.ingest.entities import EntitySpec
from orchestration.ingest.normalise.address import address_key
from orchestration.ingest.normalise.birth import birth_key
from orchestration.ingest.normalise.company import company_key, has_legal_form
from orchestration.ingest.normalise.email import (
    email_key,
    email_key_of_recipient,
    email_loose_key,
    email_status,
)
from orchestration.ingest.normalise.kana import folded, kana_key, kana_or_nothing, reading
from orchestration.ingest.normalise.mail_click import mail_send_id
from orchestration.ingest.normalise.name import loose, names, readable
from orchestration.ingest.normalise.phone import phones
from orchestration.ingest.normalise.postal import postal_key
from orchestration.ingest.normalise.romaji import romaji_key
from orchestration.ingest.normalise.text import joined

_NAME = ("family_name", "given_name", "family_name_kana", "given_name_kana")
_NAME_KEYS = (
    "name_key",
    "family_name_key",
    "given_name_key",
    "kana_key",
    "given_kana_key",
    "romaji_key",
)
_NO_TEXT = pa.scalar(None, pa.string())


@dataclass(frozen=True, slots=True)
class _Rule:
    """What one function derives from which columns, mapped ones or those of an earlier rule."""

    gives: tuple[str, ...]
    needs: tuple[str, ...]
    compute: Callable[..., tuple[pa.Array, ...]]
    """Takes the needed columns, then the record's own moments where `is_dated`."""
    is_dated: bool = False


def derived_columns(
    spec: EntitySpec, columns: Mapping[str, pa.Array], *, click_key: str | None = None
) -> dict[str, pa.Array]:
    """The derived columns of an entity by name.

    `click_key` is that of the links in the shop's mails; without it no click is known.

    Raises:
        ValueError: entities.yml declares a derived column that nothing here computes.
    """
    wanted = [column.name for column in spec.columns if column.derived]
    known = {name: array for name, array in columns.items() if name not in wanted}
    if "mail_send_id" in wanted:
        known["mail_send_id"] = mail_send_id(known["page_url"], click_key)
    for rule in _RULES:
        asked = [name for name in rule.gives if name in wanted and name not in known]
        if not asked or not known.keys() >= set(rule.needs):
            continue
        moments = [known[name] for name in _MOMENTS if name in known] if rule.is_dated else []
        arrays = rule.compute(*(known[name] for name in rule.needs), *moments)
        known.update(zip(rule.gives, arrays, strict=True))
    missing = [name for name in wanted if name not in known]
    if missing:
        raise ValueError(f"{spec.name}.{missing[0]}: no rule derives this column")
    return {name: known[name] for name in wanted}


def _names(*written: pa.Array) -> tuple[pa.Array, ...]:
    """All keys of names and readings; where no reading is given, a name in kana is its own."""
    family, given, family_kana, given_kana = (readable(column) for column in written)
    family_kana, given_kana = _own_reading(family, given, family_kana, given_kana)
    read = reading(family_kana, given_kana)
    return (
        *names(family, given),
        kana_key(read),
        folded(read.given),
        romaji_key(joined(family, given, " "), joined(family_kana, given_kana, " "), read),
    )


def _own_reading(
    family: pa.Array, given: pa.Array, family_kana: pa.Array, given_kana: pa.Array
) -> tuple[pa.Array, pa.Array]:
    is_given = pc.or_(pc.is_valid(family_kana), pc.is_valid(given_kana))
    if pc.all(is_given).as_py():
        return family_kana, given_kana
    own_family, own_given = kana_or_nothing(family), kana_or_nothing(given)
    # 山田 ハナコ has a reading of half its name, which is none.
    is_whole = pc.and_(
        pc.equal(pc.is_valid(family), pc.is_valid(own_family)),
        pc.equal(pc.is_valid(given), pc.is_valid(own_given)),
    )
    own = pc.and_(is_whole, pc.invert(is_given))
    return pc.if_else(own, own_family, family_kana), pc.if_else(own, own_given, given_kana)


def _company(company: pa.Array, family: pa.Array, given: pa.Array) -> tuple[pa.Array]:
    """The company's key; from the name where that says with 株式会社 or ㈱ that it is a company."""
    whole = joined(family, given, " ")
    named = pc.if_else(has_legal_form(whole), whole, _NO_TEXT)
    return (company_key(pc.coalesce(company, named)),)


_MOMENTS = ("registered_at", "ordered_at", "updated_at")
_RULES = (
    _Rule(("email_key",), ("email",), lambda email: (email_key(email),)),
    _Rule(("email_key",), ("recipient",), lambda text: (email_key_of_recipient(text),)),
    _Rule(("email_status",), ("email_key",), lambda key: (email_status(key),)),
    _Rule(
        ("email_loose_key",),
        ("email_key", "email_status"),
        lambda key, status: (email_loose_key(key, status),),
    ),
    _Rule(("phone_key", "phone_kind"), ("phone",), phones),
    _Rule(_NAME_KEYS, _NAME, _names),
    _Rule(("name_loose_key",), ("name_key",), lambda key: (loose(key),)),
    _Rule(("company_key",), ("company_name", *_NAME[:2]), _company),
    _Rule(("postal_key",), ("postal_code", "country"), lambda *both: (postal_key(*both),)),
    _Rule(
        ("address_key",),
        ("postal_key", "address_line1", "address_line2"),
        lambda *address: (address_key(*address),),
    ),
    _Rule(("birth_key",), ("birth_date",), lambda *dates: (birth_key(*dates),), is_dated=True),
)
