"""What the planted truth says the published tables must hold, worked out without dbt.

Only who is one person comes from the publication: every answer is given per published person.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

import duckdb
import pandas as pd

from tests.integration.shops import AS_OF, TestShop

F2_DAYS = (14, 180)
WINBACK_DAYS = (181, 730)
OPEN_DELIVERY_DAYS = 30
OPEN_STATUSES = {"new", "pending", "paid", "processing", "shipped"}
CONFIRMED_FORM = "newsletter-2"
"""The form whose grant counts only once it is confirmed."""


@dataclass(frozen=True)
class Word:
    """A yes or a no to marketing, and how the speaker was known."""

    moment: datetime
    is_yes: bool
    is_of_member: bool
    address: str | None


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
    def addresses(self) -> dict[str, str | None]:
        """Person -> the mail address in use."""
        with duckdb.connect(str(self.shop.published.contacts), read_only=True) as connection:
            rows = connection.execute("select person_id, email from contact.person_contacts")
            return dict(rows.fetchall())

    @cached_property
    def memberships(self) -> dict[str, list[tuple[str, str]]]:
        """Person -> state and address of each membership in a good row (2: a full member)."""
        found: dict[str, list[tuple[str, str]]] = {}
        for file in sorted((self.shop.workspace.landing / "ec_cube").glob("members_*.csv")):
            header, *rows = self.shop.landed(f"ec_cube/{file.name}")
            state, mail = header.index("会員ステータス(ID)"), header.index("メールアドレス")
            for row in rows:
                person = self.person_of.get(f"ec_cube|customer|{row[0]}")
                if person and len(row) == len(header):
                    found.setdefault(person, []).append((row[state], address_of(row[mail])))
        return found

    @cached_property
    def _words(self) -> dict[tuple[str, str], list[Word]]:
        """Person and channel -> what was said that binds the person."""
        words: dict[tuple[str, str], list[Word]] = {}
        for consent in self.table("consents").itertuples():
            address = address_of(consent.email) if consent.email else None
            member = self.person_of.get(f"ec_cube|customer|{consent.source_customer_id}")
            said = [
                (consent.granted_at, True, self._whom_a_yes_binds(consent, member, address)),
                (consent.confirmed_at, True, self._whom_a_yes_binds(consent, member, address)),
                (consent.withdrawn_at, False, self._whom_a_no_binds(consent, member, address)),
            ]
            for moment, is_yes, persons in said:
                if pd.isna(moment) or (is_yes and consent.legal_basis == "unproven"):
                    continue
                if moment is consent.granted_at and consent.form_version == CONFIRMED_FORM:
                    continue
                word = Word(moment, is_yes, member is not None, address)
                for person in persons:
                    words.setdefault((person, consent.channel), []).append(word)
        return words

    def _whom_a_yes_binds(self, consent: Any, member: str | None, address: str | None) -> set[str]:
        """One person: the member, the owner of the LINE account, or an address's only holder."""
        if consent.source_customer_id:
            return {member} if member else set()
        if consent.line_user_id:
            owner = self.line_accounts.get(consent.line_user_id)
            return {owner} if owner else set()
        holders = self.mailboxes.get(address or "", set())
        return holders if len(holders) == 1 else set()

    def _whom_a_no_binds(self, consent: Any, member: str | None, address: str | None) -> set[str]:
        """The member, the owner of the LINE account, and everybody at the mailbox."""
        bound = {member} if member else set()
        if owner := self.line_accounts.get(consent.line_user_id):
            bound.add(owner)
        if consent.channel == "email" or not member:
            bound |= self.mailboxes.get(address or "", set())
        return bound

    @cached_property
    def _withdrawn_mailboxes(self) -> set[str]:
        """Addresses that somebody once withdrew."""
        consents = self.table("consents").dropna(subset=["withdrawn_at"])
        return {address_of(email) for email in consents["email"] if email}

    def opt_in(self, person: str, channel: str) -> datetime | None:
        """The last provable yes to marketing, where no later no stands."""
        words = self._words.get((person, channel), [])
        refused = max((word.moment for word in words if not word.is_yes), default=None)
        yes = [word for word in words if word.is_yes and (not refused or word.moment > refused)]
        address = address_of(self.addresses.get(person) or "")
        if channel == "email" and address in self._withdrawn_mailboxes:
            yes = [word for word in yes if word.is_of_member or word.address == address]
        return max((word.moment for word in yes), default=None)

    def has_left(self, person: str) -> bool:
        """Whether a membership ended, or was never confirmed, and no other one stands."""
        states = {state for state, _ in self.memberships.get(person, [])}
        return bool(states) and "2" not in states

    @cached_property
    def _guests(self) -> set[str]:
        """Who ordered at the own shop without a membership."""
        orders = self.table("orders").query("source == 'ec_cube' and source_customer_id.isna()")
        return set(("ec_cube|order|" + orders["source_order_id"]).map(self.person_of))

    @cached_property
    def _barred(self) -> list[tuple[str, str, datetime]]:
        """Address, reason and time of every complaint, refusal and dead mailbox."""
        barred = self.table("suppressions").query("channel == 'email'")
        return [(address_of(e.address), e.reason, e.occurred_at) for e in barred.itertuples()]

    def may_be_written_to(self, person: str, channel: str) -> bool:
        """Whether a letter or a call is welcome: asked for, or not refused by a customer."""
        if self.has_left(person):
            return False
        if self.opt_in(person, channel):
            return True
        is_customer = person in self.memberships or person in self._guests
        return is_customer and not self._words.get((person, channel))

    def barring(self, person: str, address: str) -> str | None:
        """Why mail is barred, the weightiest reason first; None when it is not.

        A complaint bars for ever, the others until the person's own later yes.
        """
        found = set()
        used = address_of(address)
        held = {box for box, persons in self.mailboxes.items() if person in persons} | {used}
        yes = [word for word in self._words.get((person, "email"), []) if word.is_yes]
        for box, reason, occurred_at in self._barred:
            is_refusal = reason in {"unsubscribe", "spamreport"}
            if box not in held or (box != used and not is_refusal):
                continue
            lifted = any(
                word.moment > occurred_at
                and (word.address == box if box == used else word.is_of_member)
                for word in yes
            )
            if reason == "spamreport" or not lifted:
                found.add(reason)
        order = ("spamreport", "unsubscribe", "bounce")
        return next((reason for reason in order if reason in found), None)

    def awaits_parcel(self, person: str) -> bool:
        """Whether goods have truly not arrived, whatever the carrier's record says."""
        orders = self.orders[(self.orders["person_id"] == person) & self.orders["is_purchase"]]
        return bool(orders["truly_delivered_at"].isna().any())

    def awaits_payment(self, person: str) -> bool:
        """Whether an order of the last days is not paid yet."""
        orders = self.orders[self.orders["person_id"] == person]
        unpaid = orders[orders["status"].isin({"new", "pending"})]
        ages = [(AS_OF - day).days for day in unpaid["ordered_date"]]
        return any(age <= OPEN_DELIVERY_DAYS for age in ages)

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
