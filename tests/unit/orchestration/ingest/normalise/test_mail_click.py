"""The mail that a page was opened from, read off the page's address."""

from collections.abc import Callable

import pyarrow as pa
import pytest

from orchestration.ingest.normalise.mail_click import mail_send_id
from orchestration.ingest.normalise.url import without_personal_data
from tests.unit.orchestration.ingest.conftest import Shop

KEY = "a key for tests"
TOKEN = "send-000000000001.b92478039e1eb6a9"
MAPPING = """
    source: web
    description: Events.
    feeds:
      - name: events
        files: "*.ndjson"
        format: ndjson
        entities:
          - entity: web_events
            columns:
              event_id: id
              occurred_at: at
              page_url: url
              email: email
"""


@pytest.mark.parametrize(
    ("url", "send_id"),
    [
        (f"https://shop.example/?eid={TOKEN}", "send-000000000001"),
        (f"https://shop.example/a?x=1&eid={TOKEN}&y=2#top", "send-000000000001"),
        (f"/a?eid={TOKEN.replace('-', '%2D')}", "send-000000000001"),
        (f"/a?eid={TOKEN}0", None),
        ("/a?eid=send-000000000002.b92478039e1eb6a9", None),
        ("/a?eid=%FF%FE.b92478039e1eb6a9", None),
        ("/a?eid=", None),
        (f"/a?weid={TOKEN}", None),
        (f"/a#eid={TOKEN}", None),
        ("/a", None),
        (None, None),
    ],
)
def test_mail_send_id_is_read_only_from_a_signed_parameter(
    url: str | None, send_id: str | None
) -> None:
    urls = pa.array([url, "/other", url], pa.string())

    assert mail_send_id(urls, KEY).to_pylist() == [send_id, None, send_id]


def test_mail_send_id_is_null_without_a_key_and_without_rows() -> None:
    signed = pa.array([f"/?eid={TOKEN}"], pa.string())

    assert mail_send_id(signed, None).to_pylist() == [None]
    assert mail_send_id(signed.slice(0, 0), KEY).to_pylist() == []


def test_every_token_is_taken_out_when_the_address_has_two() -> None:
    urls = pa.array([f"/?eid={TOKEN}&eid={TOKEN}"], pa.string())

    assert without_personal_data(urls).to_pylist() == ["/?eid=&eid="]


def test_ingest_knows_the_mail_and_keeps_no_token(make_shop: Callable[[str], Shop]) -> None:
    shop = make_shop(MAPPING)
    shop.click_key = KEY
    shop.land(
        "a.ndjson",
        f'{{"id":"1","at":"2026-10-01T00:00:00Z","url":"/?eid={TOKEN}","email":" A@example.com"}}\n'
        '{"id":"2","at":"2026-10-01T00:00:00Z","url":"/?eid=forged.0123456789abcdef"}\n',
    )

    shop.ingest()

    assert shop.rows("web_events", "event_id, page_url, mail_send_id, email_key") == [
        ("1", "/?eid=", "send-000000000001", "a@example.com"),
        ("2", "/?eid=", None, None),
    ]
