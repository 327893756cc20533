"""A browser that stands in the shop for everybody: many log in on it, one after the other."""

from dataclasses import dataclass, field
from itertools import count
from random import Random

from orchestration.sample_shop.devices import Device
from orchestration.sample_shop.shop_calendar import DAY

KIOSK = Device(
    anonymous_id="00000000c1057001",
    user_agent=(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
        "(KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
    ),
    ip_address="198.18.0.1",
)
FIRST_HOLDERS = 150
ONE_IN_FIRST = 15
ONE_IN_LATER = 65
MOST_COMERS = 1_000
"""Every nth account holder comes, of the first of them more; a thousand at most."""
OPENS = 9 * 3600
SLOT_SECONDS = 90 * 60
SLOTS = 8
"""A visit has a slot of the day to itself, so that the next one is a session of its own."""
LATE_SECONDS = 600
TRIES = 10
STRANGER_SHARE = 0.5


@dataclass(slots=True)
class Kiosk:
    """Knows who came and which slots are taken; persons come in their order."""

    _holders: "count[int]" = field(default_factory=lambda: count(1))
    _comers: int = 0
    _taken: set[int] = field(default_factory=set)

    def welcomes(self) -> bool:
        """Whether the next account holder is one of those who come."""
        holder = next(self._holders)
        one_in = ONE_IN_FIRST if holder <= FIRST_HOLDERS else ONE_IN_LATER
        comes = holder % one_in == 0 and self._comers < MOST_COMERS
        self._comers += comes
        return comes

    def free_moment(self, first_day: int, days: int, rng: Random) -> int | None:
        """Give the start of a slot from `first_day` on and keep it; None when it is crowded."""
        for _ in range(TRIES if first_day < days else 0):
            slot = rng.randrange(first_day, days) * SLOTS + rng.randrange(SLOTS)
            if slot not in self._taken:
                self._taken.add(slot)
                day, place = divmod(slot, SLOTS)
                return day * DAY + OPENS + place * SLOT_SECONDS + rng.randrange(LATE_SECONDS)
        return None
