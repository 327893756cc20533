"""The pages open no connection, run no foreign markup, name no person, repeat themselves."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.publication.report.folder import replaced_folder
from orchestration.publication.report.published import ReportError
from orchestration.publication.report.render import render_report
from tests.published_tables import create_published_tables

HOSTILE = '<script>alert("x")</script><a href="//evil.example">{{ 7 * 7 }}</a>'


def write_and_render(folder: Path, statements: str) -> Path:
    """Give the folder of pages of a publication."""
    publication = folder / "publication"
    if not publication.exists():
        publication.mkdir()
        with duckdb.connect(str(publication / "warehouse.duckdb")) as connection:
            create_published_tables(connection)
            connection.execute(statements)
    output = folder / "shop" / "reports"
    render_report(
        publication, shop_title="縁側商店", sync_summaries=(), source_freshness=(), output=output
    )
    return output


def without_scripts(html: str) -> str:
    return re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)


def test_pages_load_nothing_but_the_script_beside_them(small_pages: dict[str, str]) -> None:
    files = {"#ja", "#en", *small_pages}
    for html in small_pages.values():
        page = without_scripts(html)
        assert re.findall(r'(?:src|srcset|action|data|poster)\s*=\s*"[^"]*"', page) == []
        assert set(re.findall(r'href="([^"]*)"', page)) == files
        assert re.findall(r"https?:|@import|url\(", page) == []
        assert re.findall(r"<(?:link|iframe|img|object|embed|form)\b", page) == []
        assert re.findall(r'<script [^>]*src="([^"]*)"', html) == ["plotly.min.js"]


def test_pages_forbid_every_connection_to_their_own_scripts(small_pages: dict[str, str]) -> None:
    for html in small_pages.values():
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
        assert policy
        assert "default-src 'none'" in policy[1]
        assert "http" not in policy[1]
        assert "connect-src" not in policy[1]


def test_folder_holds_plotly_once_and_stays_below_six_megabytes(
    tmp_path: Path, small_shop: str
) -> None:
    output = write_and_render(tmp_path, small_shop)
    assert (output / "plotly.min.js").read_text(encoding="utf-8").count("* plotly.js v") == 1
    assert sum(file.stat().st_size for file in output.iterdir()) < 6_000_000
    assert all("plotly.js v" not in page.read_text("utf-8") for page in output.glob("*.html"))


def test_folder_is_swapped_whole_and_leaves_nothing_behind(tmp_path: Path, small_shop: str) -> None:
    output = write_and_render(tmp_path, small_shop)
    first = output.resolve()
    (first / "left.html").write_text("", encoding="utf-8")
    write_and_render(tmp_path, small_shop)
    assert output.resolve() != first
    assert not first.exists()
    assert not (output / "left.html").exists()


def test_folder_of_one_page_from_earlier_gives_way(tmp_path: Path, small_shop: str) -> None:
    (tmp_path / "shop/reports").mkdir(parents=True)
    (tmp_path / "shop/reports/index.html").write_text("former", encoding="utf-8")
    output = write_and_render(tmp_path, small_shop)
    assert "former" not in (output / "index.html").read_text(encoding="utf-8")
    assert sorted(path.name for path in output.parent.iterdir() if path.is_symlink()) == ["reports"]
    assert len(list(output.parent.iterdir())) == 2


def test_old_pages_stay_when_rendering_fails(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    with replaced_folder(reports) as draft:
        (draft / "index.html").write_text("whole", encoding="utf-8")
    with pytest.raises(ZeroDivisionError), replaced_folder(reports) as draft:
        (draft / "index.html").write_text(str(1 / 0), encoding="utf-8")
    assert (reports / "index.html").read_text(encoding="utf-8") == "whole"
    assert len(list(tmp_path.iterdir())) == 2


def test_pages_name_no_person_but_the_example(small_pages: dict[str, str]) -> None:
    others = {file: html for file, html in small_pages.items() if file != "person.html"}
    assert len(others) == len(small_pages) - 1
    assert all("person-" not in html for html in others.values())


def test_page_is_the_same_when_the_input_is_the_same(page_of: Any, small_shop: str) -> None:
    first, _ = page_of(small_shop)
    second, _ = page_of(small_shop)
    assert first.html == second.html


def test_page_shows_hostile_words_as_words(
    page_of: Any,
    small_shop: str,
    sync_values: dict[str, object],
    freshness_values: dict[str, object],
) -> None:
    hostile = HOSTILE.replace("'", "''")
    japanese, english = page_of(
        small_shop,
        f"update marts.rpt_rfm set rfm_segment = '{hostile}', rfm_segment_ja = '{hostile}'",
        f"update marts.rpt_stage_ladder set stage_ja = '{hostile}'",
        f"update marts.rpt_exclusions set reason = '{hostile}', source = '{hostile}'",
        f"update _publication.gates set check_name = '{hostile}', detail = '{hostile}'",
        f"update policy.send_eligibility set sync = '{hostile}', reason_code = '{hostile}'",
        f"update _publication.publication set publication_id = '{hostile}'",
        f"update marts.fct_orders set source = '{hostile}'",
        shop_title=HOSTILE,
        syncs=[sync_values | {"sync": HOSTILE, "status": HOSTILE, "refused": {HOSTILE: 1}}],
        freshness=[freshness_values | {"source": HOSTILE}],
    )
    assert "alert(" not in without_scripts(japanese.html).replace("&gt;alert(", "")
    assert all(html.count("<script") == 4 for html in japanese.pages.values())
    assert 'href="//evil' not in japanese.html
    for page in (japanese, english):
        assert HOSTILE in page.texts[""]
        assert page.rows["rfm"][1][0] == HOSTILE
        assert page.rows["gates"][1][0] == HOSTILE
        assert HOSTILE in page.rows["syncs"][1][0]


def test_figure_carries_hostile_words_escaped_for_plotly(page_of: Any, small_shop: str) -> None:
    japanese, _ = page_of(
        small_shop,
        "update marts.rpt_rfm set rfm_segment_ja = '<b>R&D</b>'",
        "update marts.rpt_stage_ladder set stage_ja = '<b>' where stage = 'lead'",
    )
    (grid,) = japanese.figure("rfm")["data"]
    assert grid["text"][4][0] == "&lt;b&gt;R&amp;D&lt;/b&gt;"
    assert grid["hovertext"][4][0].startswith("&lt;b&gt;R&amp;D&lt;/b&gt;：2人")
    assert japanese.figure("stages")["data"][0]["y"][0] == "&lt;b&gt;"


def test_every_table_cell_has_a_head_with_scope(japanese: Any) -> None:
    assert "<th>" not in japanese.html
    heads = re.findall(r"<th [^>]*>", japanese.html)
    assert heads
    assert all('scope="col"' in head or 'scope="row"' in head for head in heads)


def test_every_chart_has_a_label_in_both_languages(japanese: Any) -> None:
    charts = re.findall(r'<div class="plot"[^>]*>', japanese.html)
    assert len(charts) >= 6
    for chart in charts:
        labels = re.findall(r'(?:data-label-ja|data-label-en|aria-label)="([^"]+)"', chart)
        assert len(labels) == 3
        assert labels[0] == labels[2] != labels[1]


def test_report_refuses_a_publication_without_persons_and_names_the_table(
    page_of: Any, publication_row: str
) -> None:
    with pytest.raises(ReportError, match=r"lacks marts\.customer_360: build and publish it again"):
        page_of(publication_row, "drop table marts.customer_360")


def test_report_refuses_a_table_without_a_column_and_names_it(
    page_of: Any, small_shop: str
) -> None:
    with pytest.raises(ReportError, match=r"sales_share.* build and publish it again"):
        page_of(small_shop, "alter table marts.rpt_deciles drop sales_share")


def test_report_refuses_orders_in_two_currencies(page_of: Any, small_shop: str) -> None:
    with pytest.raises(ReportError, match="GBP, JPY"):
        page_of(small_shop, "update marts.fct_orders set currency = 'GBP' where order_id = 'own:1'")


def test_report_refuses_a_publication_that_does_not_say_which_one_it_is(page_of: Any) -> None:
    with pytest.raises(ReportError, match="holds 0 rows instead of one"):
        page_of("select 1")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"adds": "many"}, "summary of sync first_purchase__mail: adds must be a whole number"),
        ({"refused": 3}, "refused must map each reason to a count"),
        ({"refused": {"no_consent": None}}, "no_consent must be a whole number"),
    ],
)
def test_report_refuses_a_summary_of_another_shape_and_names_the_key(
    page_of: Any,
    publication_row: str,
    sync_values: dict[str, object],
    change: dict[str, object],
    message: str,
) -> None:
    with pytest.raises(ReportError, match=message):
        page_of(publication_row, syncs=[sync_values | change])


@pytest.mark.parametrize("key", ["sync", "status", "adds", "refused", "invalid", "delivered"])
def test_report_refuses_a_summary_without_a_key(
    page_of: Any, publication_row: str, sync_values: dict[str, object], key: str
) -> None:
    del sync_values[key]
    with pytest.raises(ReportError, match=f"{key} is missing"):
        page_of(publication_row, syncs=[sync_values])


def test_report_refuses_freshness_that_is_no_instant(
    page_of: Any, publication_row: str, freshness_values: dict[str, object]
) -> None:
    with pytest.raises(ReportError, match="own/orders: newest_at must be an instant"):
        page_of(publication_row, freshness=[freshness_values | {"newest_at": "yesterday"}])


def test_planned_sync_reads_as_dry_run_when_live_sends_are_off(
    page_of: Any, publication_row: str, sync_values: dict[str, object]
) -> None:
    values = sync_values | {"status": "planned", "is_dry_run": True, "waiting_codes": []}
    values["waiting_reason"] = ""
    japanese, _ = page_of(publication_row, syncs=[values])
    assert japanese.rows["syncs"][1][1] == "試算のみ"


def test_sync_without_breaker_says_what_holds_it_up(
    page_of: Any, publication_row: str, sync_values: dict[str, object]
) -> None:
    values = sync_values | {"waiting_codes": [], "waiting_reason": "set SENDGRID_API_KEY"}
    japanese, _ = page_of(publication_row, syncs=[values])
    assert japanese.rows["syncs"][1][1] == "承認待ち：set SENDGRID_API_KEY"
