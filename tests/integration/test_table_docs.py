"""The documentation of the tables is an asset, and holds no secret."""

import subprocess
import sys
from collections.abc import Callable

from tests.integration.shops import ROOT, TestShop

KEY = "a key that stands in no page"
MATERIALIZE = ["asset", "materialize", "--select", "table_docs", "-m", "orchestration.definitions"]


def test_documentation_is_one_page_of_every_table_without_secrets(
    shop_copy: Callable[[], TestShop],
) -> None:
    shop = shop_copy()
    done = subprocess.run(
        [sys.executable, "-m", "dagster", *MATERIALIZE],
        cwd=ROOT,
        env={**shop.environment, "ENISHI_HASH_KEY": KEY},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    page = shop.workspace.table_docs.read_text("utf-8")
    for table in ("customer_360", "rpt_deciles", "send_eligibility", "person_contacts"):
        assert f'"model.enishi.{table}"' in page
    assert "One row per person. Marketers, segments and the report read it" in page
    assert KEY not in page
    assert [file.name for file in shop.workspace.table_docs.parent.iterdir()] == ["index.html"]
