"""What is taken away from the resolution, one thing at a time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from orchestration.identity.graph import Rule

UNLIMITED = 1_000_000_000
BLOCKLIST = "given_names_per_"
"""How the limits begin that make the blocklist."""


class Edges(StrEnum):
    """Which candidate edges a variant starts from."""

    OURS = "ours"
    NO_BLOCKLIST = "no_blocklist"
    """Without the blocklist of values that too many given names share."""
    NO_BIRTHS = "no_births"
    """Also between records that state different dates of birth."""
    NO_GUARDS = "no_guards"
    """Both."""
    NO_NAMES = "no_names"
    """One mailbox or one number is enough, whatever the names."""
    NOTHING = "nothing"
    """Nothing of all this."""

    @property
    def has_names(self) -> bool:
        """Whether the names must agree beside a mailbox or a number."""
        return self not in {Edges.NO_NAMES, Edges.NOTHING}


@dataclass(frozen=True, slots=True)
class Variant:
    """The resolution without something."""

    group: str
    name: str
    rules: tuple[Rule, ...]
    limits: Mapping[str, int]
    edges: Edges = field(default=Edges.OURS)


def variants(rules: tuple[Rule, ...], limits: Mapping[str, int]) -> Iterator[Variant]:
    """Give the resolution as it is, then without each tier, each rule and each guard."""
    yield Variant("all", "everything", rules, limits)
    for tier in sorted({rule.tier for rule in rules}):
        left = tuple(rule for rule in rules if rule.tier != tier)
        yield Variant("tier", f"tier {tier}", left, limits)
    for rule in rules:
        left = tuple(other for other in rules if other is not rule)
        yield Variant("rule", f"{rule.name} (tier {rule.tier})", left, limits)
    yield from _without_guards(rules, limits)


def _without_guards(rules: tuple[Rule, ...], limits: Mapping[str, int]) -> Iterator[Variant]:
    no_veto = {**limits, "birth_date": UNLIMITED}
    no_limits = dict.fromkeys(limits, UNLIMITED)
    nothing = {**no_limits, "birth_date": UNLIMITED}
    yield Variant("guard", "blocklist of shared values", rules, limits, Edges.NO_BLOCKLIST)
    yield Variant("guard", "birth date veto", rules, no_veto, Edges.NO_BIRTHS)
    for name in limits:
        if not name.startswith(BLOCKLIST):
            one = {**limits, name: UNLIMITED}
            yield Variant("guard", f"limit of {name} per person", rules, one)
    yield Variant("guard", "all limits per person", rules, no_limits)
    yield Variant("guard", "names beside mailbox and number", rules, limits, Edges.NO_NAMES)
    yield Variant("guard", "names, and all limits", rules, no_limits, Edges.NO_NAMES)
    yield Variant("guard", "everything but the names", rules, nothing, Edges.NO_GUARDS)
    yield Variant("guard", "everything, names too", rules, nothing, Edges.NOTHING)
