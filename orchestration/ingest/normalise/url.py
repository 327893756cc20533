"""Page addresses without the personal data that forms leave in their query strings."""

import pyarrow as pa
import pyarrow.compute as pc

from reverse_etl.click_token import PARAMETER, SIGNATURE_DIGITS

URL_COLUMNS = frozenset({"page_url", "referrer", "url"})
"""The canonical columns that hold a page address."""

_PERSONAL_NAME = (
    r"(?i)([?&;](?:e-?mail|mail|tel|phone|name|(?:first|last|family|given|user)_?name|address"
    r"|zip|postal_?code|birth\w*|password|token)=)[^&;#]*"
)
# Who holds a token of the shop's mails can pass for their readers.
_MAIL_TOKEN = rf"([?&;]{PARAMETER}=)[^&;#]*\.[0-9a-f]{{{SIGNATURE_DIGITS}}}"
_ADDRESS_VALUE = r"([?&;][^=&;#]*=)[^&;#]*(?:@|%40)[^&;#]*"


def without_personal_data(urls: pa.Array) -> pa.Array:
    """The addresses without the values of personal parameters, mail addresses and mail tokens."""
    named = pc.replace_substring_regex(urls, _PERSONAL_NAME, r"\1")
    named = pc.replace_substring_regex(named, _MAIL_TOKEN, r"\1")
    return pc.replace_substring_regex(named, _ADDRESS_VALUE, r"\1")
