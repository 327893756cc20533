"""The ways a row can be broken, and the reason each of them is refused for.

A broken row is always an extra row with ids of its own. Where a file holds rows of several
entities a fault breaks the row for each of them, so that no half of it gets through; the reason
told is that of the first entity.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

IMPOSSIBLE_DAY = "2025-02-30 10:00:00"


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to break a row.

    `column` is the one at fault, None when the row as a whole is. `cuts` is the number of
    fields lost at the end, or for a line the sign to cut it short.
    """

    reason: str
    column: str | None = None
    changes: Mapping[str, object] = field(default_factory=dict)
    cuts: int = 0


def one_column(column: str, value: object, reason: str) -> Fault:
    """Give the fault of a bad value in one column."""
    return Fault(reason, column, {column: value})


LOST_FIELDS = Fault("wrong_field_count", cuts=3)
BROKEN_JSON = Fault("bad_json", cuts=1)
BROKEN_LOG_LINE = Fault("bad_log_line", cuts=1)

EC_CUBE_ORDERS = (
    LOST_FIELDS,
    Fault("missing_value", "注文ID", {"注文ID": ""}),
    Fault("bad_timestamp", "受注日", {"受注日": IMPOSSIBLE_DAY, "個数": "二"}),
    Fault(
        "not_allowed",
        "対応状況(ID)",
        {
            "対応状況(ID)": "99",
            "対応状況(名称)": "不明",
            "明細区分(ID)": "99",
            "明細区分(名称)": "不明",
        },
    ),
    Fault("bad_decimal", "支払合計", {"合計": "一万円", "支払合計": "一万円", "価格": "千円"}),
    Fault("out_of_range", "小計", {"小計": "-100", "税率": "800"}),
)
EC_CUBE_SHIPPING = (
    LOST_FIELDS,
    one_column("出荷ID", "", "missing_value"),
    one_column("発送日", IMPOSSIBLE_DAY, "bad_timestamp"),
)
EC_CUBE_MEMBERS = (
    LOST_FIELDS,
    one_column("会員ID", "", "missing_value"),
    one_column("登録日", "令和7年春", "bad_timestamp"),
    one_column("誕生日", "1985-13-01", "bad_date"),
    Fault(
        "not_allowed",
        "会員ステータス(ID)",
        {"会員ステータス(ID)": "9", "会員ステータス(名称)": "不明"},
    ),
)
MALL_ORDERS = (
    LOST_FIELDS,
    Fault("missing_value", "注文番号", {"注文番号": "", "発送日時": "", "お荷物伝票番号": ""}),
    Fault(
        "bad_timestamp",
        "注文日時",
        {
            "注文日時": "2025/13/01 10:00:00",
            "単価": "千円",
            "発送日時": "",
            "お荷物伝票番号": "",
        },
    ),
    Fault(
        "not_allowed",
        "注文ステータス",
        {
            "注文ステータス": "保留",
            "個数": "二",
            "発送日時": "",
            "お荷物伝票番号": "",
        },
    ),
    Fault(
        "out_of_range",
        "クーポン利用額",
        {
            "クーポン利用額": "-300",
            "単価": "-500",
            "発送日時": "",
            "お荷物伝票番号": "",
        },
    ),
)
CARRIER = (
    LOST_FIELDS,
    one_column("お問い合わせ番号", "", "missing_value"),
    one_column("発送日時", IMPOSSIBLE_DAY, "bad_timestamp"),
)
CONSENTS = (
    LOST_FIELDS,
    one_column("consent_id", "", "missing_value"),
    one_column("channel", "fax", "not_allowed"),
    one_column("action", "maybe", "not_allowed"),
    one_column("occurred_at", "last spring", "bad_timestamp"),
)
INQUIRIES = (
    one_column("問い合わせID", "", "missing_value"),
    one_column("受付日時", IMPOSSIBLE_DAY, "bad_timestamp"),
)
WEB_EVENTS = (
    BROKEN_JSON,
    one_column("event_id", None, "missing_value"),
    one_column("timestamp", "yesterday", "bad_timestamp"),
    one_column("url", {"path": "/"}, "bad_shape"),
)
ACCESS_LOG = (BROKEN_LOG_LINE,)
MAIL_EVENTS = (
    one_column("sg_event_id", None, "missing_value"),
    one_column("timestamp", "soon", "bad_timestamp"),
    one_column("email", {"address": None}, "bad_shape"),
)
LINE_EVENTS = (
    one_column("webhookEventId", None, "missing_value"),
    one_column("timestamp", "soon", "bad_timestamp"),
)
