"""What is true of the people of a sample shop, read from its planted truth and nowhere else.

No table of the contact policy is read here. Only who is one person comes from the shop, since a
message is addressed to such a person; a true person's orders count wherever they were placed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb

from orchestration.sample_shop.catalogue import Catalogue

NO_ORDER = ("cancelled", "returned")
WORDS_OF_REFUSAL = ("unsubscribe", "spamreport", "unfollow")


@dataclass(frozen=True)
class Order:
    """One order; `arrived_at` None while its goods are not there."""

    ordered_at: datetime
    arrived_at: datetime | None
    quantities: Mapping[str, int]
    """product_code → pieces."""


@dataclass(frozen=True)
class Refusal:
    """A no on one medium."""

    medium: str
    at: datetime
    is_for_ever: bool = False
    """No later yes takes it back."""
    is_told: bool = True
    """A vendor tells it at once; what was said to the shop comes with the data of the day."""


@dataclass
class TruePerson:
    """Everything true of one person that the harms ask about."""

    orders: list[Order] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    agreed: list[tuple[str, datetime]] = field(default_factory=list)
    """Medium and moment of every yes that can be proven."""
    got: list[datetime] = field(default_factory=list)
    """When mails of the shop's own campaigns arrived."""


@dataclass(frozen=True)
class Facts:
    """The true persons, and what each product lasts."""

    persons: Mapping[str, TruePerson]
    owners: Mapping[str, str]
    """Record key → true person."""
    pack_days: Mapping[str, int]
    """product_code → days that a pack lasts; 0: it is not used up."""

    def behind(self, records: Iterable[str]) -> list[TruePerson]:
        """Give the true persons whose records a published person holds."""
        found = sorted({self.owners[key] for key in records if key in self.owners})
        return [self.persons[true_id] for true_id in found]


def read_facts(truth: Path, deliveries: Iterable[tuple[str, datetime]]) -> Facts:
    """Give the facts of a truth/ folder; `deliveries` are campaign mails by true person."""
    persons: defaultdict[str, TruePerson] = defaultdict(TruePerson)
    owners: dict[str, str] = {}
    with duckdb.connect() as connection:
        _read_orders(connection, truth, persons, owners)
        _read_words(connection, truth, persons)
        records = connection.execute(
            f"select source || '|' || record_kind || '|' || source_record_id, true_person_id "
            f"from '{truth}/records.parquet'"
        ).fetchall()
    owners.update(records)
    for true_id, at in deliveries:
        persons[true_id].got.append(at)
    packs = {product.code: product.pack_days for product in Catalogue.build().products}
    for true_id in owners.values():
        persons[true_id]  # a person of whom nothing else is known is there, too
    return Facts(dict(persons), owners, packs)


def _read_orders(
    connection: duckdb.DuckDBPyConnection,
    truth: Path,
    persons: Mapping[str, TruePerson],
    owners: dict[str, str],
) -> None:
    lines: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for source, order_id, code, quantity in connection.execute(
        f"select source, source_order_id, product_code, sum(quantity)::int "
        f"from '{truth}/order_lines.parquet' group by all"
    ).fetchall():
        lines[source, order_id][code] = quantity
    for source, order_id, true_id, status, ordered_at, arrived_at in connection.execute(
        f"select source, source_order_id, true_person_id, status, ordered_at, truly_delivered_at "
        f"from '{truth}/orders.parquet'"
    ).fetchall():
        owners[f"{source}|order|{order_id}"] = true_id
        if status not in NO_ORDER:
            order = Order(ordered_at, arrived_at, lines[source, order_id])
            persons[true_id].orders.append(order)


def _read_words(
    connection: duckdb.DuckDBPyConnection, truth: Path, persons: Mapping[str, TruePerson]
) -> None:
    for true_id, medium, reason, at in connection.execute(
        f"select true_person_id, channel, reason, occurred_at from '{truth}/suppressions.parquet'"
    ).fetchall():
        if reason in WORDS_OF_REFUSAL:
            persons[true_id].refusals.append(Refusal(medium, at, reason == "spamreport"))
    for true_id, medium, basis, granted_at, confirmed_at, withdrawn_at in connection.execute(
        f"select true_person_id, channel, legal_basis, granted_at, confirmed_at, withdrawn_at "
        f"from '{truth}/consents.parquet' where purpose = 'marketing'"
    ).fetchall():
        if withdrawn_at is not None:
            persons[true_id].refusals.append(Refusal(medium, withdrawn_at, is_told=False))
        if basis != "unproven":
            yes = [moment for moment in (granted_at, confirmed_at) if moment is not None]
            persons[true_id].agreed += [(medium, moment) for moment in yes]
