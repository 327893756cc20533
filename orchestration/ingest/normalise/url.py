"""Page addresses without the personal data that forms leave in their query strings."""

import pyarrow as pa
import pyarrow.compute as pc

URL_COLUMNS = ("page_url", "referrer", "url")
"""The canonical columns that hold a page address."""

_PERSONAL_NAME = (
    r"(?i)([?&;](?:e-?mail|mail|tel|phone|name|(?:first|last|family|given|user)_?name|address"
    r"|zip|postal_?code|birth\w*|password|token)=)[^&;#]*"
)
_ADDRESS_VALUE = r"([?&;][^=&;#]*=)[^&;#]*(?:@|%40)[^&;#]*"


def without_personal_data(urls: pa.Array) -> pa.Array:
    """The addresses with the values of personal parameters, and all mail addresses, left out."""
    named = pc.replace_substring_regex(urls, _PERSONAL_NAME, r"\1")
    return pc.replace_substring_regex(named, _ADDRESS_VALUE, r"\1")
