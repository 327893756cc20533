"""The browsers people use, and the programs that are no people."""

from dataclasses import dataclass
from random import Random

from orchestration.sample_shop.weighted import Weighted

_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"

USER_AGENTS = Weighted(
    [
        (f"{_IPHONE} (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1", 42),
        (f"{_IPHONE} Mobile/15E148 Safari Line/15.8.0", 6),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/139.0.0.0 Mobile Safari/537.36",
            24,
        ),
        (
            f"{_WINDOWS} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
            18,
        ),
        (f"{_WINDOWS} Gecko/20100101 Firefox/142.0", 3),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/18.5 Safari/605.1.15",
            7,
        ),
    ]
)
BOT_AGENTS = Weighted(
    [
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", 5),
        ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", 3),
        ("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", 2),
    ]
)


@dataclass(frozen=True, slots=True)
class Device:
    """One browser: the id it is given by the shop, how it names itself, where it calls from."""

    anonymous_id: str
    user_agent: str
    ip_address: str


def draw_device(rng: Random) -> Device:
    """Give a person's browser; its address lies in a range kept for measurements (RFC 2544)."""
    return _device(USER_AGENTS.pick(rng), rng)


def draw_bot(rng: Random) -> Device:
    """Give a crawler."""
    return _device(BOT_AGENTS.pick(rng), rng)


def _device(user_agent: str, rng: Random) -> Device:
    return Device(
        anonymous_id=f"{rng.getrandbits(64):016x}",
        user_agent=user_agent,
        ip_address=f"198.{rng.randint(18, 19)}.{rng.randint(0, 255)}.{rng.randint(1, 254)}",
    )
