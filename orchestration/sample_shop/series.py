"""Series of random numbers, each its own by name, so that no part disturbs another."""

from random import Random


def number_series(seed: int, name: str) -> Random:
    """Give the series of that name; the same for the same seed, for samples and never secrets."""
    return Random(f"{seed}/{name}")  # noqa: S311  samples, no secrets
