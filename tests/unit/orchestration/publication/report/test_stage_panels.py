"""Steps, changes and lead scores as a marketer reads them."""

from __future__ import annotations

from collections.abc import Callable

from orchestration.publication.report.panel import Content, Panel
from orchestration.publication.report.themes.stages.flow import FLOW
from orchestration.publication.report.themes.stages.lead_scores import LEAD_SCORES
from orchestration.publication.report.themes.stages.steps import STEPS

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


# August and September are whole; 60 months of persons are enough, 59 are not.
STEP_ROWS = """
insert into marts.rpt_stage_funnel by name
select * from (values
    (date '2026-08-01', 'all', 'customer', 'repeater', 100, 8, true),
    (date '2026-09-01', 'all', 'customer', 'repeater', 100, 12, true),
    (date '2026-10-01', 'all', 'customer', 'repeater', 100, 100, false),
    (date '2026-09-01', 'mall', 'customer', 'repeater', 60, 9, true),
    (date '2026-09-01', 'referral', 'customer', 'repeater', 59, 50, true),
    (date '2026-09-01', 'direct', 'customer', 'repeater', 81, 3, true),
    (date '2026-09-01', 'direct', 'lead', 'customer', 80, 2, true),
    (date '2026-09-01', 'direct', 'dormant_lead', 'customer', 80, 80, true)
) as steps (month_start, channel, from_stage, to_stage, at_risk, stepped_up, is_complete)
"""


def test_steps_name_the_best_channel_of_those_with_enough_persons(
    panel_of: Callable[[Panel, str], Content],
) -> None:
    content = panel_of(STEPS, STEP_ROWS)

    assert content.reading.ja == (
        "1回だけ購入した人は、1か月に平均10.0%が2回目を購入しています。"
        "最も高い獲得チャネルは「モール」の15.0%です。"
    )
    assert content.numbers is not None
    assert [[cell.en for cell in row] for row in content.numbers.rows] == [
        ["All", "Customer → repeater", "200", "20", "10.0%"],
        ["Direct", "Customer → repeater", "81", "3", "3.7%"],
        ["Direct", "Lead → customer", "80", "2", "2.5%"],
        ["Mall", "Customer → repeater", "60", "9", "15.0%"],
        ["Referral", "Customer → repeater", "59", "50", "–"],
    ]


def test_steps_say_so_when_channels_cannot_be_compared(
    panel_of: Callable[[Panel, str], Content],
) -> None:
    few = STEP_ROWS.replace("60, 9", "59, 9").replace("81, 3", "59, 3")
    content = panel_of(STEPS, few)

    assert content.reading.ja == "チャネルごとに比べるには、購入した人がまだ足りません。"


def test_flow_counts_persons_of_months_that_have_ended(
    panel_of: Callable[[Panel, str], Content],
) -> None:
    content = panel_of(
        FLOW,
        """
        insert into marts.rpt_stage_ladder by name select date '2026-09-30' as as_of_date;
        insert into marts.fct_stage_transitions by name
        select * from (values
            ('person', 'lead', date '2026-08-31', 'up'),
            ('person', 'lead', date '2026-09-01', 'up'),
            ('person', 'customer', date '2026-09-30', 'up'),
            ('person', 'customer', date '2026-09-30', 'down'),
            ('person', 'dormant_lead', date '2026-09-02', 'return'),
            ('person', null, date '2026-09-02', 'up'),
            ('person', 'lead', date '2026-10-01', 'up'),
            ('browser', 'visitor', date '2026-09-02', 'up')
        ) as changes (subject_kind, from_stage, changed_on, direction)
        """,
    )

    assert content.reading.en == ("In Sep 2026 2 stepped up, 1 came back and 1 fell asleep.")
    assert content.numbers is not None
    assert [[cell.en for cell in row] for row in content.numbers.rows] == [
        ["Sep 2026", "2", "1", "1"],
        ["Aug 2026", "1", "0", "0"],
    ]
