"""How people write themselves down: variants of kanji, kana and digits, and slips."""

from dataclasses import dataclass, replace
from random import Random

import jaconv

from orchestration.sample_shop.behaviour import Behaviour
from orchestration.sample_shop.people import Person

KANJI_VARIANTS = {
    "高": "髙",
    "崎": "﨑",
    "斎": "齋",
    "斉": "齊",
    "辺": "邊",
    "沢": "澤",
    "浜": "濵",
    "島": "嶋",
    "広": "廣",
    "桜": "櫻",
    "徳": "德",
    "恵": "惠",
}
"""Forms of one character; all of them exist in CP932."""

_NO_SUCH_LABELS = {"com": ("con", "cpm"), "net": ("ner", "nett"), "jp": ("jpp", "pj")}

FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")


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
    )


def write_by_hand(person: Person, behaviour: Behaviour, rng: Random) -> Written:
    """Give the particulars as typed into a form, with the variants and slips of the shop."""
    written = write_exactly(person)
    if rng.random() < behaviour.variant_share:
        written = replace(written, family_name=_variant(written.family_name))
    if rng.random() < behaviour.variant_share:
        written = replace(
            written,
            family_kana=jaconv.z2h(written.family_kana),
            given_kana=jaconv.z2h(written.given_kana),
        )
    if rng.random() < behaviour.variant_share:
        written = replace(written, phone=_hyphenated(person))
    if rng.random() < behaviour.variant_share:
        written = _with_wide_digits(written, person, rng)
    if rng.random() < behaviour.mistyped_mail_share:
        written = replace(written, email=mistype(written.email, rng), is_mistyped=True)
    return written


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


def _variant(name: str) -> str:
    return "".join(KANJI_VARIANTS.get(character, character) for character in name)


def _with_wide_digits(written: Written, person: Person, rng: Random) -> Written:
    if rng.random() < 0.5:
        return replace(written, address_line2=written.address_line2.translate(FULL_WIDTH))
    return replace(
        written,
        phone=_hyphenated(person).translate(FULL_WIDTH),
        postal_code=f"{written.postal_code[:3]}-{written.postal_code[3:]}".translate(FULL_WIDTH),
    )


def _hyphenated(person: Person) -> str:
    phone, home = person.phone, person.home
    head = len(home.prefecture.area_code) if phone == home.landline else len("090")
    return f"{phone[:head]}-{phone[head:-4]}-{phone[-4:]}"
