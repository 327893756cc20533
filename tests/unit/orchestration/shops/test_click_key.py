"""The key of the links in mails: made once, kept closed, never shown."""

import pytest

from orchestration.environments import read_settings
from orchestration.shops.click_key import shop_click_key
from orchestration.shops.hash_key import shop_hash_key
from orchestration.workspace import Workspace


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "shop")


def test_shop_click_key_is_made_once_and_readable_by_its_owner_only(workspace):
    key = shop_click_key(read_settings({}), workspace)
    assert len(bytes.fromhex(key)) == 32
    assert shop_click_key(read_settings({}), workspace) == key
    assert (workspace.state / "click_key").stat().st_mode & 0o777 == 0o600


def test_shop_click_key_is_not_the_key_of_the_hashes(workspace):
    settings = read_settings({})
    assert shop_click_key(settings, workspace) != shop_hash_key(settings, workspace)


def test_shop_click_key_is_the_one_of_the_variable_and_writes_nothing_when_it_is_set(workspace):
    settings = read_settings({"ENISHI_CLICK_KEY": "canary"})
    assert shop_click_key(settings, workspace) == "canary"
    assert not workspace.root.exists()


def test_the_click_key_never_shows_when_settings_are_printed():
    assert "canary" not in repr(read_settings({"ENISHI_CLICK_KEY": "canary"}))
