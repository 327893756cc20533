"""What the channels of advertising platforms share: their settings and their broken connections."""

import importlib.util
import re
from collections.abc import Mapping, Sequence
from typing import Annotated

import requests
import urllib3.exceptions
from pydantic import StringConstraints

from reverse_etl.channel import Outcome
from reverse_etl.vendors.answers import Answer, judge_fault

AccountId = Annotated[str, StringConstraints(pattern=r"^([0-9]{1,20}|[A-Z][A-Z0-9_]{0,62})$")]
"""The digits of an account or audience, or the name of the setting that holds them."""
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
UNSENT = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NameResolutionError,
)


def account_digits(setting: str, secrets: Mapping[str, str]) -> str:
    """Give the digits that an option names, empty where they are not given."""
    digits = setting if setting.isdigit() else secrets.get(setting, "")
    return digits if re.fullmatch(r"[0-9]{1,20}", digits) else ""


def first_missing(
    packages: Sequence[str], secrets: Sequence[tuple[str, str]], ids: Sequence[tuple[str, str]]
) -> str | None:
    """Say the first thing that is not there: a package, a (name, value) of a secret or an id."""
    for package in packages:
        if not _is_installed(package):
            return f"the package {package} is not installed; run pip install 'enishi[ads]'"
    for name, value in secrets:
        if not value:
            return f"{name} is not set; the plan was made and nothing was sent"
    for name, value in ids:
        if not value:
            return f"{name} is not set to digits; the plan was made and nothing was sent"
    return None


def _is_installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:
        return False


def judge_request_fault(error: requests.RequestException) -> Answer:
    """Judge a connection that broke under requests: before anything was sent, or maybe after."""
    if isinstance(error, requests.TooManyRedirects):
        return Answer(Outcome.DENIED, "redirect")
    inner = getattr(error.args[0], "reason", error.args[0]) if error.args else error
    if isinstance(inner, UNSENT):
        return Answer(Outcome.REFUSED, type(inner).__name__)
    if isinstance(inner, urllib3.exceptions.SSLError) and inner.args:
        return judge_fault(inner.args[0])
    return Answer(Outcome.UNKNOWN, type(inner).__name__)
