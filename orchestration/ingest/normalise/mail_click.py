"""Which mail a page was opened from, where its address carries a token that the shop signed."""

from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc

from reverse_etl.click_token import PARAMETER, verified_send_id

_TOKEN = rf"[?&;]{PARAMETER}=(?P<token>[^&;#]*)"


def mail_send_id(urls: pa.Array, click_key: str | None) -> pa.Array:
    """The send id of each address whose token is signed with the key; null for all the others.

    Without a key no token is known.
    """
    if click_key is None:
        return pa.nulls(len(urls), pa.string())
    tokens = pc.struct_field(pc.extract_regex(urls, _TOKEN), "token").dictionary_encode()
    send_ids = [verified_send_id(unquote(token), click_key) for token in tokens.dictionary.tolist()]
    return pa.array(send_ids, pa.string()).take(tokens.indices)
