"""Whatever people do, the destination ends up holding exactly those it shall hold."""

import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reverse_etl.channel import BatchResult, Outcome
from reverse_etl.engine import run_sync
from reverse_etl.errors import TerminalError, TransientError
from tests.contract.benches.base import AUDIENCE_BENCHES, channel_of, open_bench, scripted
from tests.contract.benches.file import FileBench
from tests.contract.benches.webhook import WebhookBench
from tests.contract.ledgers import new_ledger
from tests.contract.sync_world import LIVE, Person, TurnedClock, publish

ADDRESSES = ["a@example.jp", "b@example.jp", "c@example.jp", "Same@example.jp", "same@example.jp"]
BY_PERSON = (FileBench, WebhookBench)
"""Destinations that know people by our own ids; two of one address are two."""

person = st.builds(
    lambda email, name, refusal: (email, name, refusal),
    st.sampled_from(ADDRESSES),
    st.sampled_from(["山田", "髙橋"]),
    st.sampled_from([None, None, None, "no_consent"]),
)
days = st.lists(
    st.dictionaries(st.sampled_from(["p1", "p2", "p3"]), person, max_size=3),
    min_size=2,
    max_size=4,
)
faulty = st.lists(
    st.lists(
        st.sampled_from(
            [Outcome.UNKNOWN, Outcome.REFUSED, Outcome.THROTTLED, Outcome.REJECTED, Outcome.DENIED]
        ),
        max_size=3,
    ),
    min_size=4,
    max_size=4,
)
"""What the destination answers first on each day, doing nothing."""


History = list[dict[str, tuple[str, str, str | None]]]


class PowerCutError(BaseException):
    """The machine stops here."""


def _desired(name: str, people: list[Person]) -> set[str]:
    """Give whom the destination shall hold: people for files and posts, else addresses."""
    allowed = [p for p in people if p.refusal is None]
    if name in {bench.name for bench in BY_PERSON}:
        return {str(p.person_id) for p in allowed}
    return {str(p.email).lower() for p in allowed}


@pytest.mark.parametrize("name", AUDIENCE_BENCHES)
@settings(max_examples=3, deadline=None, derandomize=True)
@given(history=days, cut_at=st.integers(0, 12), is_resumed=st.booleans(), faults=faulty)
def test_destination_equals_the_segment_after_any_history(
    name: str, history: History, cut_at: int, is_resumed: bool, faults: list[list[Outcome]]
) -> None:
    _live_through(name, history, cut_at, faults, is_resumed=is_resumed)


@pytest.mark.slow
@pytest.mark.parametrize("name", AUDIENCE_BENCHES)
@settings(max_examples=40, deadline=None)
@given(history=days, cut_at=st.integers(0, 25), is_resumed=st.booleans(), faults=faulty)
def test_destination_equals_the_segment_after_many_histories(
    name: str, history: History, cut_at: int, is_resumed: bool, faults: list[list[Outcome]]
) -> None:
    _live_through(name, history, cut_at, faults, is_resumed=is_resumed)


def _live_through(
    name: str, history: History, cut_at: int, faults: list[list[Outcome]], *, is_resumed: bool
) -> None:
    """Publish every day and sync; one run is cut, and resumed the same day or the next."""
    steps = 0

    def count(_step: str) -> None:
        nonlocal steps
        steps += 1
        if steps == cut_at:
            raise PowerCutError

    with tempfile.TemporaryDirectory() as place, open_bench(name, Path(place)) as bench:
        folder, clock = Path(place), TurnedClock()
        ledger = new_ledger(folder)
        policy = replace(LIVE, on_step=count)
        for day, rows in enumerate(history):
            people = [
                Person(who, email, family, refusal=refusal)
                for who, (email, family, refusal) in rows.items()
            ]
            published = publish(folder / "published" / f"{day}", people, sync=bench.spec.name)
            arguments = (bench.spec, published, ledger, channel_of(bench))
            faulty_channel = channel_of(bench)
            scripted(faulty_channel, *(BatchResult(fault, "told") for fault in faults[day]))
            try:
                with suppress(TransientError, TerminalError):
                    run_sync(
                        *arguments[:3], faulty_channel, policy=policy, clock=clock, run_id=f"{day}"
                    )
            except PowerCutError:
                if not is_resumed and day + 1 < len(history):
                    continue
            # A row that was refused five times in these days waits for a person otherwise.
            ledger.release_rows(bench.spec.name)
            run_sync(*arguments, policy=LIVE, clock=clock, run_id=f"{day}b")
            got = set(bench.people() if isinstance(bench, BY_PERSON) else bench.held())
            assert got == _desired(name, people)
            again = run_sync(*arguments, policy=LIVE, clock=clock, run_id=f"{day}c")
            assert again.plan.items == ()
        ledger.close()
