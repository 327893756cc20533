"""Which promotions should not have reached whom, judged by what is true and by nothing else.

Every rule is asked twice: of what the shop's data said when the message went (orders up to the
last complete day, refusals that a vendor had told), and of what was true at that moment.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from tests.benchmarks.harms.facts import Facts, TruePerson

HARMS = ("open_order", "already_owned", "over_cap", "after_opt_out")
CAPS = ((1, 1), (7, 3), (30, 8))
"""Rolling days, and how many messages on all media together they may hold."""
OWNED = timedelta(days=365)
"""So long a thing that is not used up counts as owned."""
USED_SHARE = 0.5
"""Nobody wants a consumable again before half of it is used up, by the pack or their own pace."""


@dataclass(frozen=True)
class Sent:
    """One promotion that arrived."""

    person_id: str
    at: datetime
    medium: str
    product_code: str | None = None


@dataclass(frozen=True)
class Known:
    """What the shop could know of the present: the end of its last complete day (UTC)."""

    data_until: datetime


def judge(
    sent: Sequence[Sent],
    records: Mapping[str, Iterable[str]],
    facts: Facts,
    known: Mapping[datetime, Known] | None = None,
) -> Counter[str]:
    """Count messages by harm; `any` counts each message with a harm once.

    `unjudged` counts messages to somebody behind whom no true person is known: of those nothing
    could be found, so they must not pass for harmless.

    `records` are the record keys of each published person. `known` gives for the moment of a
    message what the shop could know then; without it the truth of that moment decides.
    """
    counts: Counter[str] = Counter()
    earlier: dict[int, list[datetime]] = {}
    for message in sorted(sent, key=lambda one: (one.at, one.person_id, one.medium)):
        people = facts.behind(records.get(message.person_id, ()))
        until = known[message.at].data_until if known else message.at
        found = {
            harm
            for person in people
            for harm in _harms(message, person, facts, until, earlier.get(id(person), []))
        }
        for person in people:
            earlier.setdefault(id(person), []).append(message.at)
        counts.update(found)
        counts["any"] += bool(found)
        counts["unjudged"] += not people
    counts["sent"] = len(sent)
    return counts


def _harms(
    message: Sent, person: TruePerson, facts: Facts, until: datetime, earlier: Sequence[datetime]
) -> Iterable[str]:
    if _waits_for_goods(person, message.at, until):
        yield "open_order"
    if message.product_code and _owns(person, message.product_code, facts, message.at, until):
        yield "already_owned"
    campaigns = (arrived for arrived in person.got if arrived <= until)
    if _had_enough(message.at, [*earlier, *campaigns]):
        yield "over_cap"
    if _refused(person, message.medium, message.at, until):
        yield "after_opt_out"


def _waits_for_goods(person: TruePerson, at: datetime, until: datetime) -> bool:
    return any(
        order.ordered_at <= until and (order.arrived_at is None or order.arrived_at > at)
        for order in person.orders
    )


def _owns(person: TruePerson, code: str, facts: Facts, at: datetime, until: datetime) -> bool:
    pack = facts.pack_days.get(code, 0)
    known = [o for o in person.orders if o.ordered_at <= until and o.quantities.get(code)]
    pace = _pace([order.ordered_at for order in known])
    for order in known:
        used_up = timedelta(days=pack * order.quantities[code])
        lasts = min(used_up, pace or used_up) * USED_SHARE if pack else OWNED
        if at < (order.arrived_at or at) + lasts:
            return True
    return False


def _pace(bought_at: Sequence[datetime]) -> timedelta | None:
    """Give the median time between purchases; None for fewer than two."""
    moments = sorted(bought_at)
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    return median(gaps) if gaps else None


def _had_enough(at: datetime, others: Sequence[datetime]) -> bool:
    return any(
        sum(at - timedelta(days=days) < other <= at for other in others) + 1 > limit
        for days, limit in CAPS
    )


def _refused(person: TruePerson, medium: str, at: datetime, until: datetime) -> bool:
    """Whether a no stands at the moment; one that is for ever, or that no later yes took back."""
    return any(
        refusal.at < at
        and (refusal.is_told or refusal.at <= until)
        and (
            refusal.is_for_ever
            or not any(m == medium and refusal.at < yes <= at for m, yes in person.agreed)
        )
        for refusal in person.refusals
        if refusal.medium == medium
    )
