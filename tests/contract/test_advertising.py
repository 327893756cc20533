"""A sync of advertising is refused when its messages would show no way out."""

from pathlib import Path

import pytest
import yaml

from reverse_etl.errors import SpecError
from reverse_etl.spec import load_sync
from tests.contract.benches.sendgrid_mail import TEMPLATE_ID
from tests.contract.sync_world import message_spec

MAIL = {"template_id": TEMPLATE_ID, "unsubscribe": "none"}
SMS = {"text": "本日発送しました。", "stop_line": None}
SMS_PAYLOAD = {"phone": {"column": "contact.phone", "required": True}}


def _load(folder: Path, channel: str, purpose: str, options: dict[str, object]) -> None:
    changes: dict[str, object] = {"purpose": purpose, "options": options}
    if channel == "twilio_sms":
        changes |= {"medium": "sms", "payload": SMS_PAYLOAD}
    spec = message_spec(channel, **changes)
    path = folder / f"{spec.name}.yml"
    path.write_text(yaml.safe_dump(spec.model_dump(mode="json", exclude_unset=True)))
    load_sync(path)


@pytest.mark.parametrize(
    ("channel", "options", "key"),
    [("sendgrid_mail", MAIL, "unsubscribe: none"), ("twilio_sms", SMS, "stop_line: null")],
)
def test_message_without_a_way_out_is_refused_as_advertising_alone(
    tmp_path: Path, channel: str, options: dict[str, object], key: str
) -> None:
    _load(tmp_path, channel, "transactional", options)
    with pytest.raises(SpecError, match=f"line [0-9]+: key options: {key}"):
        _load(tmp_path, channel, "marketing", options)
