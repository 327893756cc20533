from pathlib import Path

import pytest
from pydantic import ValidationError

from reverse_etl.errors import SpecError
from reverse_etl.spec import SyncSpec, load_sync, load_syncs
from tests.contract.sync_world import message_spec, winback_spec

SYNCS = Path(__file__).parents[3] / "reverse_etl" / "syncs"
GOOD = (SYNCS / "winback__sendgrid_contacts.yml").read_text(encoding="utf-8")


def test_syncs_of_the_project_load() -> None:
    assert [spec.name for spec in load_syncs(SYNCS)] == [
        "first_purchase__sendgrid_contacts",
        "second_purchase__file",
        "second_purchase__sendgrid_contacts",
        "winback__file",
        "winback__sendgrid_contacts",
    ]


def test_syncs_that_leave_the_machine_wait_for_approval_at_first() -> None:
    first = {spec.channel: spec.limits.first_sync for spec in load_syncs(SYNCS)}
    assert first == {"file": "allow", "sendgrid_contacts": "approve"}


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("mode: mirror", "mode: miror", "line 5: key mode: Input should be 'mirror'"),
        ("on_exit: remove", "on_exit: keep", "mode mirror goes with on_exit remove"),
        ("owner: crm", "ownr: crm", "key ownr: Extra inputs are not permitted"),
        ("owner: crm", "owner: crm\nowner: x", "line 8: key owner: stands twice; remove one"),
        ("contact.family_name", "person.name", "line 15: key payload.last_name.column"),
        ("last_name:", "Last-Name:", "key payload.Last-Name"),
        ("last_name:", "favourite:", "payload field favourite: name its id under custom_fields"),
        ("  email: {", "  address_line_1: {", "the payload needs the field email"),
        ('"40 7 * * *"', '"every day"', "line 10: key schedule.cron: Value error, give five cron"),
        ("medium: email", "medium: print", "line 4: key medium: channel sendgrid_contacts has"),
        (
            "mode: mirror\non_exit: remove",
            "mode: add_only\non_exit: keep",
            "line 5: key mode: channel sendgrid_contacts has only mirror, upsert",
        ),
        ("channel: sendgrid_contacts", "channel: pigeon", "line 3: key channel: there is no such"),
        ("list_id_from: ", "list: ", "options.list: Extra inputs are not permitted"),
        ("max_removed_ratio: 0.2", "max_removed_ratio: 20", "key limits.max_removed_ratio: Input"),
        ("name: winback__", "name: another__", "key name: is another__sendgrid_contacts"),
        ("segment: seg_winback", 'segment: "x; drop"', "line 2: key segment: String should match"),
        ("schedule:\n", "schedule:\n\t", "is no valid YAML; mend the indentation"),
    ],
)
def test_spec_names_file_line_key_and_mend_when_wrong(
    before: str, after: str, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "winback__sendgrid_contacts.yml"
    path.write_text(GOOD.replace(before, after, 1), encoding="utf-8")
    assert before in GOOD
    with pytest.raises(SpecError) as caught:
        load_sync(path)
    assert str(caught.value).startswith(path.name)
    assert message in str(caught.value)


def test_spec_names_the_field_that_receivers_cannot_dedupe_by(tmp_path: Path) -> None:
    path = tmp_path / "winback__file.yml"
    text = (SYNCS / path.name).read_text(encoding="utf-8")
    path.write_text(text.replace("dedupe_by: [family", "dedupe_by: [nick"), encoding="utf-8")
    with pytest.raises(SpecError, match="dedupe_by: nick_name is no payload field"):
        load_sync(path)


def test_message_has_its_terms() -> None:
    spec = message_spec("letterbox", expires_after_hours=24, holdout_percent=10)
    assert spec.is_message
    assert (spec.purpose, spec.priority, spec.quiet_hours) == ("marketing", 5, "respect")
    assert not winback_spec("file").is_message


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"purpose": None}, "mode message also needs purpose"),
        ({"priority": None, "expires_after_hours": None}, "needs priority, expires_after_hours"),
        ({"on_exit": "remove"}, "mode mirror goes with on_exit remove"),
        ({"purpose": "transactional", "holdout_percent": 5}, "transactional is owed to everybody"),
        ({"quiet_hours": "ignore"}, "marketing keeps the quiet hours"),
        ({"holdout_percent": 51}, "less than or equal to 50"),
        ({"priority": 0}, "greater than or equal to 1"),
        ({"medium": "ads"}, "medium ads takes audiences, no messages"),
        ({"purpose": "news"}, "Input should be 'marketing', 'transactional'"),
        ({"limits": {"price_jpy": 3}}, "give price_jpy and max_cost_jpy together"),
    ],
)
def test_message_is_refused_when_its_terms_do_not_fit(
    changes: dict[str, object], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        message_spec("letterbox", **changes)


def test_transactional_message_may_ignore_quiet_hours() -> None:
    spec = message_spec("letterbox", purpose="transactional", quiet_hours="ignore")
    assert spec.quiet_hours == "ignore"


def test_audience_is_refused_when_it_has_terms_of_a_message() -> None:
    body = winback_spec("file").model_dump(exclude_unset=True) | {"priority": 2}
    with pytest.raises(ValidationError, match="only mode message has priority; take them out"):
        SyncSpec.model_validate(body)


@pytest.mark.parametrize(
    ("medium", "purpose", "message"),
    [
        ("ads", "purpose: marketing", "medium ads hands people to others: set purpose to ads_th"),
        ("ads", "", "medium ads hands people to others: set purpose to ads_third_party"),
        ("email", "purpose: ads_third_party", "only mode message has purpose; take them out"),
        ("ads", "purpose: ads_third_party", None),
    ],
    ids=["another_purpose", "no_purpose", "purpose_without_ads", "both"],
)
def test_ads_are_refused_without_their_own_purpose(
    medium: str, purpose: str, message: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "winback__meta_audience.yml"
    text = GOOD.replace("winback__sendgrid_contacts", path.stem).replace(
        "channel: sendgrid_contacts", "channel: meta_audience"
    )
    text = text.replace("medium: email", f"medium: {medium}\n{purpose}")
    text = text.replace("list_id_from: SENDGRID_LIST_WINBACK", "audience_id: META_AUDIENCE_WINBACK")
    path.write_text(text, encoding="utf-8")
    if message is None:
        assert load_sync(path).purpose == "ads_third_party"
        return
    with pytest.raises(SpecError, match=message):
        load_sync(path)
