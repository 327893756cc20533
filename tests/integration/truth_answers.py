"""What the planted truth says the published tables must hold, worked out without dbt.

Only who is one person comes from the publication: every answer is given per published person.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

import pandas as pd

from tests.integration.shops import AS_OF, TestShop

F2_DAYS = (14, 180)
WINBACK_DAYS = (181, 730)
OPEN_DELIVERY_DAYS = 30
OPEN_STATUSES = {"new", "pending", "paid", "processing", "shipped"}


@dataclass(frozen=True)
class TruthAnswers:
    """The truth of a shop, by published person."""

    shop: TestShop

    def table(self, name: str) -> pd.DataFrame:
        """A table of the truth; None where there is no text."""
        table = pd.read_parquet(self.shop.workspace.root / "truth" / f"{name}.parquet")
        texts = table.select_dtypes(include=["object", "string"]).columns
        return table.assign(
            **{text: table[text].astype(object).where(table[text].notna(), None) for text in texts}
        )

    @cached_property
    def person_of(self) -> dict[str, str]:
        """Record key -> published person."""
        rows = self.shop.rows("select record_key, person_id from identity.person_identifiers")
        return dict(rows)

    @cached_property
    def orders(self) -> pd.DataFrame:
        """The true orders with their published person and their arrival by the shop's calendar."""
        orders = self.table("orders")
        by_order = (orders["source"] + "|order|" + orders["source_order_id"]).map(self.person_of)
        by_customer = (orders["source"] + "|customer|" + orders["source_customer_id"]).map(
            self.person_of
        )
        arrived = (orders["delivered_at"] + pd.Timedelta(hours=9)).dt.date
        return orders.assign(person_id=by_customer.fillna(by_order), delivered_date=arrived)

    @cached_property
    def purchase_days(self) -> dict[str, dict[date, list[date | None]]]:
        """Person -> the days with a purchase -> when each of that day's orders arrived."""
        days: dict[str, dict[date, list[date | None]]] = {}
        bought = self.orders[self.orders["is_purchase"]]
        for person, day, arrived in zip(
            bought["person_id"], bought["ordered_date"], bought["delivered_date"], strict=True
        ):
            days.setdefault(person, {}).setdefault(day, []).append(
                None if pd.isna(arrived) else arrived
            )
        return days

    @cached_property
    def mailboxes(self) -> dict[str, set[str]]:
        """Address -> the published persons who gave it to the shop in a good row."""
        found: dict[str, set[str]] = {}
        for file in sorted((self.shop.workspace.landing / "ec_cube").glob("*.csv")):
            kind = {"members": "customer", "orders": "order"}.get(file.name.split("_")[0])
            if kind is None:
                continue
            header, *rows = self.shop.landed(f"ec_cube/{file.name}")
            at = header.index("メールアドレス")
            for row in rows:
                person = self.person_of.get(f"ec_cube|{kind}|{row[0]}")
                if person and len(row) == len(header) and row[at]:
                    found.setdefault(address_of(row[at]), set()).add(person)
        return found

    @cached_property
    def line_accounts(self) -> dict[str, str]:
        """LINE account -> the person who linked it to a membership."""
        consents = self.table("consents").dropna(subset=["line_user_id", "source_customer_id"])
        members = "ec_cube|customer|" + consents["source_customer_id"]
        return dict(zip(consents["line_user_id"], members.map(self.person_of), strict=True))

    @cached_property
    def _consent_events(self) -> dict[tuple[str, str], list[tuple[datetime, bool, bool]]]:
        """Person and channel -> (when, is it a yes, is it proven)."""
        events: dict[tuple[str, str], list[tuple[datetime, bool, bool]]] = {}
        for consent in self.table("consents").itertuples():
            said = [
                (moment, is_yes, consent.legal_basis != "unproven")
                for moment, is_yes in (
                    (consent.granted_at, True),
                    (consent.confirmed_at, True),
                    (consent.withdrawn_at, False),
                )
                if not pd.isna(moment)
            ]
            for person in self._persons_of_consent(consent):
                events.setdefault((person, consent.channel), []).extend(said)
        return events

    def _persons_of_consent(self, consent: object) -> set[str]:
        member, email = consent.source_customer_id, consent.email  # type: ignore[attr-defined]
        line = consent.line_user_id  # type: ignore[attr-defined]
        if person := self.person_of.get(f"ec_cube|customer|{member}"):
            return {person}
        if email and (persons := self.mailboxes.get(address_of(email))):
            return persons
        return {self.line_accounts[line]} if line in self.line_accounts else set()

    def opt_in(self, person: str, channel: str) -> datetime | None:
        """The last provable yes to marketing, where no later no stands."""
        events = self._consent_events.get((person, channel), [])
        refusals = [moment for moment, is_yes, _ in events if not is_yes]
        yes = [moment for moment, is_yes, is_proven in events if is_yes and is_proven]
        if refusals:
            yes = [moment for moment in yes if moment > max(refusals)]
        return max(yes, default=None)

    def said_no(self, person: str, channel: str) -> bool:
        """Whether the person's last word on the channel is a no."""
        events = self._consent_events.get((person, channel), [])
        return any(not is_yes for _, is_yes, _ in events) and self.opt_in(person, channel) is None

    def suppressed(self, person: str, address: str) -> bool:
        """Whether the address is barred: complaints for ever, others until a later yes."""
        barred = self.table("suppressions")
        barred = barred[barred["channel"] == "email"]
        barred = barred[barred["address"].map(address_of) == address_of(address)]
        yes = self.opt_in(person, "email")
        return any(
            row.reason == "spamreport" or yes is None or yes <= row.occurred_at
            for row in barred.itertuples()
        )

    def awaits_parcel(self, person: str) -> bool:
        """Whether an order of the last days has not arrived yet."""
        orders = self.orders[(self.orders["person_id"] == person) & self.orders["is_purchase"]]
        recent = orders["ordered_date"].map(lambda day: (AS_OF - day).days <= OPEN_DELIVERY_DAYS)
        return bool((recent & orders["delivered_at"].isna()).any())

    def leads_with_consent(self) -> set[str]:
        """Who agreed to mail or LINE, never bought and has no order under way."""
        waiting = set(self.orders[self.orders["status"].isin(OPEN_STATUSES)]["person_id"])
        return {
            person
            for person in set(self.person_of.values()) - set(self.purchase_days) - waiting
            if self.opt_in(person, "email") or self.opt_in(person, "line")
        }

    def buyers_of_one_purchase(self) -> set[str]:
        """Whose only purchase arrived some time ago, but not too long."""
        found = set()
        for person, days in self.purchase_days.items():
            (arrivals, *more) = days.values()
            if more or None in arrivals:
                continue
            age = (AS_OF - max(day for day in arrivals if day)).days
            if F2_DAYS[0] <= age <= F2_DAYS[1]:
                found.add(person)
        return found

    def silent_buyers(self) -> set[str]:
        """Whose last purchase is long ago."""
        return {
            person
            for person, days in self.purchase_days.items()
            if WINBACK_DAYS[0] <= (AS_OF - max(days)).days <= WINBACK_DAYS[1]
        }


def address_of(text: str) -> str:
    """A mail address as people mean it."""
    return unicodedata.normalize("NFKC", text).strip().lower()
