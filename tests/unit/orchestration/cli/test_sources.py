"""`enishi check-source`: what a mapping makes of a file."""

import pytest

MAPPING = """
source: yamada_shop
description: Orders.
time_zone: Asia/Tokyo
feeds:
  - name: orders
    files: "orders_*.csv"
    format: csv
    max_bad_row_ratio: 0.5
    entities:
      - entity: orders
        columns:
          source_order_id: 受注番号
          ordered_at: {from: 受注日時, required: true}
          status: {value: paid}
          currency: {value: JPY}
          total: {from: 合計, required: true}
"""


@pytest.fixture
def check(tmp_path, enishi):
    """Tries a CSV of the given lines."""

    def run(*lines, mapping=MAPPING, name="orders_1.csv"):
        (tmp_path / "yamada_shop.yml").write_text(mapping, encoding="utf-8")
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return enishi("check-source", str(tmp_path / "yamada_shop.yml"), str(tmp_path / name))

    return run


def counts(output):
    """The numbers of the line of the entity orders."""
    (line,) = [line for line in output.splitlines() if line.lstrip("│ ").startswith("orders ")]
    return [int(word) for word in line.split() if word.isdigit()]


def test_check_source_takes_a_good_file_and_writes_nothing(check, tmp_path):
    code, output = check("受注番号,受注日時,合計", "1,2026-10-01 09:00,100", "2,2026-10-02,200")
    assert code == 0
    assert counts(output) == [2, 2, 0, 0, 0]
    assert "The file would be taken." in output
    assert not (tmp_path / "home").exists()


def test_check_source_names_reason_and_row_of_what_would_be_quarantined(check):
    code, output = check("受注番号,受注日時,合計", "1,2026-10-01,100", "2,2026-10-02,canary")
    assert code == 0
    assert counts(output) == [2, 1, 1, 0, 0]
    assert "bad_decimal: rows 3" in output
    assert "canary" not in output


def test_check_source_refuses_a_file_when_too_many_rows_are_bad(check):
    code, output = check(
        "受注番号,受注日時,合計", "1,2026-10-01,x", "2,2026-10-02,y", "3,2026-10-03,1"
    )
    assert code == 1
    assert "bad_decimal: rows 2, 3" in output
    assert "would be taken" not in output


def test_check_source_names_the_column_when_the_file_lacks_it(check):
    code, output = check("受注番号,受注日時", "1,2026-10-01")
    assert code == 1
    assert "合計" in output


def test_check_source_names_line_and_key_when_the_mapping_is_wrong(check):
    wrong = MAPPING.replace("format: csv", "format: excel")
    code, output = check("受注番号,受注日時,合計", mapping=wrong)
    assert code == 1
    assert "yamada_shop.yml, line 8" in output
    assert "format" in output
