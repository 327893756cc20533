"""The report in a real browser: charts are drawn, the language switches, nothing overflows."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--virtual-time-budget=5000", "--hide-scrollbars", "--dump-dom",
)  # fmt: skip
CHARTS = ("cohorts", "deciles", "eligibility", "rfm", "sales", "stages")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="neither chromium nor google-chrome is installed"),
]


def dom_of(page: Path, profile: Path, *, fragment: str = "") -> str:
    """Give the page's HTML after its scripts have run."""
    address = page.as_uri() + (f"#{fragment}" if fragment else "")
    ran = subprocess.run(
        [
            str(CHROMIUM), *FLAGS, f"--user-data-dir={profile}", "--window-size=1280,900",
            address,
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )  # fmt: skip
    return ran.stdout


def with_script(page: Path, folder: Path, script: str) -> Path:
    """Give a copy of the page that runs one more script at its end."""
    html = page.read_text(encoding="utf-8")
    copy = folder / "page.html"
    copy.write_text(html.replace("</body>", f"<script>{script}</script></body>"), encoding="utf-8")
    return copy


def chart_words(dom: str, key: str) -> str:
    """Give the words that the browser drew in one chart."""
    drawn = dom.split(f'data-chart="{key}"', 1)[1].split("<details>", 1)[0]
    return " ".join(re.findall(r">([^<>]+)<", drawn.split('<p class="definition">')[0]))


def test_every_chart_is_drawn_in_japanese_at_first(report_page: Path, tmp_path: Path) -> None:
    dom = dom_of(report_page, tmp_path)
    assert '<html lang="ja">' in dom
    assert "<title" in dom
    for key in CHARTS:
        after = dom.split(f'data-chart="{key}"', 1)[1].split("<details>", 1)[0]
        assert 'class="main-svg"' in after, key
    words = chart_words(dom, "sales")
    assert "純売上" in words
    assert "¥60万" in words
    assert "Net sales" not in words


def test_fragment_en_opens_the_page_in_english(report_page: Path, tmp_path: Path) -> None:
    dom = dom_of(report_page, tmp_path, fragment="en")
    assert '<html lang="en">' in dom
    assert re.search(r"<title[^>]*>縁側マーケット customer report</title>", dom)
    assert 'aria-label="Chart: Sales by decile. The best 10%' in dom
    words = chart_words(dom, "sales")
    assert "Net sales" in words
    assert "¥600K" in words
    assert "純売上" not in words
    assert "Months since first purchase" in chart_words(dom, "cohorts")


def test_switch_changes_the_language_without_reload(report_page: Path, tmp_path: Path) -> None:
    script = """
        window.stays = true;
        document.querySelector('[data-language="en"]').click();
        setTimeout(() => { document.body.dataset.reloaded = String(!window.stays); }, 500);
    """
    dom = dom_of(with_script(report_page, tmp_path, script), tmp_path / "profile")
    assert 'data-reloaded="false"' in dom
    assert '<html lang="en">' in dom
    assert "Net sales" in chart_words(dom, "sales")


def test_page_is_no_wider_than_the_screen_from_phone_to_desk(
    report_page: Path, tmp_path: Path
) -> None:
    script = """
        addEventListener("load", () => setTimeout(() => {
            const root = document.documentElement;
            const name = root.lang + "-" + root.clientWidth;
            parent.postMessage(name + "-" + (root.scrollWidth - root.clientWidth), "*");
        }, 500));
    """
    page = with_script(report_page, tmp_path, script)
    frames = "".join(
        f'<iframe src="{page.as_uri()}#{language}" style="width:{width}px;border:0"></iframe>'
        for language in ("ja", "en")
        for width in (360, 768, 1280)
    )
    listen = 'addEventListener("message", (event) => { document.body.append(event.data + " "); });'
    screens = tmp_path / "screens.html"
    screens.write_text(f"<body>{frames}<script>{listen}</script></body>", encoding="utf-8")
    dom = dom_of(screens, tmp_path / "profile")
    assert set(re.findall(r"(ja|en)-(\d+)-(\d+)", dom)) == {
        (language, width, "0") for language in ("ja", "en") for width in ("360", "768", "1280")
    }


def test_page_asks_for_nothing_but_itself(report_page: Path, tmp_path: Path) -> None:
    script = """
        setTimeout(() => {
            const asked = performance.getEntriesByType("resource").map((entry) => entry.name);
            document.body.dataset.asked = JSON.stringify(asked);
        }, 1000);
    """
    dom = dom_of(with_script(report_page, tmp_path, script), tmp_path / "profile")
    assert 'data-asked="[]"' in dom
