"""Every scenario has its page, in both languages, and the page says what the file says."""

import re
from pathlib import Path

import pytest

from reverse_etl.scenario import Scenario, load_scenarios

ROOT = Path(__file__).parents[2]
SCENARIOS = load_scenarios(ROOT / "reverse_etl/scenarios")
PAGES = ROOT / "docs/scenarios"
STEP = re.compile(
    r"^\| `([a-z0-9_]+)` \| (.+?) \| (.+?) \| (\d+)(?: hours|時間) \| `(\w+)` \|$", re.M
)
ALL_SCENARIOS = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.name)


def parts(scenario: Scenario) -> dict[str, str]:
    """Language -> its part of the page."""
    english, _, japanese = (
        (PAGES / f"{scenario.name}.md").read_text(encoding="utf-8").partition("## 日本語")
    )
    return {"en": english, "ja": japanese}


def test_every_scenario_has_a_page_and_every_page_a_scenario() -> None:
    pages = {path.stem for path in PAGES.glob("*.md")} - {"README"}
    assert pages == {scenario.name for scenario in SCENARIOS}


@ALL_SCENARIOS
def test_page_lists_every_step_with_its_hour_channels_expiry_and_template(
    scenario: Scenario,
) -> None:
    steps = [
        (
            step.name,
            str(step.send_hour),
            str(abs(step.delay_days) if step.delay_days is not None else step.delay_hours),
            ", ".join(step.channels),
            str(step.expires_after_hours),
            step.template_id_from,
        )
        for step in scenario.steps
    ]
    for language, text in parts(scenario).items():
        listed = [
            (name, _hour(when), _delay(when), channels, hours, template)
            for name, when, channels, hours, template in STEP.findall(text)
        ]
        assert listed == steps, language


def _hour(when: str) -> str:
    (hour,) = re.findall(r"(\d+)(?::00|時)$", when)
    return str(hour)


def _delay(when: str) -> str:
    found = re.search(r"\d+", re.sub(r"(, |、)\d+(:00|時)$", "", when))
    return found.group() if found else "0"


@ALL_SCENARIOS
def test_page_says_what_again_who_is_held_out_and_how_to_switch_on(scenario: Scenario) -> None:
    name = scenario.name
    for language, text in parts(scenario).items():
        assert getattr(scenario.description, language) in text
        assert f"`enishi scenarios {name}`" in text
        assert f"`enishi sync plan {name}__{scenario.steps[0].name}`" in text
        assert f"scn_{name}" in text
        if isinstance(scenario.reentry, int):
            assert re.search(rf"\b{scenario.reentry}( days|日)|から{scenario.reentry}日", text)
        if scenario.holdout_percent:
            assert re.search(rf"{scenario.holdout_percent:g} ?%", text)


def test_lists_in_both_languages_lead_to_every_page() -> None:
    english = (PAGES / "README.md").read_text(encoding="utf-8")
    japanese = (ROOT / "docs/ja/scenarios.md").read_text(encoding="utf-8")
    for scenario in SCENARIOS:
        row = f"| [`{scenario.name}`]({scenario.name}.md) {scenario.title.en} | "
        assert row + scenario.description.en in english
        row = (
            f"| [`{scenario.name}`](../scenarios/{scenario.name}.md#日本語) {scenario.title.ja} | "
        )
        assert row + scenario.description.ja in japanese
