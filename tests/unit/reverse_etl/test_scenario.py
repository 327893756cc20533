import csv
from pathlib import Path

import pytest

from reverse_etl.errors import SpecError
from reverse_etl.scenario import SEED_COLUMNS, enabled_syncs, load_scenario, load_scenarios

ROOT = Path(__file__).parents[3]
SCENARIOS = ROOT / "reverse_etl/scenarios"
GOOD = (SCENARIOS / "cart_abandonment.yml").read_text(encoding="utf-8")


def load(tmp_path: Path, old: str, new: str) -> object:
    assert old in GOOD
    path = tmp_path / "cart_abandonment.yml"
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    return load_scenario(path)


def test_scenarios_are_on_where_the_shop_names_them_and_in_its_order() -> None:
    scenarios = load_scenarios(SCENARIOS)
    assert len(scenarios) == 12
    assert enabled_syncs(scenarios, []) == []
    assert [sync.name for sync in enabled_syncs(scenarios, ["welcome", "cart_abandonment"])] == [
        "welcome__hello__email",
        "welcome__guide__email",
        "cart_abandonment__first__line",
        "cart_abandonment__first__email",
    ]


def test_scenario_that_a_shop_names_and_nobody_has_written_is_refused() -> None:
    with pytest.raises(SpecError, match="there is no carts; choose of birthday, "):
        enabled_syncs(load_scenarios(SCENARIOS), ["carts", "welcome"])


def test_seed_says_the_same_as_the_files() -> None:
    rows = [row for scenario in load_scenarios(SCENARIOS) for row in scenario.seed_rows()]
    with (ROOT / "dbt_project/seeds/scenario_steps.csv").open(encoding="utf-8") as file:
        seed = csv.DictReader(file)
        assert tuple(seed.fieldnames or ()) == SEED_COLUMNS
        texts = [{key: "" if row[key] is None else str(row[key]) for key in row} for row in rows]
        assert list(seed) == texts


def test_every_trigger_model_stands_in_the_project() -> None:
    models = {path.stem for path in (ROOT / "dbt_project/models/scenarios").glob("scn_*.sql")}
    assert models == {scenario.trigger for scenario in load_scenarios(SCENARIOS)}


def test_step_gives_one_message_sync_a_channel_and_they_share_its_messages() -> None:
    line, mail = load_scenario(SCENARIOS / "cart_abandonment.yml").syncs()
    assert line.message_name == mail.message_name == "cart_abandonment__first"
    assert (line.name, mail.name) == (
        "cart_abandonment__first__line",
        "cart_abandonment__first__email",
    )
    assert (line.channel, mail.channel) == ("line_messages", "sendgrid_mail")
    assert (mail.segment, mail.mode, mail.priority) == ("scenario_due", "message", 5)
    assert (mail.purpose, mail.holdout_percent, mail.expires_after_hours) == ("marketing", 10, 36)
    assert mail.schedule.cron == "0 10 * * *"
    assert sorted(mail.payload) == ["email", "product_id", "product_name"]
    assert sorted(line.payload) == ["line_user_id"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("priority: 5", "priority: 0", "line 10: key priority: Input should be greater"),
        ("purpose: marketing", "purpose: transactional", "set holdout_percent to 0"),
        ("delay_hours: 4", "delay_days: 1\n    delay_hours: 4", "give either delay_days or"),
        ("[line, email]", "[email]", "line_text goes with channel line"),
        ("[line, email]", "[line, email, line]", "one stands twice"),
        ("trigger: scn_cart_abandonment", "trigger: scn_vip", "call it scn_cart_abandonment"),
        ("name: cart_abandonment", "name: cart", "trigger: call it scn_cart as the scenario"),
        ("owner: crm", "owner: crm\nowner: crm", "key owner: stands twice; remove one"),
        ("reentry: 7", "reentry: sometimes", "key reentry"),
        ("owner: crm", "owner: crm\nwhim: 1", "key whim: Extra inputs"),
    ],
)
def test_scenario_error_names_place_and_mend(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    with pytest.raises(SpecError, match=r"cart_abandonment\.yml") as caught:
        load(tmp_path, old, new)
    assert words in str(caught.value)


def test_scenario_text_with_a_variable_is_refused_for_line_which_says_one_thing_to_all(
    tmp_path: Path,
) -> None:
    with pytest.raises(SpecError, match="a multicast says one thing to all"):
        load(tmp_path, "line_text: ", "line_text: 残り{product_name}")


def test_scenario_is_named_as_its_file(tmp_path: Path) -> None:
    path = tmp_path / "cart.yml"
    path.write_text(GOOD, encoding="utf-8")
    with pytest.raises(SpecError, match="call it cart as the file"):
        load_scenario(path)
