"""The table of docs/harms.md."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "harms.md"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
ROWS = {
    "open_order": "a promotion while an order is open · 注文がまだ届いていないのに販促",
    "already_owned": "the product is already owned · もう持っている商品の販促",
    "over_cap": "over the cap of 1, 3 or 8 in 1, 7 or 30 days · 回数上限を超える",
    "after_opt_out": "after an opt-out · 配信停止のあと",
    "any": "any of them · いずれか",
}
COLUMNS = {
    "known": "Enishi, by what was known",
    "true": "Enishi, by the truth",
    "weekly": "newsletter to everybody on Fridays",
    "blast": "our messages, to everybody",
}


def write_page(counts: Mapping[str, Counter[str]], days: int, persons: int) -> None:
    """Put the figures of a run into the page."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    table = "\n".join(_lines(counts, days, persons))
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


def _lines(counts: Mapping[str, Counter[str]], days: int, persons: int) -> list[str]:
    lines = [
        f"{days} mornings, {persons} persons; harms per 1,000 promotions:",
        "",
        "| harm | " + " | ".join(COLUMNS.values()) + " |",
        "|---|" + "---:|" * len(COLUMNS),
    ]
    for harm, words in ROWS.items():
        cells = [f"{_rate(counts[name], harm):,.1f}" for name in COLUMNS]
        lines.append(f"| {words} | " + " | ".join(cells) + " |")
    sent = [f"{counts[name]['sent']:,}" for name in COLUMNS]
    return [*lines, "| promotions · 通数 | " + " | ".join(sent) + " |"]


def _rate(counts: Counter[str], harm: str) -> float:
    return 1000 * counts[harm] / counts["sent"] if counts["sent"] else 0.0
