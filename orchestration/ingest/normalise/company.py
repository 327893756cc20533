"""The comparison key of a company's name."""

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.ingest.normalise.characters import change
from orchestration.ingest.normalise.name import folding
from orchestration.ingest.normalise.text import compatible

# ㈱ and its like are (株) after NFKC; a one-letter short form counts only inside brackets.
_FORM = (
    r"(?:株式|有限|合同|合資|合名|相互|特定目的)会社"
    r"|(?:一般|公益|特例)?(?:社団|財団)法人"
    r"|(?:医療|学校|宗教|社会福祉|特定非営利活動|独立行政|国立大学|税理士|司法書士|弁護士|社会保険労務士)法人"
    r"|[(\[](?:株|有|同|資|名|相|社|財|医|学|宗|福|特非|独|一社|一財|公社|公財)[)\]]"
    r"|(?:co\.?,? ?ltd\.?|company,? limited|corporation|inc\.?|llc|k\.k\.)$"
)
_COURTESY = r"(?:御中|様)$"


def has_legal_form(values: pa.Array) -> pa.Array:
    """Whether a text names a company by its legal form, such as 株式会社 or ㈱."""
    return pc.fill_null(
        pc.match_substring_regex(compatible(values), _FORM, ignore_case=True), False
    )


def company_key(values: pa.Array) -> pa.Array:
    """The name without its legal form, wherever that stands, folded as names are.

    Null when nothing else is there.
    """
    text = pc.utf8_trim_whitespace(compatible(values))
    text = pc.replace_substring_regex(text, _COURTESY, "")
    text = pc.replace_substring_regex(pc.utf8_lower(text), _FORM, "")
    return change(text, *folding())
