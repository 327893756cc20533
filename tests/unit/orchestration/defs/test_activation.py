"""The syncs of a shop are those its profile names."""

import re

import pytest

from orchestration.defs import activation


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
