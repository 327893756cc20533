"""Linkage on a planted shop; see planted_shop for who is who."""

import logging
import socket
from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from orchestration.identity.linkage.propose import PAIRS_SCHEMA, propose_links
from tests.unit.orchestration.identity.linkage.planted_shop import (
    make_work_db,
    planted_records,
    planted_twins,
)

pytest.importorskip("splink", reason="linkage is an extra: pip install 'enishi[linkage]'")
PERSONS = 500


def work_db_of(folder, records):
    (folder / "work").mkdir(parents=True)
    file = folder / "work" / "warehouse.duckdb"
    make_work_db(file, records)
    return file


def read(lake, name):
    return pq.read_table(lake / "identity" / f"{name}.parquet")


def person_of(record_key):
    return record_key.split("|")[2]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The work database of the planted shop, and its folder."""
    folder = tmp_path_factory.mktemp("linkage")
    return folder, work_db_of(folder, planted_records(PERSONS))


@pytest.fixture(scope="module")
def merged(shop):
    """The lake after a run in merge mode."""
    folder, work_db = shop
    lake = folder / "lake"
    return lake, propose_links(work_db, lake, "merge")


def test_propose_links_finds_the_persons_that_no_rule_joins(merged):
    pairs = read(merged[0], "linkage_pairs").to_pylist()
    asked = [pair for pair in pairs if not pair["is_vetoed"]]
    right = [p for p in asked if person_of(p["left_record"]) == person_of(p["right_record"])]
    planted = len(range(0, PERSONS, 5))
    assert len(right) == len(asked)
    assert len(right) >= planted * 0.8


def test_propose_links_vetoes_a_child_of_the_same_household(merged):
    pairs = read(merged[0], "linkage_pairs").to_pylist()
    children = [p for p in pairs if "child" in p["left_record"] + p["right_record"]]
    assert children
    assert all(pair["is_vetoed"] and not pair["is_linked"] for pair in children)


def test_propose_links_asks_about_twins_whose_given_names_are_only_alike_and_links_none(tmp_path):
    records = planted_records(PERSONS) + planted_twins(20)
    propose_links(work_db_of(tmp_path, records), tmp_path / "lake", "merge")
    pairs = read(tmp_path / "lake", "linkage_pairs").to_pylist()
    twins = [pair for pair in pairs if pair["left_record"].startswith("twin|")]
    for written_alike in (False, True):
        kind = [p for p in twins if int(p["left_record"][-1]) % 2 == written_alike]
        assert [p for p in kind if p["match_probability"] >= 0.99]
        assert not any(p["is_vetoed"] or p["is_linked"] for p in kind)


def test_propose_links_asks_once_for_each_two_groups(merged):
    pairs = read(merged[0], "linkage_pairs").to_pylist()
    asked = [frozenset({person_of(p["left_record"]), person_of(p["right_record"])}) for p in pairs]
    assert len(asked) == len(set(asked))


def test_propose_links_hands_only_likely_pairs_on_in_merge_mode(merged):
    lake, report = merged
    linked = read(lake, "linked_pairs").to_pylist()
    pairs = read(lake, "linkage_pairs").to_pylist()
    chosen = [p for p in pairs if p["is_linked"]]
    assert len(linked) == report.linked == len(chosen) > 0
    assert all(p["match_probability"] >= 0.99 and not p["is_vetoed"] for p in chosen)


def test_propose_links_shows_no_value_of_a_record(shop, merged):
    text = str(read(merged[0], "linkage_pairs").to_pydict())
    values = {
        str(value)
        for record in planted_records(PERSONS)
        for value in (record.email_key, record.phone_key, record.name_key, record.kana_key)
        if value
    }
    assert [value for value in values if value in text] == []


def test_propose_links_is_silent_offline_and_the_same_when_it_runs_again(
    tmp_path, monkeypatch, capfd, caplog
):
    def refuse(*_, **__):
        raise AssertionError("linkage opened a socket")

    work_db = work_db_of(tmp_path, planted_records(150))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.chdir(elsewhere)
    with caplog.at_level(logging.DEBUG):
        reports = [propose_links(work_db, tmp_path / name, "merge") for name in ("one", "two")]
    assert reports[0].note == ""
    assert capfd.readouterr() == ("", "")
    assert [r for r in caplog.records if r.levelno >= logging.INFO] == []
    assert list(elsewhere.iterdir()) == []
    assert [path.name for path in work_db.parent.iterdir()] == [work_db.name]
    one, two = (read(tmp_path / name, "linkage_pairs") for name in ("one", "two"))
    assert one.num_rows > 0
    assert one.equals(two)


@pytest.mark.slow
def test_propose_links_does_not_ask_again_when_a_person_answered(shop, merged, tmp_path):
    pair = next(p for p in read(merged[0], "linkage_pairs").to_pylist() if not p["is_vetoed"])
    answered = (pair["right_record"], pair["left_record"])
    report = propose_links(shop[1], tmp_path, "review", [answered])
    rest = read(tmp_path, "linkage_pairs").to_pylist()
    assert answered[::-1] not in {(p["left_record"], p["right_record"]) for p in rest}
    assert report.pairs == merged[1].pairs - 1
    assert not any(p["is_linked"] for p in rest)
    assert not (tmp_path / "identity" / "linked_pairs.parquet").exists()


@pytest.mark.parametrize("persons", [0, 12], ids=["no record", "too few certain pairs"])
def test_propose_links_says_so_when_there_is_too_little_to_train_on(persons, tmp_path):
    work_db = work_db_of(tmp_path, planted_records(persons))
    report = propose_links(work_db, tmp_path / "lake", "merge")
    assert report.note.startswith("too little to train on")
    assert read(tmp_path / "lake", "linkage_pairs").schema.equals(PAIRS_SCHEMA)
    assert read(tmp_path / "lake", "linkage_pairs").num_rows == 0
    assert read(tmp_path / "lake", "linked_pairs").num_rows == 0


def test_propose_links_leaves_an_empty_file_when_it_is_off(tmp_path):
    lake = tmp_path / "lake"
    propose_links(work_db_of(tmp_path, planted_records(12)), lake, "merge")
    report = propose_links(tmp_path / "work" / "gone.duckdb", lake, "off")
    assert report.note == "linkage is off: no pair is proposed"
    assert read(lake, "linkage_pairs").num_rows == 0
    assert not (lake / "identity" / "linked_pairs.parquet").exists()


@pytest.mark.slow
def test_propose_links_ignores_a_mailbox_that_too_many_given_names_share(tmp_path):
    records = [
        replace(record, email_key="noreply@example.jp", email_loose_key="noreply@example.jp")
        if record.record_key.startswith("mall|")
        else record
        for record in planted_records(PERSONS)
    ]
    propose_links(work_db_of(tmp_path, records), tmp_path / "lake", "review")
    pairs = read(tmp_path / "lake", "linkage_pairs").to_pylist()
    assert pairs
    assert not any('"email"' in p["weights"] for p in pairs if "mall|" in p["left_record"])
    assert not any(
        p["left_record"].startswith("mall|") and p["right_record"].startswith("mall|")
        for p in pairs
    )
