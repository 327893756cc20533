"""People who are friends of the shop on LINE."""

from dataclasses import dataclass
from random import Random

from orchestration.sample_shop.accounts import Access
from orchestration.sample_shop.people import Habit, Person
from orchestration.sample_shop.shop_calendar import DAY
from orchestration.sample_shop.world import World

LINKED_SHARE = 0.7
"""Share of friends with an account who link it."""
SECOND_LINKED_SHARE = 0.5
"""Share of those with a second account who link that, too."""
ANSWERS_PER_YEAR = 2.0
POSTBACK_SHARE = 0.5
"""Share of answers that are taps on the menu; the others are written."""
REDELIVERED_SHARE = 0.03
MESSAGE_TEXTS = ("在庫はありますか", "ありがとうございます", "届くのはいつですか", "こんにちは")


@dataclass(frozen=True, slots=True)
class LineEvent:
    """One event of LINE's webhook; `member_id` is the nonce of an account link."""

    kind: str
    moment: int
    event_no: int
    user_id: str
    member_id: str = ""
    text: str = ""
    is_redelivery: bool = False


@dataclass(frozen=True, slots=True)
class Friendship:
    """A person's history on LINE; `linked` and `blocked` None when it never happened.

    `linked` is when the first account was linked; a second account may follow.
    """

    user_id: str
    followed: int
    linked: int | None
    blocked: int | None
    events: tuple[LineEvent, ...]


def befriend(person: Person, access: Access, world: World, rng: Random) -> Friendship | None:
    """Give the person's friendship with the shop, None without one."""
    end = world.calendar.end
    can_meet = person.habit not in {Habit.MALL, Habit.NEWSLETTER_LEAD}
    if not can_meet or rng.random() >= world.behaviour.line_friend_share:
        return None
    followed = person.joined + rng.randint(600, 60 * DAY)
    if followed >= end:
        return None
    user_id = f"U{rng.getrandbits(128):032x}"
    linked = _linked(access, followed, rng)
    blocked = followed + rng.randint(5, 400) * DAY
    is_blocked = rng.random() < world.behaviour.line_block_share and blocked < end
    last = blocked if is_blocked else end
    moments = [("follow", followed, "")]
    moments += [
        ("accountLink", moment, member_id)
        for member_id, moment in _links(access, linked, rng)
        if moment < last
    ]
    moments += [(_answer(rng), moment, "") for moment in _answers(followed, last, rng)]
    if is_blocked:
        moments.append(("unfollow", blocked, ""))
    events = [
        _event(kind, moment, user_id, member_id, world, rng) for kind, moment, member_id in moments
    ]
    return Friendship(
        user_id=user_id,
        followed=followed,
        linked=linked if linked is not None and linked < last else None,
        blocked=blocked if is_blocked else None,
        events=tuple(events),
    )


def _answer(rng: Random) -> str:
    return "postback" if rng.random() < POSTBACK_SHARE else "message"


def _linked(access: Access, followed: int, rng: Random) -> int | None:
    if not access.accounts or rng.random() >= LINKED_SHARE:
        return None
    return max(followed, access.accounts[0].registered) + rng.randint(60, 2 * DAY)


def _links(access: Access, linked: int | None, rng: Random) -> list[tuple[str, int]]:
    """Give each account that is linked, and when."""
    if linked is None:
        return []
    first, *others = access.accounts
    links = [(first.member_id, linked)]
    for account in others:
        if rng.random() < SECOND_LINKED_SHARE:
            moment = max(linked, account.registered) + rng.randint(60, 2 * DAY)
            links.append((account.member_id, moment))
    return links


def _answers(first: int, last: int, rng: Random) -> list[int]:
    moments = []
    moment = first + int(rng.expovariate(ANSWERS_PER_YEAR / 365) * DAY)
    while moment < last:
        moments.append(moment)
        moment += int(rng.expovariate(ANSWERS_PER_YEAR / 365) * DAY) + 60
    return moments


def _event(
    kind: str, moment: int, user_id: str, member_id: str, world: World, rng: Random
) -> LineEvent:
    return LineEvent(
        kind=kind,
        moment=moment,
        event_no=next(world.numbers.line_events),
        user_id=user_id,
        member_id=member_id,
        text=rng.choice(MESSAGE_TEXTS) if kind == "message" else "",
        is_redelivery=rng.random() < REDELIVERED_SHARE,
    )
