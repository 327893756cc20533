"""The planted refills and companions of the sample shop are found again in its published tables."""

from statistics import median

from orchestration.sample_shop.catalogue import COMPANIONS
from tests.integration.shops import TestShop


def test_refilled_products_are_bought_again_when_the_pack_is_used_up(built_shop: TestShop) -> None:
    ratios = [
        ratio
        for (ratio,) in built_shop.rows(
            """
            select gap_median_days / rpt_purchase_cycles.pack_days
            from marts.rpt_purchase_cycles
            inner join marts.dim_products using (product_id)
            where not is_trial and rpt_purchase_cycles.pack_days > 0 and repurchase_pairs >= 5
            """
        )
    ]
    assert len(ratios) >= 10
    # Who buys two or three packs, or comes back by chance, draws some products upwards.
    assert 0.9 <= median(ratios) <= 1.15
    assert sum(0.75 <= ratio <= 1.3 for ratio in ratios) >= 0.7 * len(ratios)


def test_companions_are_the_strongest_pairs(built_shop: TestShop) -> None:
    strongest = built_shop.rows(
        """
        select product_a_name, product_b_name from marts.rpt_basket_affinity
        where kind = 'same_order' and lift_lower > 1
        order by lift_lower desc, product_a_id, product_b_id
        """
    )[: len(COMPANIONS)]
    assert {frozenset(pair) for pair in strongest} == {
        frozenset(pair) for pair in COMPANIONS.items()
    }
