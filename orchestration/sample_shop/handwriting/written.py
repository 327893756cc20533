"""How people write themselves down: their particulars in a form, with variants and slips."""

from dataclasses import dataclass, replace
from random import Random

from orchestration.sample_shop.behaviour import Behaviour
from orchestration.sample_shop.handwriting.kana import draw_form, unvoiced
from orchestration.sample_shop.handwriting.kanji import same_sounding, vary_kanji
from orchestration.sample_shop.handwriting.numbers import (
    vary_block,
    vary_city,
    vary_phone,
    vary_postal_code,
)
from orchestration.sample_shop.handwriting.placeholders import STAFF_MAILBOX, draw_placeholder_phone
from orchestration.sample_shop.name_lists import Prefecture
from orchestration.sample_shop.people import Person

_NO_SUCH_LABELS = {"com": ("con", "cpm"), "net": ("ner", "nett"), "jp": ("jpp", "pj")}
_TAG = "+shop"


@dataclass(frozen=True, slots=True)
class Written:
    """A person's particulars as one form holds them."""

    family_name: str
    given_name: str
    family_kana: str
    given_kana: str
    email: str
    phone: str
    postal_code: str
    address_line1: str
    address_line2: str
    prefecture: Prefecture
    is_mistyped: bool = False
    is_unreachable: bool = False
    """Whether the address is one that the shop can see no mail will reach."""


def write_exactly(person: Person) -> Written:
    """Give the particulars without variant or slip."""
    return Written(
        family_name=person.family.kanji,
        given_name=person.given.kanji,
        family_kana=person.family.kana,
        given_kana=person.given.kana,
        email=person.email,
        phone=person.phone,
        postal_code=person.home.postal_code,
        address_line1=person.home.address_line1,
        address_line2=person.home.address_line2,
        prefecture=person.home.prefecture,
    )


def write_by_hand(person: Person, behaviour: Behaviour, rng: Random) -> Written:
    """Give the particulars as typed into a form, with the variants and slips of the shop."""
    written = write_exactly(person)
    if rng.random() < behaviour.variant_share:
        written = replace(written, family_name=vary_kanji(written.family_name, rng))
    if rng.random() < behaviour.given_name_variant_share:
        written = replace(written, given_name=vary_kanji(written.given_name, rng))
    if rng.random() < behaviour.other_kanji_share:
        written = replace(written, given_name=same_sounding(person.given, rng))
    if rng.random() < behaviour.other_reading_share:
        written = replace(written, family_kana=unvoiced(written.family_kana))
    if rng.random() < behaviour.variant_share:
        form = draw_form(rng)
        written = replace(
            written,
            family_kana=form(written.family_kana),
            given_kana=form(written.given_kana),
        )
    if rng.random() < behaviour.variant_share:
        written = replace(written, phone=vary_phone(person.phone, person.home, rng))
    if rng.random() < behaviour.variant_share:
        written = replace(written, postal_code=vary_postal_code(written.postal_code, rng))
    if rng.random() < behaviour.variant_share:
        written = replace(
            written,
            address_line1=vary_city(written.address_line1, person.home, rng),
            address_line2=vary_block(person.home, rng),
        )
    written = replace(written, email=_vary_email(written.email, behaviour, rng))
    if rng.random() < behaviour.mistyped_mail_share:
        written = replace(written, email=mistype(written.email, rng), is_mistyped=True)
    if rng.random() < behaviour.placeholder_phone_share:
        written = replace(written, phone=draw_placeholder_phone(rng))
    return written


def write_by_staff(person: Person, behaviour: Behaviour, rng: Random) -> Written:
    """Give the particulars as the staff type them by ear, while the person is on the telephone."""
    written = write_by_hand(person, behaviour, rng)
    return replace(
        written,
        family_name=person.family.kana,
        given_name=person.given.kana,
        email=STAFF_MAILBOX,
        is_mistyped=False,
    )


def mistype(email: str, rng: Random) -> str:
    """Give the address with a last label that no registry has, so that it can only bounce."""
    head, _, last = email.rpartition(".")
    return f"{head}.{rng.choice(_NO_SUCH_LABELS[last])}"


def mask(written: Written, rng: Random) -> Written:
    """Give the particulars with an address behind which a mall hides the person."""
    email = f"{rng.getrandbits(72):018x}@pc.fw.rakuten.ne.jp"
    return replace(written, email=email, is_mistyped=False, is_unreachable=True)


def break_address(written: Written, rng: Random) -> Written:
    """Give the particulars with an address that is none: no top-level domain, or two dots."""
    local, _, domain = written.email.partition("@")
    host = domain.partition(".")[0]
    email = rng.choice((f"{local}@{host}", f"{local}@{host}..jp"))
    return replace(written, email=email, is_mistyped=False, is_unreachable=True)


def _vary_email(email: str, behaviour: Behaviour, rng: Random) -> str:
    """Give the same mailbox under a capital letter or with a tag behind the name."""
    place = rng.random()
    if place < behaviour.capital_mail_share:
        return email[0].upper() + email[1:]
    local, _, domain = email.partition("@")
    is_tagged = place < behaviour.capital_mail_share + behaviour.tagged_mail_share
    return f"{local}{_TAG}@{domain}" if is_tagged and not domain.endswith("docomo.ne.jp") else email
