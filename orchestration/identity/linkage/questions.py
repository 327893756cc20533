"""Scored pairs as questions to a person: one for each two groups that the rules keep apart."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.identity.linkage.cohesion import cohesive_groups
from orchestration.identity.linkage.explanation import explain
from orchestration.identity.linkage.model import DIFFERENT
from orchestration.identity.linkage.records import RECORDS
from orchestration.identity.linkage.shop_model import SHOP_MODEL

REVIEW_PROBABILITY = 0.5
"""From here on a pair is worth a look."""
MERGE_PROBABILITY = 0.99
"""From here on merge mode links a pair, unless something forbids it."""
_LEAST_MEAN = 0.5
_ONLY_ALIKE = frozenset({"reading", "near"})
"""Given names that sound alike or differ in one character."""


@dataclass(frozen=True, slots=True)
class Question:
    """The likeliest pair of two groups."""

    left_record: str
    right_record: str
    match_probability: float
    match_weight: float
    weights: str
    reasons: str
    reasons_ja: str
    is_vetoed: bool
    """The given names differ: never linked, and not asked."""
    is_linked: bool
    """Good enough to link without asking."""


def questions(
    connection: duckdb.DuckDBPyConnection,
    scores: pa.Table,
    answered: Collection[tuple[str, str]] = (),
) -> list[Question]:
    """One question per two rule groups, best pair first; needs the table `linkage_records`."""
    group_of = dict(connection.sql(f"select record_id, rule_group from {RECORDS}").fetchall())
    best: dict[tuple[str, str], dict[str, Any]] = {}
    forbidden: set[tuple[str, str]] = set()
    for pair in scores.to_pylist():
        key = _ordered(group_of[pair["record_left"]], group_of[pair["record_right"]])
        if key[0] == key[1]:
            continue
        pair["is_vetoed"] = pair[f"level_{SHOP_MODEL.veto}"] == 0
        if pair["is_vetoed"]:
            forbidden.add(key)
        if key not in best or _rank(pair) < _rank(best[key]):
            best[key] = pair
    for key in _answered_groups(connection, answered):
        best.pop(key, None)
        forbidden.add(key)
    groups = _linked_groups(best, forbidden)
    asked = [
        _question(pair, is_linked=groups[key[0]] == groups[key[1]] and key not in forbidden)
        for key, pair in best.items()
        if pair["match_probability"] >= REVIEW_PROBABILITY
    ]
    return sorted(asked, key=lambda q: (-q.match_weight, q.left_record, q.right_record))


def _ordered(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one <= other else (other, one)


def _rank(pair: dict[str, Any]) -> tuple[bool, float, str, str]:
    """A pair that may be linked stands for its groups before one that may not."""
    return pair["is_vetoed"], -pair["match_weight"], pair["record_left"], pair["record_right"]


def _answered_groups(
    connection: duckdb.DuckDBPyConnection, answered: Collection[tuple[str, str]]
) -> set[tuple[str, str]]:
    """The rule groups of answered records, also of records that other rows stand for."""
    if not answered:
        return set()
    connection.register(
        "answers",
        pa.table(
            {"left_record": [a for a, _ in answered], "right_record": [b for _, b in answered]}
        ),
    )
    rows = connection.sql("""
        select l.rule_group, r.rule_group
        from answers
        inner join rule_groups as l on answers.left_record = l.record_key
        inner join rule_groups as r on answers.right_record = r.record_key
    """).fetchall()
    connection.unregister("answers")
    return {_ordered(left, right) for left, right in rows}


def _linked_groups(
    best: dict[tuple[str, str], dict[str, Any]], forbidden: set[tuple[str, str]]
) -> dict[str, int]:
    names = sorted({name for key in best | dict.fromkeys(forbidden) for name in key})
    node = {name: place for place, name in enumerate(names)}
    scored = [
        (node[left], node[right], pair["match_probability"])
        for (left, right), pair in best.items()
        if not pair["is_vetoed"]
    ]
    apart = [(node[left], node[right]) for left, right in forbidden]
    groups = cohesive_groups(len(names), scored, apart, _LEAST_MEAN)
    return {name: groups[place] for name, place in node.items()}


def _question(pair: dict[str, Any], *, is_linked: bool) -> Question:
    levels = {c.name: c.level_name(pair[f"level_{c.name}"]) for c in SHOP_MODEL.comparisons}
    reasons = explain(levels, {name: pair[f"weight_{name}"] for name in levels})
    probability = pair["match_probability"]
    return Question(
        left_record=pair["record_left"],
        right_record=pair["record_right"],
        match_probability=probability,
        match_weight=pair["match_weight"],
        weights=reasons.weights,
        reasons=reasons.english,
        reasons_ja=reasons.japanese,
        is_vetoed=levels[str(SHOP_MODEL.veto)] == DIFFERENT,
        # 裕子 and 優子, なつこ and なつみ may be sisters in one home: a question to a person.
        is_linked=is_linked
        and probability >= MERGE_PROBABILITY
        and levels[str(SHOP_MODEL.veto)] not in _ONLY_ALIKE,
    )
