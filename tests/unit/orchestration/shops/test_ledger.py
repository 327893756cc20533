"""Where the shop's ledger lies."""

from orchestration.environments import read_settings
from orchestration.shops.ledger import shop_ledger
from orchestration.workspace import Workspace


def test_shop_ledger_lies_in_the_state_folder_when_no_address_is_given(tmp_path):
    workspace = Workspace(tmp_path / "shop")
    with shop_ledger(read_settings({}), workspace) as ledger:
        secret = ledger.secret
    assert (workspace.state / "ledger.sqlite").is_file()
    with shop_ledger(read_settings({}), workspace) as again:
        assert again.secret == secret


def test_shop_ledger_is_the_one_at_the_address_when_it_is_given(tmp_path):
    workspace = Workspace(tmp_path / "shop")
    settings = read_settings({"ENISHI_LEDGER_URL": f"sqlite:///{tmp_path / 'other.sqlite'}"})
    with shop_ledger(settings, workspace):
        pass
    assert (tmp_path / "other.sqlite").is_file()
    assert not (workspace.state / "ledger.sqlite").exists()
