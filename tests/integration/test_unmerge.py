"""Two persons joined by hand and parted again are what they were, in every published table."""

from collections.abc import Callable

import pandas as pd
import pytest

from tests.integration.shops import TestShop

pytestmark = pytest.mark.slow

# A person's history grows, and the contact data lie in a file of their own.
LEFT_OUT = ("identity.identity_events", "contact.", "_publication.")


def _tables(shop: TestShop) -> dict[str, pd.DataFrame]:
    names = shop.published.row_counts()
    return {
        name: shop.frame(f"select * from {name} order by all")
        for name in names
        if not name.startswith(LEFT_OUT)
    }


def _override(shop: TestShop, action: str, left: str, right: str) -> None:
    shop.workspace.identity_overrides.write_text(
        f"action,left_record,right_record,note\n{action},{left},{right},asked\n", "utf-8"
    )
    done = shop.enishi("publish")
    assert done.returncode == 0, done.stdout


def test_merge_and_unmerge_restore_both_persons(shop_copy: Callable[[], TestShop]) -> None:
    shop = shop_copy()
    before = _tables(shop)
    (one, left), (other, right) = shop.rows(
        """
        select person_id, min(record_key)
        from identity.person_identifiers
        where source = 'ec_cube' and record_kind = 'customer' and person_id in (
            select person_id from marts.customer_360 where purchase_count > 1
        )
        group by person_id order by 1 limit 2
        """
    )

    _override(shop, "link", left, right)

    merged = _tables(shop)["marts.customer_360"].set_index("person_id")
    single = before["marts.customer_360"].set_index("person_id")
    assert set(single.index) - set(merged.index) in ({one}, {other})
    kept = one if one in merged.index else other
    assert merged.loc[kept, "net_sales"] == (
        single.loc[one, "net_sales"] + single.loc[other, "net_sales"]
    )

    _override(shop, "never_link", left, right)

    after = _tables(shop)
    assert after.keys() == before.keys()
    for name, table in before.items():
        pd.testing.assert_frame_equal(after[name], table, obj=name)
    kinds = shop.rows("select kind from identity.identity_events where kind <> 'create' order by 1")
    assert kinds == [("merge",), ("split",)]
