import importlib.util

import pytest

from orchestration.identity.linkage import mode
from orchestration.identity.linkage.mode import LinkageMissingError, linkage_mode


@pytest.fixture
def without_splink(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(mode, "find_spec", lambda name: None if name == "splink" else found(name))


def test_linkage_mode_is_off_when_nothing_is_said_and_splink_is_not_installed(without_splink):
    assert linkage_mode(None) == "off"


def test_linkage_mode_is_review_when_nothing_is_said_and_splink_is_installed():
    pytest.importorskip("splink", reason="linkage is an extra")
    assert linkage_mode(None) == "review"


@pytest.mark.parametrize("wanted", ["review", "merge"])
def test_linkage_mode_names_the_mend_when_splink_is_wanted_and_missing(without_splink, wanted):
    with pytest.raises(LinkageMissingError, match=r"pip install 'enishi\[linkage\]'"):
        linkage_mode(wanted)


def test_linkage_mode_stays_off_when_the_profile_says_so(without_splink):
    assert linkage_mode("off") == "off"
