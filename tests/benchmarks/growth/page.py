"""The figures of growth in docs/benchmarks.md, and their picture: see __main__.py.

`python -m tests.benchmarks.growth.page HOME` writes both from the sizes that are kept there.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.growth.figures import Figures, kept
from tests.benchmarks.growth.picture import picture

DOCS = Path(__file__).parents[3] / "docs"
BEGIN, END = "<!-- growth: begin -->", "<!-- growth: end -->"
STAGES = {
    "stage1": "dbt: staging, identity edges",
    "resolve": "resolve persons",
    "stage2": "dbt: marts",
    "predict": "predictions",
    "stage3": "dbt: segments, policy",
}
PARTS = {"build": "the build", "by_hand": "by hand", "next_day": "the next day"}
_HEAD = "| persons | phase | seconds | CPU seconds | peak MB | MB written |"


def write_page(figures: Figures) -> None:
    """Put the figures of a study into the page, and draw them."""
    page = DOCS / "benchmarks.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    text = "\n".join(_lines(figures))
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
    (DOCS / "images" / "growth.svg").write_text(picture(figures), encoding="utf-8")


def _lines(figures: Figures) -> Iterator[str]:
    largest = figures["sizes"][-1]
    machine, original = largest["machine"], largest["original"]
    yield (
        f"{machine['cores']} cores, {machine['system']}, Python {machine['python']}, "
        f"DuckDB {machine['duckdb']}, dbt {machine['dbt']}; load average at the end "
        f"{machine['load_average']:.1f}. Generated and ingested: {original['persons']:,} persons, "
        f"{original['rows']:,} rows."
    )
    yield from ("", "![Seconds over persons](images/growth.svg)", "")
    yield from (_HEAD, "|---:|---|" + "---:|" * 4)
    for phase in ("generate", "ingest"):
        yield _row(original["persons"], phase, original[phase])
    for size in figures["sizes"]:
        yield _row(size["persons"], "copy the lake", size["copy"])
        for stage, title in STAGES.items():
            yield _row(size["persons"], title, size["stages"][stage])
        for part, title in PARTS.items():
            yield _row(size["persons"], f"**{title}**", size[part])
    yield from ("", "| persons | found | build / by hand | in CPU seconds | next day / build |")
    yield "|---:|" + "---:|" * 4
    for size in figures["sizes"]:
        yield (
            f"| {size['persons']:,} | {size['persons_found']:,} | {size['ratio']:.2f} "
            f"| {size['cpu_ratio']:.2f} | {size['share_of_next_day']:.2f} |"
        )
    yield ""
    for part, title in PARTS.items() if figures["exponents"] else ():
        wall, processor = (
            figures["exponents"][f"{part}, {unit}"] for unit in ("seconds", "cpu_seconds")
        )
        yield (
            f"- Growth of {title}: persons to the power of **{wall:.2f}** "
            f"({processor:.2f} in CPU seconds)."
        )
    unequal = len(largest["tables_that_differ"])
    nodes = ", ".join(f"`{name}` {value:.0f} s" for name, value in largest["slowest_nodes"].items())
    yield (
        f"- {largest['tables_compared']} published tables compared at {largest['persons']:,} "
        f"persons, {unequal} differ."
    )
    yield f"- The slowest dbt nodes there: {nodes}."


def _row(persons: int, title: str, cost: dict[str, float]) -> str:
    columns = ("seconds", "cpu_seconds", "peak_mb", "written_mb")
    return (
        f"| {persons:,} | {title} | " + " | ".join(f"{cost[name]:,.0f}" for name in columns) + " |"
    )


if __name__ == "__main__":
    write_page(kept(Path(sys.argv[1])))
