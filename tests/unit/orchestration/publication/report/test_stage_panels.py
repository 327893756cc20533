"""Lead scores as a marketer reads them."""

from __future__ import annotations

from collections.abc import Callable

from orchestration.publication.report.panel import Content, Panel
from orchestration.publication.report.themes.stages.lead_scores import LEAD_SCORES

# The day is 15 October: a crossing on the 8th lies within seven days, one on the 7th does not.
SCORES = """
insert into marts.rpt_lead_scores by name
select * from (values
    ('a', 40, 'hot', '高', true, timestamp '2026-10-08 00:00', 'cart_add'),
    ('b', 31, 'hot', '高', true, timestamp '2026-10-07 23:59', 'mail_click'),
    ('c', 30, 'hot', '高', true, timestamp '2026-10-14 00:00', 'cart_add'),
    ('d', 5, 'cool', '低', false, timestamp '2026-10-14 00:00', 'opt_in'),
    ('e', 0, 'cold', '反応なし', false, null, null)
) as scores (
    person_id, score, band, band_ja, is_above_threshold, crossed_threshold_at, reason_1
)
"""


def test_lead_scores_name_who_is_warm_and_why(panel_of: Callable[[Panel, str], Content]) -> None:
    content = panel_of(LEAD_SCORES, SCORES)

    assert content.reading.ja == (
        "未購入の5人のうち、見込みの高い人は3人で、この7日間に高くなった人が2人います。"
        "最も多い理由は「カート投入」です。"
    )
    assert content.numbers is not None
    assert [[cell.en for cell in row] for row in content.numbers.rows] == [
        ["High", "3", "3", "2"],
        ["Low", "1", "0", "0"],
        ["None", "1", "0", "0"],
    ]


def test_lead_scores_say_so_when_nobody_is_warm(panel_of: Callable[[Panel, str], Content]) -> None:
    content = panel_of(LEAD_SCORES, SCORES.replace("true", "false"))

    assert content.reading.ja == "未購入の5人のうち、見込みの高い人は今はいません。"
