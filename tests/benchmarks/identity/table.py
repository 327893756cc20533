"""The scores as a page of the documentation and as lines on the terminal."""

from collections.abc import Sequence

from tests.benchmarks.identity.laboratory import Row

PRECISION_GOAL = 0.999
RECALL_GOAL = 0.985
_TITLES = {
    "baseline": "Without rules of ours",
    "all": "As shipped",
    "tier": "Without one tier",
    "rule": "Without one rule",
    "guard": "Without one guard, or several",
}
_HEAD = (
    "| | precision | recall | F1 | accounts: precision | recall | F1 | B³ F1 "
    "| persons | exact | mixed | largest |\n"
    "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
)
_PAGE = """\
# How well records become persons

`{command}`
writes this page: it generates the sample shop, ingests it, builds the candidate edges with dbt
and resolves {records:,} records of {persons:,} true persons, once as shipped and then
without one thing at a time. What dirt the sample holds is said in
[its handwriting](../orchestration/sample_shop/handwriting/written.py),
[its households](../orchestration/sample_shop/households.py) and
[its rates](../orchestration/sample_shop/behaviour.py).

Goal: precision of at least {precision} and recall of at least {recall} over pairs of records.
Found: precision **{found_precision:.5f}**, recall **{found_recall:.5f}**.

A rule or a guard that costs nothing when it alone is missing has another behind it; the last rows
take several away at once.

- **precision, recall, F1**: over pairs of records (customers and orders). A person with many orders
  weighs much in it.
- **accounts**: over pairs of accounts and guest orders, one record each. Nothing is won by knowing
  that an order belongs to its own account.
- **B³**: the mean over records of how much of the person is right.
- **persons**: found; there truly are {persons:,}. **exact**: true persons found whole and alone.
  **mixed**: found persons who hold records of several true ones. **largest**: records of the
  largest.
"""


def line(row: Row) -> str:
    """Give a row of the table."""
    score = row.score
    shares = [
        share
        for pairs in (score.records, score.accounts)
        for share in (pairs.precision, pairs.recall, pairs.f1)
    ]
    counts = (score.persons_found, score.persons_exact, score.persons_mixed, score.largest)
    cells = [f"{share:.5f}" for share in (*shares, score.b3_f1)]
    return f"| {row.name} | {' | '.join(cells)} | {' | '.join(f'{count:,}' for count in counts)} |"


def reaches_goal(row: Row) -> bool:
    """Whether precision and recall over pairs of records are as wanted."""
    pairs = row.score.records
    return pairs.precision >= PRECISION_GOAL and pairs.recall >= RECALL_GOAL


def page(rows: Sequence[Row], *, command: str) -> str:
    """Give the page with every table."""
    (shipped,) = [row for row in rows if row.group == "all"]
    parts = [
        _PAGE.format(
            command=command,
            records=shipped.score.record_count,
            persons=shipped.score.persons_true,
            precision=PRECISION_GOAL,
            recall=RECALL_GOAL,
            found_precision=shipped.score.records.precision,
            found_recall=shipped.score.records.recall,
        )
    ]
    for group, title in _TITLES.items():
        lines = [line(row) for row in rows if row.group == group]
        parts.append("\n".join([f"## {title}\n", _HEAD, *lines, ""]))
    return "\n".join(parts)
