"""The signed token of a link in a mail: made by the shop, and by nobody else."""

import pytest

from reverse_etl.click_token import sign_send_id, verified_send_id

KEY = "a key for tests"
# printf %s send-000000000001 | openssl dgst -sha256 -hmac "a key for tests"
DIGEST = "b92478039e1eb6a9bd40638a7a340fda3b533f0c4b01cee052f394de02da472e"
TOKEN = f"send-000000000001.{DIGEST[:16]}"


def test_token_is_the_send_id_and_the_start_of_its_hmac() -> None:
    assert sign_send_id("send-000000000001", KEY) == TOKEN


@pytest.mark.parametrize("send_id", ["send-000000000001", "a.b", "送信 1", "x" * 300])
def test_token_gives_its_send_id_back(send_id: str) -> None:
    assert verified_send_id(sign_send_id(send_id, KEY), KEY) == send_id


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="empty"),
        pytest.param(".", id="dot"),
        pytest.param("send-000000000001", id="no signature"),
        pytest.param(f"send-000000000002.{DIGEST[:16]}", id="signature of another message"),
        pytest.param(f"send-000000000001.{DIGEST[:15]}", id="one digit short"),
        pytest.param(f"send-000000000001.{DIGEST[:17]}", id="one digit more"),
        pytest.param(TOKEN[:-1] + "８", id="full-width digit"),
        pytest.param(f"send-000000000001.{DIGEST[:16].upper()}", id="upper case"),
    ],
)
def test_token_gives_nothing_when_the_shop_did_not_sign_it(token: str) -> None:
    assert verified_send_id(token, KEY) is None


def test_token_gives_nothing_when_its_send_id_is_empty() -> None:
    assert verified_send_id(sign_send_id("", KEY), KEY) is None


def test_token_gives_nothing_when_it_was_signed_with_another_key() -> None:
    assert verified_send_id(TOKEN, "another key") is None
