"""The same mails by our own run: planned, asked for, claimed, sent and settled.

`python -m tests.benchmarks.sending.ours FOLDER URL ROWS_PER_REQUEST RUN`; prints seconds as JSON.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from reverse_etl.channel import ChannelSettings, open_channel
from reverse_etl.engine import run_sync
from reverse_etl.ledger.ledger import Ledger
from tests.contract.benches.sendgrid_mail import SECRETS, TEMPLATE_ID
from tests.contract.sync_world import LIVE, TurnedClock, message_spec

PAYLOAD = {
    "email": {"column": "contact.email", "required": True},
    "first_name": {"column": "contact.given_name"},
}
SPEC = message_spec("sendgrid_mail", payload=PAYLOAD, options={"template_id": TEMPLATE_ID})


def main(folder: Path, url: str, size: int, run_id: str) -> None:
    """Send one mail to everybody in the publication; the ledger stands in the folder."""
    started = perf_counter()
    settings = ChannelSettings(secrets=SECRETS, base_urls={SPEC.channel: url})
    channel = open_channel(SPEC, settings)
    channel.capabilities = replace(channel.capabilities, max_rows=size)  # type: ignore[misc] - a class's constant
    ledger = Ledger(f"sqlite:///{folder}/ledger.sqlite", witness=folder / "witness.json")
    arguments = (SPEC, folder / "published", ledger, channel)
    result = run_sync(*arguments, policy=LIVE, clock=TurnedClock(), run_id=run_id)
    ledger.close()
    sent = result.summary["delivered"]
    print(json.dumps({"seconds": perf_counter() - started, "sent": sent}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4])
