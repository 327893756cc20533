"""The ways a row can be broken, and the reason each of them is refused for.

A broken row is always an extra row with ids of its own. Where a file holds rows of several
entities, a fault breaks the row for each of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

IMPOSSIBLE_DAY = "2025-02-30 10:00:00"


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to break a row.

    `reasons` maps an entity to (reason, column); a structural fault names only `structure`,
    which holds for every entity of the feed. `cuts` is the number of fields lost at the end,
    or for a line the sign to cut it short.
    """

    changes: Mapping[str, object] = field(default_factory=dict)
    reasons: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    structure: str = ""
    cuts: int = 0

    def reasons_for(self, entities: tuple[str, ...]) -> dict[str, str]:
        """Give the reason the row is refused for, by entity."""
        if self.structure:
            return dict.fromkeys(entities, self.structure)
        return {entity: reason for entity, (reason, _) in self.reasons.items()}

    def column_of(self, entity: str) -> str | None:
        """Give the column at fault, None when the row as a whole is."""
        return self.reasons[entity][1] if entity in self.reasons else None


def one_column(entity: str, column: str, value: object, reason: str) -> Fault:
    """Give the fault of a bad value in one column."""
    return Fault(changes={column: value}, reasons={entity: (reason, column)})


LOST_FIELDS = Fault(structure="wrong_field_count", cuts=3)
BROKEN_JSON = Fault(structure="bad_json", cuts=1)
BROKEN_LOG_LINE = Fault(structure="bad_log_line", cuts=1)

EC_CUBE_ORDERS = (
    LOST_FIELDS,
    Fault(
        changes={"注文ID": ""},
        reasons={
            "orders": ("missing_value", "注文ID"),
            "order_lines": ("missing_value", "注文ID"),
        },
    ),
    Fault(
        changes={"受注日": IMPOSSIBLE_DAY, "個数": "二"},
        reasons={
            "orders": ("bad_timestamp", "受注日"),
            "order_lines": ("bad_integer", "個数"),
        },
    ),
    Fault(
        changes={
            "対応状況(ID)": "99",
            "対応状況(名称)": "不明",
            "明細区分(ID)": "99",
            "明細区分(名称)": "不明",
        },
        reasons={
            "orders": ("not_allowed", "対応状況(ID)"),
            "order_lines": ("not_allowed", "明細区分(ID)"),
        },
    ),
    Fault(
        changes={"合計": "一万円", "支払合計": "一万円", "価格": "千円"},
        reasons={
            "orders": ("bad_decimal", "支払合計"),
            "order_lines": ("bad_decimal", "価格"),
        },
    ),
    Fault(
        changes={"小計": "-100", "税率": "800"},
        reasons={
            "orders": ("out_of_range", "小計"),
            "order_lines": ("out_of_range", "税率"),
        },
    ),
)
EC_CUBE_SHIPPING = (
    LOST_FIELDS,
    one_column("shipments", "出荷ID", "", "missing_value"),
    one_column("shipments", "発送日", IMPOSSIBLE_DAY, "bad_timestamp"),
)
EC_CUBE_MEMBERS = (
    LOST_FIELDS,
    one_column("customers", "会員ID", "", "missing_value"),
    one_column("customers", "登録日", "令和7年春", "bad_timestamp"),
    one_column("customers", "誕生日", "1985-13-01", "bad_date"),
    Fault(
        changes={"会員ステータス(ID)": "9", "会員ステータス(名称)": "不明"},
        reasons={"customers": ("not_allowed", "会員ステータス(ID)")},
    ),
)
MALL_ORDERS = (
    LOST_FIELDS,
    Fault(
        changes={"注文番号": "", "発送日時": "", "お荷物伝票番号": ""},
        reasons={
            "orders": ("missing_value", "注文番号"),
            "order_lines": ("missing_value", "注文番号"),
        },
    ),
    Fault(
        changes={
            "注文日時": "2025/13/01 10:00:00",
            "単価": "千円",
            "発送日時": "",
            "お荷物伝票番号": "",
        },
        reasons={
            "orders": ("bad_timestamp", "注文日時"),
            "order_lines": ("bad_decimal", "単価"),
        },
    ),
    Fault(
        changes={
            "注文ステータス": "保留",
            "個数": "二",
            "発送日時": "",
            "お荷物伝票番号": "",
        },
        reasons={
            "orders": ("not_allowed", "注文ステータス"),
            "order_lines": ("bad_integer", "個数"),
        },
    ),
    Fault(
        changes={
            "クーポン利用額": "-300",
            "単価": "-500",
            "発送日時": "",
            "お荷物伝票番号": "",
        },
        reasons={
            "orders": ("out_of_range", "クーポン利用額"),
            "order_lines": ("out_of_range", "単価"),
        },
    ),
)
CARRIER = (
    LOST_FIELDS,
    one_column("shipments", "お問い合わせ番号", "", "missing_value"),
    one_column("shipments", "発送日時", IMPOSSIBLE_DAY, "bad_timestamp"),
)
CONSENTS = (
    LOST_FIELDS,
    one_column("consents", "consent_id", "", "missing_value"),
    one_column("consents", "channel", "fax", "not_allowed"),
    one_column("consents", "action", "maybe", "not_allowed"),
    one_column("consents", "occurred_at", "last spring", "bad_timestamp"),
)
INQUIRIES = (
    one_column("inquiries", "問い合わせID", "", "missing_value"),
    one_column("inquiries", "受付日時", IMPOSSIBLE_DAY, "bad_timestamp"),
)
WEB_EVENTS = (
    BROKEN_JSON,
    one_column("web_events", "event_id", None, "missing_value"),
    one_column("web_events", "timestamp", "yesterday", "bad_timestamp"),
    one_column("web_events", "url", {"path": "/"}, "bad_shape"),
)
ACCESS_LOG = (BROKEN_LOG_LINE,)
MAIL_EVENTS = (
    one_column("message_events", "sg_event_id", None, "missing_value"),
    one_column("message_events", "timestamp", "soon", "bad_timestamp"),
    one_column("message_events", "email", {"address": None}, "bad_shape"),
)
LINE_EVENTS = (
    one_column("message_events", "webhookEventId", None, "missing_value"),
    one_column("message_events", "timestamp", "soon", "bad_timestamp"),
)
