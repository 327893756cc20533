"""The comparison keys: what counts as the same address or name."""

import pyarrow as pa
import pytest

from orchestration.ingest.entities import EntitySpec, load_entities
from orchestration.ingest.normalise.derived import derived_columns
from orchestration.ingest.normalise.email import (
    email_key,
    email_key_of_recipient,
    email_loose_key,
    email_status,
)
from orchestration.ingest.normalise.text import trim
from orchestration.ingest.normalise.url import without_personal_data


def _text(*values: str | None) -> pa.Array:
    return pa.array(values, pa.string())


@pytest.mark.parametrize(
    ("written", "key", "status"),
    [
        (" Taro@Example.COM ", "taro@example.com", "valid"),
        ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｃｏｍ", "taro@example.com", "valid"),
        ("a.b+c@sub.example.co.jp", "a.b+c@sub.example.co.jp", "valid"),
        ("a..b@docomo.ne.jp", "a..b@docomo.ne.jp", "legacy_jp"),
        ("a.@ezweb.ne.jp", "a.@ezweb.ne.jp", "legacy_jp"),
        ('"a..b"@docomo.ne.jp', "a..b@docomo.ne.jp", "legacy_jp"),
        ('"taro"@example.com', "taro@example.com", "valid"),
        ('"ta\\"ro"@example.com', '"ta\\"ro"@example.com', "invalid"),
        ("ab@docomo.ne.jp", "ab@docomo.ne.jp", "valid"),
        ("a..b@example.com", "a..b@example.com", "invalid"),
        ("x1@pc.fw.rakuten.ne.jp", "x1@pc.fw.rakuten.ne.jp", "relay"),
        ("x1@marketplace.amazon.co.jp", "x1@marketplace.amazon.co.jp", "relay"),
        ("x1@dm.fw.rakuten.ne.jp", "x1@dm.fw.rakuten.ne.jp", "relay"),
        ("x1@marketplace.amazon.co.uk", "x1@marketplace.amazon.co.uk", "relay"),
        ("x1@marketplace.amazon.de", "x1@marketplace.amazon.de", "relay"),
        ("x1@mail.shopping.yahoo.co.jp", "x1@mail.shopping.yahoo.co.jp", "relay"),
        ("x1@yahoo.co.jp", "x1@yahoo.co.jp", "valid"),
        ("x1@amazon.co.jp", "x1@amazon.co.jp", "valid"),
        ("x1@pcxfw.rakuten.ne.jp", "x1@pcxfw.rakuten.ne.jp", "valid"),
        ("a@localhost", "a@localhost", "invalid"),
        ("a b", "ab", "invalid"),
        ("l" * 65 + "@example.com", "l" * 65 + "@example.com", "invalid"),
        (" ", None, None),
        (None, None, None),
    ],
)
def test_email_has_a_key_and_a_status(
    written: str | None, key: str | None, status: str | None
) -> None:
    keys = email_key(_text(written))

    assert keys.to_pylist() == [key]
    assert email_status(keys).to_pylist() == [status]


def test_recipient_has_a_key_only_when_it_is_an_address() -> None:
    recipients = _text("A@example.com", "U206d25c2ea6bd87c17655609a1c37cb8", None)

    assert email_key_of_recipient(recipients).to_pylist() == ["a@example.com", None, None]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("/a?email=a@example.com&x=1", "/a?email=&x=1"),
        ("/a?x=1&Tel=0312345678#top", "/a?x=1&Tel=#top"),
        ("/a?q=taro%40example.com", "/a?q="),
        ("/a?utm_source=mail&product_name=x", "/a?utm_source=mail&product_name=x"),
        ("/@team?q=tea", "/@team?q=tea"),
        ("/a?eid=send-1.b92478039e1eb6a9&x=1", "/a?eid=&x=1"),
        ("/a?eid=spring", "/a?eid=spring"),
        (None, None),
    ],
)
def test_url_loses_the_personal_values_of_its_query(written: str | None, kept: str | None) -> None:
    assert without_personal_data(_text(written)).to_pylist() == [kept]


def test_trim_makes_blank_text_nothing() -> None:
    assert trim(_text(" 　x y　\n", " 　\t", "", None)).to_pylist() == ["x y", None, None, None]


@pytest.mark.parametrize("spec", load_entities().values(), ids=lambda spec: spec.name)
def test_every_derived_column_of_every_entity_is_computed(spec: EntitySpec) -> None:
    empty = {field.name: pa.nulls(0, field.type) for field in spec.payload_schema}

    found = derived_columns(spec, empty)

    assert set(found) == {c.name for c in spec.columns if c.derived}


@pytest.mark.parametrize(
    ("written", "loose"),
    [
        ("T.aro+x@googlemail.com", "taro@gmail.com"),
        ("ta.ro@gmail.com", "taro@gmail.com"),
        ("taro+shop@outlook.com", "taro@outlook.com"),
        # Other providers give dots and plus signs to different people.
        ("ta.ro+shop@example.com", "ta.ro+shop@example.com"),
        ("taro-shop@yahoo.co.jp", "taro-shop@yahoo.co.jp"),
        ("a..b@docomo.ne.jp", "a..b@docomo.ne.jp"),
        ("+x@gmail.com", "+x@gmail.com"),
        ("x1@pc.fw.rakuten.ne.jp", None),
        ("no address", None),
        (None, None),
    ],
)
def test_email_has_a_loose_key_only_as_its_provider_reads_it(
    written: str | None, loose: str | None
) -> None:
    keys = email_key(_text(written))

    assert email_loose_key(keys, email_status(keys)).to_pylist() == [loose]


def test_email_domain_in_japanese_is_the_one_of_the_mail_system() -> None:
    keys = email_key(_text("Taro@日本語.JP", "taro@xn--wgv71a119e.jp"))

    assert keys.to_pylist() == ["taro@xn--wgv71a119e.jp"] * 2
    assert email_status(keys).to_pylist() == ["valid", "valid"]
