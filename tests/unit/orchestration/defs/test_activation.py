"""The syncs of a shop are those its profile names."""

import re

import dagster as dg
import pytest

from orchestration.defs import activation, resources
from orchestration.defs.jobs import jobs
from orchestration.shops.profile import load_shop
from reverse_etl.errors import SpecError


def test_shop_syncs_are_those_of_the_profile_in_its_order(shop):
    assert [sync.name for sync in activation.shop_syncs()] == list(shop.profile.syncs)


def test_shop_syncs_are_none_when_the_profile_names_none(monkeypatch):
    monkeypatch.setenv("ENISHI_SHOP", "online_retail")
    assert activation.shop_syncs() == []


def test_shop_syncs_name_the_sync_and_the_mend_when_a_file_is_missing(shop, tmp_path, monkeypatch):
    known = tmp_path / "syncs"
    known.mkdir()
    for name in shop.profile.syncs:
        if name != "winback__file":
            source = activation.SYNCS / f"{name}.yml"
            (known / source.name).write_bytes(source.read_bytes())
    monkeypatch.setattr(activation, "SYNCS", known)
    said = (
        "The shop sample names syncs without a file: winback__file. "
        "Add reverse_etl/syncs/<name>.yml or take them out of the profile."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        activation.shop_syncs()


@pytest.fixture
def switch_on(shop, monkeypatch):
    """Lets the sample shop switch scenarios on."""

    def switch(*names):
        profile = load_shop("sample").model_copy(update={"scenarios": list(names)})
        monkeypatch.setattr(resources, "load_shop", lambda _name: profile)

    return switch


def test_shop_syncs_hold_the_steps_of_scenarios_that_are_switched_on_and_no_others(shop, switch_on):
    switch_on("cart_abandonment", "vip")
    names = [sync.name for sync in activation.shop_syncs()]
    assert names == [
        *shop.profile.syncs,
        "cart_abandonment__first__line",
        "cart_abandonment__first__email",
        "vip__hello__email",
    ]
    defined = activation.activation()
    keys = {key.path[-1] for asset in defined.assets or [] for key in asset.keys}
    assert keys == set(names)
    line = next(a for a in defined.assets or [] if activation.sync_key(names[-3]) in a.keys)
    assert dg.AssetKey(["scenario_due"]) in line.dependency_keys
    assert {f"sync_{name}" for name in names} <= {job.name for job in jobs().jobs or []}


def test_shop_syncs_name_the_scenario_when_nobody_has_written_it(switch_on):
    switch_on("carts")
    with pytest.raises(SpecError, match="there is no carts; choose of birthday"):
        activation.shop_syncs()
