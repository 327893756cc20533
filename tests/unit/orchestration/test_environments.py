"""What an environment may do, and what the process was told."""

from pathlib import Path

import pytest

from orchestration.environments import ENVIRONMENTS, REPOSITORY, read_settings


def test_read_settings_takes_dev_and_the_sample_shop_when_nothing_is_set():
    settings = read_settings({})
    assert (settings.environment.name, settings.shop) == ("dev", "sample")
    assert settings.home == REPOSITORY / "var"
    assert (settings.as_of_date, settings.ledger_url, settings.base_urls) == (None, None, {})


def test_read_settings_names_the_variable_and_the_choices_when_the_environment_is_unknown():
    said = r"^ENISHI_ENV is 'production'; set it to one of ci, dev, prod\.$"
    with pytest.raises(ValueError, match=said):
        read_settings({"ENISHI_ENV": "production"})


def test_read_settings_takes_what_the_variables_say(tmp_path):
    settings = read_settings(
        {
            "ENISHI_ENV": "prod",
            "ENISHI_SHOP": "online_retail",
            "ENISHI_HOME": str(tmp_path / "a" / ".." / "home"),
            "ENISHI_AS_OF_DATE": "2011-12-09",
            "ENISHI_LEDGER_URL": "sqlite:///ledger.sqlite",
            "ENISHI_SENDGRID_URL": "https://api.eu.sendgrid.com",
        }
    )
    assert settings.environment is ENVIRONMENTS["prod"]
    assert settings.shop == "online_retail"
    assert settings.home == tmp_path / "home"
    assert settings.as_of_date == "2011-12-09"
    assert settings.ledger_url == "sqlite:///ledger.sqlite"
    assert settings.base_urls == dict.fromkeys(
        ("sendgrid_contacts", "sendgrid_mail"), "https://api.eu.sendgrid.com"
    )


def test_read_settings_treats_a_blank_variable_as_unset():
    settings = read_settings({"ENISHI_AS_OF_DATE": "", "ENISHI_LEDGER_URL": ""})
    assert (settings.as_of_date, settings.ledger_url) == (None, None)


def test_only_prod_sends_live_and_only_prod_starts_schedules_by_itself():
    assert {name for name, env in ENVIRONMENTS.items() if env.live_sends} == {"prod"}
    assert {name for name, env in ENVIRONMENTS.items() if env.schedules_running} == {"prod"}
    assert {name for name, env in ENVIRONMENTS.items() if "syncs" in env.schedules} == {"prod"}


def test_settings_hand_channels_their_keys_and_nothing_else():
    settings = read_settings(
        {"SENDGRID_API_KEY": "SG.one", "SENDGRID_LIST_WINBACK": "list-1", "HOME": "elsewhere"}
    )
    channel = settings.channel_settings(Path("outbox"))
    assert channel.outbox == Path("outbox")
    assert channel.secrets == {"SENDGRID_API_KEY": "SG.one", "SENDGRID_LIST_WINBACK": "list-1"}


@pytest.mark.parametrize("show", [repr, str, "{!r:}".format], ids=["repr", "str", "format"])
def test_a_key_never_shows_when_settings_are_printed(show):
    settings = read_settings({"SENDGRID_API_KEY": "SG.canary"})
    assert settings.secrets["SENDGRID_API_KEY"] == "SG.canary"
    assert "canary" not in show(settings) + show(settings.channel_settings(Path("outbox")))


def test_read_settings_builds_with_duckdb_when_no_target_is_named():
    assert read_settings({}).target == read_settings({"ENISHI_TARGET": ""}).target == "duckdb"


def test_read_settings_names_the_choices_when_the_target_is_unknown():
    with pytest.raises(ValueError, match=r"'oracle'; set it to one of duckdb, postgres, spark\.$"):
        read_settings({"ENISHI_TARGET": "oracle"})


def test_read_settings_asks_for_the_address_when_the_target_is_postgres():
    with pytest.raises(ValueError, match="ENISHI_POSTGRES_URL is not set"):
        read_settings({"ENISHI_TARGET": "postgres"})
    url = "postgresql://enishi:canary@db.example/shop"
    settings = read_settings({"ENISHI_TARGET": "postgres", "ENISHI_POSTGRES_URL": url})
    assert (settings.target, settings.postgres_url) == ("postgres", url)
    assert "canary" not in repr(settings)
