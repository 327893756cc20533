"""The comparison key of a person's name."""

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.ingest.normalise.text import compatible, without_blanks


def name_key(family: pa.Array, given: pa.Array) -> pa.Array:
    """Family and given name in NFKC and lower case without blanks; null without any name."""
    whole = pc.binary_join_element_wise(
        family, given, "", null_handling="replace", null_replacement=""
    )
    return without_blanks(pc.utf8_lower(compatible(whole)))
