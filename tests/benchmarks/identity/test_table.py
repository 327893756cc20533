"""What is removed, and when the goal counts as reached."""

from dataclasses import replace

import numpy as np
import pytest

from orchestration.identity.graph import Rule
from tests.benchmarks.identity.laboratory import Row
from tests.benchmarks.identity.scoring import Pairs, score
from tests.benchmarks.identity.table import page, reaches_goal
from tests.benchmarks.identity.variants import UNLIMITED, Edges, variants

RULES = (
    Rule("same", 1, is_star=True),
    Rule("mail", 3, is_star=True),
    Rule("phone", 3, is_star=True),
)
LIMITS = {"emails": 5, "given_names_per_email": 3}
ROW = Row("all", "everything", score(*np.array([[1, 1, 2], [7, 7, 8], [4, 5, 6]])))


def test_variants_leave_out_one_tier_one_rule_and_one_guard_at_a_time() -> None:
    found = {(variant.group, variant.name): variant for variant in variants(RULES, LIMITS)}
    assert [rule.name for rule in found["tier", "tier 3"].rules] == ["same"]
    assert [rule.name for rule in found["rule", "mail (tier 3)"].rules] == ["same", "phone"]
    assert found["all", "everything"].limits == LIMITS
    assert found["guard", "limit of emails per person"].limits["emails"] == UNLIMITED
    assert found["guard", "blocklist of shared values"].edges is Edges.NO_BLOCKLIST
    assert ("guard", "limit of given_names_per_email per person") not in found


@pytest.mark.parametrize(
    ("pairs", "reached"),
    [
        (Pairs(found=1_000, true=1_000, right=999), True),
        (Pairs(found=1_000, true=1_000, right=998), False),
        (Pairs(found=985, true=1_000, right=985), True),
        (Pairs(found=984, true=1_000, right=984), False),
    ],
    ids=["just precise enough", "not precise", "just complete enough", "not complete"],
)
def test_goal_is_reached_from_its_bounds_on(pairs: Pairs, reached: bool) -> None:
    assert reaches_goal(replace(ROW, score=replace(ROW.score, records=pairs))) is reached


def test_page_names_its_command_and_holds_every_row() -> None:
    text = page([ROW, Row("tier", "tier 3", ROW.score)], command="the command")
    assert text.startswith("# How well records become persons\n\n`the command`\nwrites this page")
    assert "resolves 3 records of 2 true persons" in text
    assert "| tier 3 | 1.00000 | 1.00000 | 1.00000 |" in text
    assert "## Without one tier\n" in text
