"""`enishi identity why`, `person` and `diff` on a small build."""

import csv
from datetime import date

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.identity.resolve import resolve_identities

A, B, C, D = (f"ec|customer|{letter}" for letter in "abcd")
ORDER = "ec|order|1"
RECORDS = [
    # key, customer, email, kana, phone, birth
    (A, "a", "taro@example.com", "やまだたろう", "+819012341234", None),
    (B, "b", "taro@example.com", "やまだたろう", None, date(1984, 5, 6)),
    (C, "c", "taro@example.com", "やまだたろう", None, date(1990, 1, 1)),
    (D, "d", "jiro@example.com", "すずきじろう", "+819012341234", None),
    (ORDER, "a", None, None, None, None),
]
EDGES = [
    (A, B, "email_and_kana"),
    (A, C, "email_and_kana"),
    (A, ORDER, "same_source_customer"),
]


@pytest.fixture
def build(tmp_path):
    """Builds the small shop and gives the folder of its files."""
    shop = tmp_path / "home" / "sample"
    (shop / "work").mkdir(parents=True)
    with duckdb.connect(str(shop / "work" / "warehouse.duckdb")) as connection:
        connection.execute("create schema intermediate; create schema seeds; create schema staging")
        connection.execute(
            "create table intermediate.int_identity__records (record_key text, source text,"
            " record_kind text, source_customer_id text, email_key text, kana_key text,"
            " phone_key text, birth_key date, email_status text default 'valid',"
            " line_user_id text, name_key text, name_loose_key text, romaji_key text,"
            " address_key text, postal_key text, company_key text, given_name_key text,"
            " given_kana_key text)"
        )
        connection.executemany(
            "insert into intermediate.int_identity__records (record_key, source, record_kind,"
            " source_customer_id, email_key, kana_key, phone_key, birth_key)"
            " values ($1, split_part($1, '|', 1), split_part($1, '|', 2), $2, $3, $4, $5, $6)",
            RECORDS,
        )
        connection.execute(
            "create table intermediate.int_identity__edges"
            " (left_record text, right_record text, rule text)"
        )
        connection.executemany(
            "insert into intermediate.int_identity__edges values (?, ?, ?)", EDGES
        )
        connection.execute(
            "create table intermediate.int_identity__blocked_values as select 'phone' as id_type,"
            " '+819012341234' as id_value, 6 as given_name_count"
        )
        connection.execute(
            "create table seeds.identity_rules as select * from (values"
            " ('same_source_customer', 1, true), ('email_and_kana', 3, true))"
            " as seed (rule, tier, is_enabled)"
        )
        connection.execute(
            "create table seeds.identity_limits as select 'emails' as limit_name, 5 as max_count"
        )
        connection.execute(
            "create table staging.stg_orders as select 'ec' as source, '1' as source_order_id,"
            " 'a' as source_customer_id"
        )
    resolve_identities(shop / "work" / "warehouse.duckdb", shop / "lake", "run-1")
    return shop


def persons(shop):
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"select record_key, person_id from '{shop}/lake/identity/person_map.parquet'"
        ).fetchall()
    return dict(rows)


def files(shop):
    return {p: p.stat().st_mtime_ns for p in shop.rglob("*") if p.is_file()}


@pytest.mark.parametrize("arguments", [("why", A, B), ("person", "p_1"), ("diff",)])
def test_command_says_so_when_nothing_was_built(enishi, arguments) -> None:
    code, output = enishi("identity", *arguments)
    assert (code, output) == (1, "There is no build yet: run `enishi publish` first.\n")


def test_command_says_so_when_a_build_still_writes(enishi, build, fresh_python) -> None:
    (build / "work" / "warehouse.duckdb").write_bytes(b"not a database yet")
    code, output = enishi("identity", "why", A, B)
    assert code == 1
    assert "cannot be read, most likely a build still writes it: wait." in output


def test_why_shows_the_values_that_differ_masked(enishi, build) -> None:
    code, output = enishi("identity", "why", B, C)
    assert code == 0
    assert "between ec|customer|b and ec|customer|c was refused: birth_date" in output
    assert "birth_key differs: 198*-**-** and 199*-**-**" in output
    assert "taro" not in output


def test_why_shows_the_path(enishi, build) -> None:
    state = build / "state"
    state.mkdir()
    (state / "identity_overrides.csv").write_text(
        f"action,left_record,right_record,note\nlink,{B},{D},\nnever_link,{A},{C},\n"
    )
    resolve_identities(
        build / "work" / "warehouse.duckdb",
        build / "lake",
        "run-2",
        overrides=state / "identity_overrides.csv",
    )
    code, output = enishi("identity", "why", ORDER, D)
    assert code == 0
    assert [line.strip() for line in output.splitlines()][1:] == [
        "ec|order|1 ─ same_source_customer ─ ec|customer|a",
        "ec|customer|a ─ email_and_kana ─ ec|customer|b",
        "email_key t***@e***.com, kana_key や*",
        "ec|customer|b ─ link override, row 2 ─ ec|customer|d",
    ]
    _, apart = enishi("identity", "why", A, C)
    assert "never_link override, row 3: ec|customer|a and ec|customer|c" in apart


def test_why_and_diff_know_the_pairs_that_linkage_merged(enishi, build) -> None:
    pairs = build / "lake" / "identity" / "linked_pairs.parquet"
    pq.write_table(pa.table({"left_record": [A], "right_record": [D]}), pairs)
    resolve_identities(
        build / "work" / "warehouse.duckdb", build / "lake", "run-2", linked_pairs=pairs
    )
    _, output = enishi("identity", "why", ORDER, D)
    assert [line.strip() for line in output.splitlines()][1:] == [
        "ec|order|1 ─ same_source_customer ─ ec|customer|a",
        "ec|customer|a ─ splink ─ ec|customer|d",
        "phone_key 090****1234",
    ]
    _, output = enishi("identity", "diff")
    assert output.startswith("Nothing would move.")


def test_why_names_the_blocked_value(enishi, build) -> None:
    _, output = enishi("identity", "why", A, D)
    assert "phone_key 090****1234 joins nobody: 6 given names share it" in output
    assert "shared: phone_key 090****1234" in output


def test_why_says_so_when_nothing_is_shared(enishi, build) -> None:
    _, output = enishi("identity", "why", C, D)
    assert "the two records share no identifying value" in output


def test_why_names_the_key_when_there_is_no_such_record(enishi, build) -> None:
    code, output = enishi("identity", "why", A, "nobody")
    assert code == 1
    assert "no record has the key nobody: a key is source|kind|id" in output


def test_person_shows_records_rules_refusals_and_events(enishi, build) -> None:
    person_id = persons(build)[A]
    code, output = enishi("identity", "person", person_id)
    assert code == 0
    assert ORDER in output
    assert "t***@e***.com" in output
    assert "same_source_customer: 1 link(s)" in output
    assert f"resolution 1: create {person_id}" in output
    assert "taro" not in output


def test_person_says_so_when_nobody_has_the_id(enishi, build) -> None:
    code, output = enishi("identity", "person", "p_0")
    assert (code, output) == (1, "nobody has or had the person id p_0\n")


def test_diff_says_so_when_nothing_would_move(enishi, build) -> None:
    before = files(build)
    code, output = enishi("identity", "diff")
    assert code == 0
    assert "Nothing would move." in output
    assert files(build) == before


def counts(output):
    lines = [line.split() for line in output.splitlines()]
    return {" ".join(words[:-1]): words[-1] for words in lines if words and words[-1].isdigit()}


def test_diff_counts_what_overrides_would_move_and_writes_nothing(enishi, build, tmp_path) -> None:
    published = build / "published" / "edition-1"
    published.mkdir(parents=True)
    with duckdb.connect(str(published / "warehouse.duckdb")) as connection:
        connection.execute("create schema segments")
        connection.execute(
            "create table segments.seg_winback as select unnest([?, ?, 'p_other']) as person_id",
            [persons(build)[A], persons(build)[D]],
        )
    (published / "publication.json").write_text(
        '{"publication_id": "edition-1", "shop": "sample", "run_id": "run-1", "tables": [],'
        ' "as_of_date": "2026-11-01", "published_at": "2026-11-02T00:00:00"}'
    )
    (build / "published" / "current").symlink_to("edition-1")
    changed = tmp_path / "changed.csv"
    with changed.open("w", newline="") as file:
        csv.writer(file).writerows(
            [("action", "left_record", "right_record", "note"), ("never_link", A, ORDER, "")]
        )
    before = files(build)
    code, output = enishi("identity", "diff", "--overrides", str(changed))
    assert code == 0
    found = counts(output)
    assert found["persons split"] == "1"
    assert found["persons merged"] == found["persons created"] == "0"
    assert found["records moved"] == "1"
    assert found["members touched of seg_winback"] == "1"
    assert files(build) == before


def test_diff_counts_what_a_rule_switched_off_would_move(enishi, build, tmp_path) -> None:
    rules = tmp_path / "rules.csv"
    rules.write_text("rule,tier,is_enabled\nsame_source_customer,1,true\nemail_and_kana,3,false\n")
    _, output = enishi("identity", "diff", "--rules", str(rules))
    assert "links refused for birth_date" in output
    assert "3 → 0" in output


def test_diff_counts_what_another_limit_would_move(enishi, build, tmp_path) -> None:
    limits = tmp_path / "limits.csv"
    limits.write_text("limit_name,max_count\nemails,0\n")
    _, output = enishi("identity", "diff", "--limits", str(limits))
    assert "links refused for emails" in output


@pytest.mark.parametrize(
    ("option", "text", "said"),
    [
        ("--rules", "rule,tier\n", "row 1: the column(s) is_enabled are missing: add them"),
        ("--rules", "rule,tier,is_enabled\na,x,true\n", "row 2: tier is 'x'; write a whole"),
        ("--rules", "rule,tier,is_enabled\na,1,yes\n", "row 2: is_enabled is 'yes'; write true"),
        ("--limits", "limit_name,max_count\nemails,-1\n", "row 2: max_count is '-1'; write a"),
        ("--overrides", "action\n", "row 1: the header is 'action'; write"),
    ],
)
def test_diff_names_file_row_and_mend_when_a_file_is_wrong(
    enishi, build, tmp_path, option, text, said
) -> None:
    file = tmp_path / "given.csv"
    file.write_text(text)
    code, output = enishi("identity", "diff", option, str(file))
    assert code == 1
    assert output.replace("\n", " ").startswith(f"given.csv, {said}")
