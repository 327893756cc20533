"""Identifiers that a person may recognise and nobody can use: t***@e***.com, 090****1234, 山*."""

from __future__ import annotations

from collections.abc import Callable, Mapping


def mask_email(value: str) -> str:
    """The first letters of mailbox and domain, and the last part of the domain."""
    mailbox, _, domain = value.rpartition("@")
    host, _, ending = domain.rpartition(".")
    return f"{mailbox[:1]}***@{host[:1]}***.{ending}" if mailbox and host else mask_text(value)


def mask_phone(value: str) -> str:
    """The first three and the last four digits of a number, in Japan as it is dialled there."""
    digits = "0" + value.removeprefix("+81") if value.startswith("+81") else value
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) > 8 else mask_text(value)


def mask_name(value: str) -> str:
    """The first letter of a name."""
    return f"{value[:1]}*"


def mask_date(value: str) -> str:
    """The decade of a date."""
    return f"{value[:3]}*-**-**"


def mask_address(value: str) -> str:
    """The first three digits of the postal code."""
    return f"{value[:3]}****"


def mask_text(value: str) -> str:
    """The first letter of anything else."""
    return f"{value[:1]}***"


MASKS: Mapping[str, Callable[[str], str]] = {
    "email_key": mask_email,
    "phone_key": mask_phone,
    "kana_key": mask_name,
    "name_key": mask_name,
    "name_loose_key": mask_name,
    "romaji_key": mask_name,
    "birth_key": mask_date,
    "address_key": mask_address,
    "postal_key": mask_address,
    "line_user_id": mask_text,
    "company_key": mask_name,
}
"""Identifying columns of int_identity__records, in the order in which they are shown."""


def masked(column: str, value: object) -> str:
    """A value of an identifying column, masked."""
    return MASKS[column](str(value))
