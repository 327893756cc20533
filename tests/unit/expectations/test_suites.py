from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from expectations.suites import SUITES, SuiteError, load_suite, segment_suite

ROOT = Path(__file__).parents[3]
NAMES = sorted(str(path.relative_to(SUITES).with_suffix("")) for path in SUITES.rglob("*.json"))
ENTITIES = yaml.safe_load((ROOT / "orchestration/ingest/entities.yml").read_text("utf-8"))


def test_inbound_suites_cover_every_entity_when_listed() -> None:
    inbound = {name.removeprefix("inbound/") for name in NAMES if name.startswith("inbound/")}
    assert inbound == {*ENTITIES, "batch"}


@pytest.mark.parametrize("entity", sorted(ENTITIES))
def test_inbound_suite_reads_only_known_columns_when_loaded(entity: str) -> None:
    suite = load_suite(f"inbound/{entity}")
    known = {*ENTITIES[entity]["columns"], "_file", "_reject_reason"}
    for columns in suite.meta.first_filled.values():
        assert set(columns) <= known
    read = {column for check in suite.expectations for column in check.columns}
    assert read <= known | set(suite.meta.first_filled)


@pytest.mark.parametrize("entity", sorted(ENTITIES))
def test_inbound_suite_guards_the_key_when_loaded(entity: str) -> None:
    key = ENTITIES[entity]["key"]
    unique = [c for c in load_suite(f"inbound/{entity}").expectations if "unique" in c.type]
    assert [check.kwargs["column_list"] for check in unique] == [["_file", *key]]


@pytest.mark.parametrize("name", NAMES)
def test_suite_is_what_great_expectations_reads_when_loaded(name: str) -> None:
    from great_expectations.core.expectation_suite import ExpectationSuite  # noqa: PLC0415  slow

    raw = json.loads((SUITES / f"{name}.json").read_text("utf-8"))
    suite = ExpectationSuite(**raw)
    assert suite.name == raw["name"] == name
    assert len(suite.expectations) == len(raw["expectations"])
    assert [e.severity.value for e in suite.expectations] == [
        e["severity"] for e in raw["expectations"]
    ]


@pytest.mark.parametrize("name", NAMES)
def test_suite_parameters_are_declared_when_used(name: str) -> None:
    suite = load_suite(name)
    used = {parameter for check in suite.expectations for parameter in check.parameters}
    assert used <= set(suite.meta.parameters)
    filled = dict.fromkeys(suite.meta.parameters, "x")
    for check in suite.expectations:
        assert check.meta.expected.format_map(filled)


def test_suite_is_the_general_one_when_a_segment_has_none_of_its_own() -> None:
    assert segment_suite("seg_winback") == "outbound/seg_winback"
    assert segment_suite("seg_birthday") == "outbound/segment"


def test_suite_extends_the_general_one_when_it_says_so() -> None:
    names = [check.meta.name for check in load_suite("outbound/seg_winback").expectations]
    assert "person_id_unique" in names
    assert "recency_days_plausible" in names


def test_suite_refuses_with_the_path_when_it_does_not_exist() -> None:
    with pytest.raises(SuiteError, match=r"add expectations/suites/inbound/carts\.json"):
        load_suite("inbound/carts")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"name": "inbound/x", "expectations": [], "notes": "x"}', "notes: Extra inputs"),
        ('{"name": "inbound/x", "expectations": [{"type": "t"}]}', r"expectations\.0\.kwargs"),
    ],
    ids=["unknown key", "missing key"],
)
def test_suite_refuses_with_the_key_when_the_file_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, message: str
) -> None:
    (tmp_path / "inbound").mkdir()
    (tmp_path / "inbound/x.json").write_text(text, "utf-8")
    monkeypatch.setattr("expectations.suites.SUITES", tmp_path)
    with pytest.raises(SuiteError, match=rf"suites/inbound/x\.json: {message}"):
        load_suite("inbound/x")
