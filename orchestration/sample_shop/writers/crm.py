"""The CRM's files: consents, inquiries and subscriptions."""

from orchestration.sample_shop import dirt
from orchestration.sample_shop.consenting import ConsentEvent
from orchestration.sample_shop.feeds import CsvFeed, CsvStyle, Landing, header
from orchestration.sample_shop.life import Life
from orchestration.sample_shop.service import Inquiry, Subscription
from orchestration.sample_shop.world import World

SOURCE = "crm"
JAPANESE = CsvStyle(encoding="cp932", line_end="\r\n")
CONSENTS = header(
    "consent_id,member_id,email,line_user_id,channel,purpose,action,legal_basis,form_version,"
    "source,occurred_at"
)
INQUIRIES = header("問い合わせID,会員ID,メールアドレス,経路,種別,受付日時,完了日時,更新日時")
SUBSCRIPTIONS = header(
    "定期ID,会員ID,商品ID,お届け間隔(日),開始日時,休止日時,解約日時,解約理由,更新日時"
)


class CrmWriter:
    """Writes what the shop's staff keep about people."""

    def __init__(self, landing: Landing, world: World) -> None:
        """Open the feeds."""
        self._calendar = world.calendar
        self._numbers = world.numbers
        self._consents = CsvFeed(
            landing,
            SOURCE,
            CONSENTS,
            style=CsvStyle(),
            keys=("consent_id",),
            faults=dirt.CONSENTS,
        )
        self._inquiries = CsvFeed(
            landing,
            SOURCE,
            INQUIRIES,
            style=JAPANESE,
            keys=("問い合わせID",),
            faults=dirt.INQUIRIES,
            spacing=(60, 110),
        )
        self._subscriptions = CsvFeed(landing, SOURCE, SUBSCRIPTIONS, style=JAPANESE)

    def write(self, life: Life) -> None:
        """Write a person's rows."""
        for event in life.consents:
            self._consents.write("consents.csv", self._consent(event))
        for inquiry in life.inquiries:
            self._inquiries.write("inquiries.csv", self._inquiry(inquiry))
        if life.subscription is not None:
            self._subscriptions.write("subscriptions.csv", self._subscription(life.subscription))

    def close(self) -> None:
        """Finish every file."""
        for feed in (self._consents, self._inquiries, self._subscriptions):
            feed.close()

    def _consent(self, event: ConsentEvent) -> list[str]:
        return [
            f"C{next(self._numbers.consents):08d}",
            event.member_id,
            event.email,
            event.line_user_id,
            event.channel,
            "marketing",
            event.action,
            event.legal_basis,
            event.form_version,
            event.collected_by,
            self._calendar.iso(event.moment),
        ]

    def _inquiry(self, inquiry: Inquiry) -> list[str]:
        return [
            inquiry.inquiry_id,
            inquiry.member_id,
            inquiry.email,
            inquiry.channel,
            inquiry.topic,
            self._calendar.stamp(inquiry.opened),
            self._stamp(inquiry.settled),
            self._calendar.stamp(inquiry.settled or inquiry.opened),
        ]

    def _subscription(self, subscription: Subscription) -> list[str]:
        return [
            subscription.subscription_id,
            subscription.member_id,
            str(subscription.product.product_id),
            str(subscription.cycle_days),
            self._calendar.stamp(subscription.started),
            self._stamp(subscription.paused),
            self._stamp(subscription.cancelled),
            subscription.cancel_reason,
            self._calendar.stamp(subscription.updated),
        ]

    def _stamp(self, moment: int | None) -> str:
        return "" if moment is None else self._calendar.stamp(moment)
