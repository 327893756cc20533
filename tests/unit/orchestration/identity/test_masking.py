"""Masked values: enough to recognise, not enough to use."""

import pytest

from orchestration.identity.masking import masked


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        ("email_key", "taro@example.com", "t***@e***.com"),
        ("email_key", "t@docomo.ne.jp", "t***@d***.jp"),
        ("email_key", "broken", "b***"),
        ("phone_key", "+819012341234", "090****1234"),
        ("phone_key", "+14155550123", "+14****0123"),
        ("phone_key", "+8112", "+***"),
        ("name_key", "山田太郎", "山*"),
        ("kana_key", "やまだたろう", "や*"),
        ("birth_key", "1984-05-06", "198*-**-**"),
        ("address_key", "1500001|1-2-3|405", "150****"),
        ("line_user_id", "U1234567890", "U***"),
    ],
)
def test_value_is_masked(column: str, value: str, shown: str) -> None:
    assert masked(column, value) == shown
