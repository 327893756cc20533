"""Refusals after which a vendor will never take a message for the address again."""

from collections.abc import Mapping

from reverse_etl.channel import Item

REASONS = {
    "opted_out": "unsubscribed",
    "invalid_number": "invalid",
    "landline": "invalid",
    "not_mobile": "invalid",
}
"""Code of a channel → the reason for which the address is suppressed from then on."""


def lasting(items: Mapping[str, Item], codes: Mapping[str, str]) -> dict[str, str]:
    """Give address → reason for the people whose code is a lasting one."""
    return {items[p].key: REASONS[code] for p, code in codes.items() if code in REASONS}
