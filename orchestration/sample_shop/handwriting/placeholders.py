"""What stands in a field when nobody had anything to put there."""

from random import Random

from orchestration.sample_shop.weighted import Weighted

SHOP_PHONE = "03-5550-0142"
STAFF_MAILBOX = "no-reply@shop.example.jp"
"""The address that the staff type when they take an order by telephone."""

_PHONES = Weighted(
    [
        (SHOP_PHONE, 4),
        ("000-0000-0000", 2),
        ("090-0000-0000", 2),
        ("0120-000-000", 1),
        ("03-0000-0000", 1),
    ]
)


def draw_placeholder_phone(rng: Random) -> str:
    """Give a number that is nobody's, or the shop's own."""
    return _PHONES.pick(rng)
