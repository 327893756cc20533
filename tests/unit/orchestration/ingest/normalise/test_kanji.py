"""Our table of kanji variants against the published ones, and as a mapping."""

import csv
import unicodedata
from importlib.resources import files

import jntajis
import pyarrow as pa
import pytest

from orchestration.ingest.normalise.characters import change
from orchestration.ingest.normalise.kanji import loose_table, strict_table, variants

# Both forms may stand in a child's name and count as one there (戸籍法施行規則 別表第二).
_NAME_PAIRS = "亙亘 凜凛 堯尭 巖巌 晄晃 禰祢 禱祷 穰穣 遙遥"
# JIS X 0208 of 1983 simplified the printed form; JIS X 0213 then gave the old one its own code, so
# the map of the Moji Joho Kiban, which goes into JIS X 0213, keeps both.
_SIMPLIFIED_IN_JIS = (
    "鷗鴎 麴麹 蔣蒋 蠟蝋 軀躯 摑掴 塡填 頰頬 剝剥 瀆涜 啞唖 屛屏 簞箪 繡繍 蟬蝉 醬醤 驒騨 鹼鹸 "
    "麵麺 濤涛 焰焔 鶯鴬 頸頚 竈竃 蠣蛎"
)
_EXCEPTIONS = {pair[0]: pair[1] for pair in f"{_NAME_PAIRS} {_SIMPLIFIED_IN_JIS}".split()}
_ALL_SCHEMES = sum(scheme.value for scheme in jntajis.MJShrinkSchemeCombo)


def _rows() -> list[dict[str, str]]:
    text = files("orchestration.ingest.normalise").joinpath("kanji_variants.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def test_table_holds_every_variant_once() -> None:
    rows = _rows()

    assert len(rows) >= 300
    assert len({row["variant"] for row in rows}) == len(rows)
    assert {row["level"] for row in rows} == {"strict", "loose"}
    assert all(len(row["variant"]) == len(row["canonical"]) == 1 for row in rows)


def test_table_leaves_to_nfkc_what_nfkc_folds() -> None:
    for row in _rows():
        assert unicodedata.normalize("NFKC", row["variant"]) == row["variant"]
        assert unicodedata.normalize("NFKC", row["canonical"]) == row["canonical"]


@pytest.mark.parametrize("level", ["strict", "loose"])
def test_table_has_no_chain_and_no_cycle(level: str) -> None:
    pairs = variants(level)

    assert not pairs.keys() & set(pairs.values())


def test_loose_table_leads_back_to_no_strict_variant() -> None:
    assert not variants("strict").keys() & set(variants("loose").values())


def test_strict_pairs_agree_with_the_map_of_the_moji_joho_kiban() -> None:
    disagreeing = {
        variant: canonical
        for variant, canonical in variants("strict").items()
        if canonical not in jntajis.mj_shrink_candidates(variant, _ALL_SCHEMES)
    }

    assert disagreeing == _EXCEPTIONS


@pytest.mark.parametrize(
    ("written", "strict", "loose"),
    [
        ("髙﨑", "高崎", "高崎"),
        ("渡邉", "渡辺", "渡辺"),
        ("渡邊", "渡辺", "渡辺"),
        ("齋藤", "斎藤", "斉藤"),
        ("齊藤", "斉藤", "斉藤"),
        ("𠮷澤", "吉沢", "吉沢"),
        ("嶋田", "嶋田", "島田"),
        ("冨樫", "冨樫", "富樫"),
        ("龜德", "亀徳", "亀徳"),
        ("山田", "山田", "山田"),
    ],
)
def test_names_fold_by_level(written: str, strict: str, loose: str) -> None:
    assert change(pa.array([written]), strict_table()).to_pylist() == [strict]
    assert change(pa.array([written]), loose_table()).to_pylist() == [loose]
