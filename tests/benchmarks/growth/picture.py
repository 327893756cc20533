"""Seconds over persons as a picture: both axes in powers of ten, so that a power is a line."""

from collections.abc import Callable, Iterator
from math import ceil, floor, log10

from tests.benchmarks.growth.figures import Figures

WIDTH, HEIGHT = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 150, 30, 60
LINES = {
    "build": ("the build", "#b5402f"),
    "by_hand": ("by hand", "#2f6db5"),
    "next_day": ("the next day", "#3c8a4b"),
}
_FONT = 'font-family="sans-serif" font-size="13"'


def picture(figures: Figures) -> str:
    """An SVG of the seconds of each size, on a white ground so that dark pages show it, too."""
    return "\n".join(_elements(figures)) + "\n"


def _elements(figures: Figures) -> Iterator[str]:
    sizes = figures["sizes"]
    persons = [size["persons"] for size in sizes]
    seconds = [size[part]["seconds"] for size in sizes for part in LINES]
    across, up = _scale(persons, LEFT, WIDTH - RIGHT), _scale(seconds, HEIGHT - BOTTOM, TOP)
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {_FONT}>'
    yield "<title>Seconds of a build over the persons of the shop</title>"
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
    for tick in _powers(seconds):
        y = up(tick)
        yield f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:,.0f} s</text>'
    for tick in _powers(persons):
        x, y = across(tick), HEIGHT - BOTTOM
        yield f'<path d="M{x:.1f} {TOP}V{y}" stroke="#ddd"/>'
        yield f'<text x="{x:.1f}" y="{y + 20}" text-anchor="middle">{tick:,.0f}</text>'
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield f'<text x="{middle:.0f}" y="{HEIGHT - 14}" text-anchor="middle">persons</text>'
    for part, (title, colour) in LINES.items():
        points = [(across(size["persons"]), up(size[part]["seconds"])) for size in sizes]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
        yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>' for x, y in points)
        x, y = points[-1]
        label = f"{title} {sizes[-1][part]['seconds']:,.0f} s"
        yield f'<text x="{x + 10:.1f}" y="{y + 4:.1f}" fill="{colour}">{label}</text>'
    yield "</svg>"


def _powers(values: list[float]) -> list[float]:
    """The powers of ten around the values, two at least."""
    lowest = floor(log10(min(values)))
    return [10.0**power for power in range(lowest, max(ceil(log10(max(values))), lowest + 1) + 1)]


def _scale(values: list[float], start: float, end: float) -> Callable[[float], float]:
    """Where a value lies between two ends of an axis of powers of ten."""
    ticks = _powers(values)
    low, high = log10(ticks[0]), log10(ticks[-1])
    return lambda value: start + (log10(value) - low) / (high - low) * (end - start)
