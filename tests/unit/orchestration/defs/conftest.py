"""The sample shop in a temporary folder, as the resource that the assets get."""

import pytest

from orchestration.defs.resources import Shop


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.setenv("ENISHI_HOME", str(tmp_path))
    monkeypatch.setenv("ENISHI_SHOP", "sample")
    return Shop()
