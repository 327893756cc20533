"""Mail addresses as people write them, as servers want them and as one hash knows them."""

import pytest

from reverse_etl.addresses.mailbox import mailbox, rfc_mailbox
from reverse_etl.addresses.spelling import address_text

PAIRS = [
    ("a..b@docomo.ne.jp", '"a..b"@docomo.ne.jp'),
    (".a@ezweb.ne.jp", '".a"@ezweb.ne.jp'),
    ("a.@docomo.ne.jp", '"a."@docomo.ne.jp'),
    (".@docomo.ne.jp", '"."@docomo.ne.jp'),
]


@pytest.mark.parametrize(("plain", "quoted"), PAIRS)
def test_local_part_whose_dots_break_the_rules_stands_in_quotes(plain: str, quoted: str) -> None:
    assert rfc_mailbox(plain) == quoted


@pytest.mark.parametrize("plain", ["a.b@example.jp", "a@x..y.jp", "a@.x.jp", "taro@example.jp"])
def test_address_that_keeps_the_rules_before_the_at_gets_no_quotes(plain: str) -> None:
    assert rfc_mailbox(plain) == plain


@pytest.mark.parametrize(("plain", "quoted"), PAIRS)
def test_quoted_address_is_the_same_mailbox_and_the_same_hash(plain: str, quoted: str) -> None:
    assert mailbox(quoted) == mailbox(plain) == plain
    assert address_text(f" {quoted.upper()} ") == address_text(plain) == plain


@pytest.mark.parametrize("other", ['"a\\"b"@example.jp', '"a@b"@example.jp', '""@example.jp'])
def test_quotes_that_say_something_stay(other: str) -> None:
    assert address_text(other) == other
