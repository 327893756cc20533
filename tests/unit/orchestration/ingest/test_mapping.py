"""A mistake in a mapping file is told with its line, its key and its mend."""

from pathlib import Path

import pytest

from orchestration.ingest.errors import MappingError
from orchestration.ingest.mapping import load_mapping

GOOD = """\
source: shop
description: A shop.
time_zone: Asia/Tokyo
feeds:
  - name: orders
    files: orders_*.csv
    format: csv
    encoding: cp932
    entities:
      - entity: orders
        version: updated_at
        where: {kind: [01, no]}
        columns:
          source_order_id: 注文番号
          updated_at: {from: 更新日時, format: "%Y/%m/%d"}
          status: {from: 状態, map: {1: paid, 09: cancelled}, otherwise: new}
          total: {from: 合計, minimum: 0}
"""


def _write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "shop.yml"
    path.write_text(text, "utf-8")
    return path


def test_mapping_keeps_codes_as_text(tmp_path: Path) -> None:
    feed = load_mapping(_write(tmp_path, GOOD)).feeds[0]

    assert feed.entities[0].where == {"kind": ("01", "no")}
    assert feed.entities[0].columns["status"].map == {"1": "paid", "09": "cancelled"}
    assert feed.headers == ("kind", "注文番号", "更新日時", "状態", "合計")


def test_mapping_wants_the_headers_of_when_filled(tmp_path: Path) -> None:
    text = GOOD.replace("otherwise: new}", "otherwise: new, when_filled: {取消日: cancelled}}")

    assert "取消日" in load_mapping(_write(tmp_path, text)).feeds[0].headers


def test_mapping_takes_the_source_name_it_is_given(tmp_path: Path) -> None:
    assert load_mapping(_write(tmp_path, GOOD), source="second_shop").source == "second_shop"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param(
            "encoding: cp932",
            "encodign: cp932",
            "line 8, feeds[1].encodign: unknown key. Did you mean `encoding`?",
            id="unknown-key",
        ),
        pytest.param(
            "minimum: 0",
            "minumum: 0",
            "line 17, feeds[1].entities[1].columns.total.minumum: unknown key. "
            "Did you mean `minimum`?",
            id="unknown-column-key",
        ),
        pytest.param(
            "format: csv",
            "format: xlsx",
            "line 7, feeds[1].format: unknown value. Write 'csv', 'ndjson'",
            id="unknown-format",
        ),
        pytest.param(
            "cp932",
            "shift_jis",
            "line 8, feeds[1].encoding: unknown value. Write 'utf-8', 'cp932', 'euc_jp'",
            id="encoding-that-loses-characters",
        ),
        pytest.param(
            GOOD[GOOD.index("csv\n    enc") : GOOD.index("kind")],
            "ndjson\n    entities:\n      - entity: orders\n        where: {/",
            "line 8, feeds[1].entities: a line of ndjson has no document above it to read /kind",
            id="path-above-a-line",
        ),
        pytest.param(
            "    files: orders_*.csv\n",
            "",
            "line 5, feeds[1].files: the key is missing",
            id="missing-key",
        ),
        pytest.param(
            "entity: orders",
            "entity: order",
            "line 10, feeds[1].entities[1].entity: unknown entity order. Write one of customers",
            id="unknown-entity",
        ),
        pytest.param(
            "          total:",
            "          totals:",
            "line 17, feeds[1].entities[1].columns.totals: orders has no column totals. "
            "Did you mean `total`?",
            id="unknown-column",
        ),
        pytest.param(
            "total: {from: 合計, minimum: 0}",
            "email_key: 合計",
            "columns.email_key: email_key is computed at ingest",
            id="derived-column",
        ),
        pytest.param(
            "          source_order_id: 注文番号\n",
            "",
            "line 13, feeds[1].entities[1].columns: the key column source_order_id is not mapped",
            id="no-key-column",
        ),
        pytest.param(
            "{from: 合計, minimum: 0}",
            "{value: 1, when_filled: {状態: 2}}",
            "columns.total.when_filled: when_filled needs `from`. Add `from:`.",
            id="override-of-a-constant",
        ),
        pytest.param(
            "source_order_id: 注文番号",
            "source_order_id: {from: 注文番号, capture: '(A)(1)'}",
            "line 14, feeds[1].entities[1].columns.source_order_id.capture: "
            "a capture has exactly one group, this one has several. Put what is wanted into (…)",
            id="capture-of-two-groups",
        ),
        pytest.param(
            "source_order_id: 注文番号",
            "source_order_id: {from: 注文番号, capture: 'A1'}",
            "source_order_id.capture: a capture has exactly one group, this one has none",
            id="capture-of-no-group",
        ),
        pytest.param(
            "source_order_id: 注文番号",
            "source_order_id: {from: 注文番号, capture: '(?<=A)(1)'}",
            "source_order_id.capture: not a regular expression that RE2 knows. "
            "Mend it; RE2 has no look-around",
            id="capture-that-looks-around",
        ),
        pytest.param(
            "source_order_id: 注文番号",
            "source_order_id: {value: A1, capture: '(A)'}",
            "source_order_id.capture: capture needs `from`. Add `from:`.",
            id="capture-of-a-constant",
        ),
        pytest.param(
            "version: updated_at",
            "version: status",
            "line 11, feeds[1].entities[1].version: status is no mapped timestamp column",
            id="version-of-another-type",
        ),
        pytest.param(
            "{from: 合計, minimum: 0}",
            "{from: 合計, format: '%Y'}",
            "columns.total.format: format has no meaning for a decimal",
            id="option-of-another-type",
        ),
        pytest.param(
            "%Y/%m/%d",
            "%Y/%b/%d",
            "line 15, feeds[1].entities[1].columns.updated_at.format: unknown %b",
            id="unknown-directive",
        ),
        pytest.param(
            "{from: 合計, minimum: 0}",
            "{from: [小計, 送料]}",
            "columns.total: several headers without `join`",
            id="no-join",
        ),
        pytest.param(
            "{from: 合計, minimum: 0}",
            "{minimum: 0}",
            "columns.total: needs `from` or `value`, and not both",
            id="no-origin",
        ),
        pytest.param(
            "Asia/Tokyo", "Asia/Toky", "line 3, time_zone: unknown time zone Asia/Toky", id="zone"
        ),
        pytest.param(
            "files: orders_*.csv",
            "files: ../orders_*.csv",
            "line 6, feeds[1].files: the pattern leaves the source's folder",
            id="outside",
        ),
        pytest.param(
            "format: csv\n    encoding: cp932",
            "format: csv\n    format: csv",
            "line 8, format: the key is written twice",
            id="key-twice",
        ),
        pytest.param(
            "source: shop", "source: My Shop", "line 1, source: String should match", id="name"
        ),
        pytest.param(
            "description: A shop.",
            "description: [",
            "not readable as YAML",
            id="not-yaml",
        ),
    ],
)
def test_mapping_error_names_file_line_key_and_mend(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in GOOD
    path = _write(tmp_path, GOOD.replace(old, new, 1))

    with pytest.raises(MappingError) as caught:
        load_mapping(path)

    assert str(caught.value).startswith("shop.yml, line ")
    assert message in str(caught.value)


def test_mapping_error_when_the_file_is_empty_or_missing(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="the file holds no mapping"):
        load_mapping(_write(tmp_path, ""))
    with pytest.raises(MappingError, match="no such file"):
        load_mapping(tmp_path / "other.yml")


def test_mapping_error_when_a_log_has_no_such_column(tmp_path: Path) -> None:
    path = _write(
        tmp_path,
        "source: log\ndescription: A log.\nfeeds:\n  - name: log\n    files: '*.log'\n"
        "    format: apache_log\n    entities:\n      - entity: web_events\n"
        "        columns: {event_id: cookie}\n",
    )

    with pytest.raises(MappingError, match=r"an access log has no cookie. It has: address"):
        load_mapping(path)
