"""The model for a Japanese shop's records: names in kanji and kana, contact data, birth date."""

from orchestration.identity.linkage.model import Comparison, Level, LinkageModel, column_equals

GIVEN_NAME = "given_name"


def _both(column: str) -> str:
    return f"({column}_l is not null and {column}_r is not null)"


def _equal(*columns: str) -> str:
    return "(" + " or ".join(f"{column}_l = {column}_r" for column in columns) + ")"


def _one_edit(column: str, *places: str, least_length: int = 0) -> str:
    """At most one typing error; one of the places must be equal, which is quick to tell."""
    left, right = f"{column}_l", f"{column}_r"
    quick = " or ".join(f"{place.format(left)} = {place.format(right)}" for place in places)
    return (
        f"(least(length({left}), length({right})) >= {least_length}"
        f" and abs(length({left}) - length({right})) <= 1 and ({quick})"
        f" and damerau_levenshtein({left}, {right}) <= 1)"
    )


_FULL_NAME = _equal("kana_key", "name_key", "name_loose_key", "romaji_key")


def _name(name: str, kana: str, kanji: str) -> Comparison:
    """A part of the name; where neither script is known on both sides, only equal full names
    speak."""
    return Comparison(
        name,
        f"not ({_both(kana)} or {_both(kanji)} or coalesce({_FULL_NAME}, false))",
        (
            Level("equal", f"{kanji}_l = {kanji}_r", kanji),
            Level("reading", f"{kana}_l = {kana}_r", kana),
            Level("full_name", _FULL_NAME),
            # Of two kana one edit leaves one, which says nothing.
            Level("near", _one_edit(kana, "left({}, 1)", "right({}, 1)", least_length=3)),
        ),
    )


def _value(name: str, column: str, levels: tuple[Level, ...]) -> Comparison:
    return Comparison(name, f"not {_both(column)}", (Level("equal", _equal(column)), *levels))


_ADDRESS = Comparison(
    "address",
    f"not ({_both('address_key')} or {_both('postal_key')})",
    (
        Level("equal", _equal("address_key")),
        Level("building", _equal("building_key")),
        Level("postal", _equal("postal_key")),
        Level("region", _equal("region_key")),
    ),
)

SHOP_MODEL = LinkageModel(
    comparisons=(
        _name(GIVEN_NAME, "given_kana_key", "given_name_key"),
        _name("family_name", "family_kana_key", "family_name_key"),
        _value(
            "email",
            "email_key",
            (
                Level("loose", _equal("email_loose_key")),
                Level("mailbox", _equal("mailbox_key")),
                Level("near", _one_edit("email_key", "left({}, 4)", "substr({}, 5, 4)")),
            ),
        ),
        _value(
            "phone",
            "phone_key",
            (Level("near", _one_edit("phone_key", "left({}, 9)", "right({}, 4)")),),
        ),
        _ADDRESS,
        _value(
            "birth_date",
            "birth_key",
            (Level("near", _one_edit("birth_key", "left({}, 5)", "right({}, 5)")),),
        ),
    ),
    # A full name alone would pair all namesakes of a large shop, and prove nothing.
    blocks=(
        *map(column_equals, ("email_key", "email_loose_key", "phone_key", "address_key")),
        *(
            column_equals(*columns)
            for columns in (
                ("building_key", "family_name_key"),
                ("building_key", "family_kana_key"),
                ("kana_key", "region_key"),
                ("name_loose_key", "region_key"),
                ("kana_key", "birth_key"),
                ("name_loose_key", "birth_key"),
                ("kana_key", "mailbox_key"),
                ("name_loose_key", "mailbox_key"),
                ("birth_key", "postal_key"),
                ("birth_key", "family_name_key"),
                ("birth_key", "given_kana_key"),
                ("postal_key", "given_name_key"),
                ("postal_key", "given_kana_key"),
            )
        ),
    ),
    certain=tuple(
        column_equals(contact, name)
        for contact in ("email_key", "phone_key", "address_key", "birth_key")
        for name in ("kana_key", "name_loose_key")
    ),
    certain_recall=0.8,
    # Households share telephone and address: blocks on those alone would teach the model that
    # the given name of one person often differs.
    training_blocks=(
        column_equals("kana_key"),
        column_equals("email_key", "birth_key"),
        column_equals("phone_key", "birth_key"),
    ),
    veto=GIVEN_NAME,
    least_certain_pairs=30,
    doubt=0.1,
    sampled_pairs=1_500_000,
)
