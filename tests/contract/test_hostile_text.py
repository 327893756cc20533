"""SQL where a name or a value belongs: names are refused, values travel as they are."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from reverse_etl.engine import run_sync
from reverse_etl.errors import SpecError
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.spec import SyncSpec, load_sync
from tests.contract.benches.base import channel_of, open_bench
from tests.contract.message_world import open_mailroom
from tests.contract.sync_world import (
    LIVE,
    Medium,
    Person,
    TurnedClock,
    member,
    publish,
    winback_spec,
)

ATTACKS = (
    'seg_winback"; drop schema segments cascade; --',
    "seg_winback; attach '/etc/passwd' as x",
    "seg_winback' or '1'='1",
    "seg_winback union select email from contact.person_contacts",
    "read_csv('/etc/passwd')",
    "seg_winback/*",
    "*/ seg_winback",
    "seg_winback--",
    "seg_winback\n",
    "seg_winback\0",
    "$sync",
    "{{ env_var('ENISHI_HASH_KEY') }}",
    "../seg_winback",
    "segments.seg_winback",
    "SEG_WINBACK",
    "1seg",
    "_seg",
    "ｓｅｇ",
    "sеg",
    "s" * 64,
    "",
    " seg",
    "seg winback",
    "seg-winback",
    "seg`winback`",
    "seg[winback]",
    "seg\\winback",
    "seg%winback",
    "seg?",
    ":seg",
    "@seg",
    "seg#",
    "seg\u202ewinback",
    "seg\u00a0winback",
)
"""Beside SQL: comments, quotes of other engines, look-alike letters, control characters."""
PLACES = ("name", "segment", "channel", "messages_of", "payload field", "payload column")
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
LONGEST_NAME = 50
"""What SendGrid keeps of a first name."""


def _keys(place: str, text: str) -> dict[str, Any]:
    """Give the keys of a sync file in which one name is this text."""
    keys: dict[str, Any] = winback_spec("file").model_dump(mode="json", exclude_none=True)
    if place == "payload field":
        return keys | {"payload": {text: {"column": "contact.email"}}}
    if place == "payload column":
        return keys | {"payload": {"email": {"column": f"segment.{text}"}}}
    return keys | {place: text}


@pytest.mark.parametrize("place", PLACES)
def test_file_with_sql_for_a_name_is_refused_and_named(place: str, tmp_path: Path) -> None:
    file = tmp_path / "winback__file.yml"
    for attack in ATTACKS:
        file.write_text(yaml.safe_dump(_keys(place, attack)), encoding="utf-8")
        with pytest.raises(SpecError, match=r"winback__file\.yml") as caught:
            load_sync(file)
        assert place.split(maxsplit=1)[0] in str(caught.value)


@given(st.sampled_from(PLACES), st.text())
def test_only_plain_names_are_names(place: str, text: str) -> None:
    if NAME.fullmatch(text):
        return
    with pytest.raises(ValidationError):
        SyncSpec.model_validate(_keys(place, text))


def _people() -> list[Person]:
    return [
        Person(f"p{n} {attack}", email=f"o'hara+{n}@example.jp", given_name=attack or "花子")
        for n, attack in enumerate(ATTACKS)
        if "\0" not in attack and "\n" not in attack
    ]


def test_values_that_are_sql_reach_a_letterbox_as_they_are(tmp_path: Path) -> None:
    people = _people()
    with open_mailroom(tmp_path, "C") as room:
        assert room.run([*people, member(1)]).summary["delivered"] == len(people) + 1
        assert room.run([*people, member(2)]).summary["delivered"] == 1
        assert {person.person_id for person in people} < set(room.states())
        assert set(room.box.copies().values()) == {1}


def test_values_that_are_sql_are_kept_by_a_list_and_leave_it_again(tmp_path: Path) -> None:
    short = [person for person in _people() if len(person.given_name) <= LONGEST_NAME]
    clock, ledger = TurnedClock(), Ledger("sqlite://")
    with open_bench("sendgrid_contacts", tmp_path) as bench:
        spec, media = bench.spec, [Medium(bench.spec.medium)]
        for number, present in enumerate((short, short[:1])):
            place = publish(tmp_path / f"pub{number}", present, sync=spec.name, media=media)
            channel = channel_of(bench)
            run_sync(spec, place, ledger, channel, policy=LIVE, clock=clock, run_id=f"run{number}")
            held = {email: row["first_name"] for email, row in bench.held().items()}
            assert held == {person.email: person.given_name for person in present}
    ledger.close()
