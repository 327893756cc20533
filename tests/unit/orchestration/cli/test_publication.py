"""`enishi publications` and `enishi rollback`."""

import pytest


def rows(output):
    """Publication, as-of day and mark of each line that names a publication."""
    lines = [line.split() for line in output.splitlines() if "edition-" in line]
    return [(words[0], words[1], words[-1]) for words in lines]


def test_publications_lists_nothing_when_nothing_was_published(enishi, tmp_path):
    code, output = enishi("publications")
    assert code == 0
    assert "publication" in output
    assert rows(output) == []
    assert not (tmp_path / "home").exists()


def test_publications_lists_the_newest_first_and_marks_the_one_that_is_served(enishi, published):
    _, output = enishi("publications")
    assert rows(output) == [
        ("edition-2", "2026-11-02", "served"),
        # The last word is the row count: this one is not served.
        ("edition-1", "2026-11-01", "1"),
    ]


def test_rollback_serves_the_publication_before(enishi, published):
    code, output = enishi("rollback")
    assert (code, output) == (0, "Serving edition-1 again.\n")
    assert (published / "current").readlink().name == "edition-1"


def test_rollback_serves_the_named_publication(enishi, published):
    enishi("rollback")
    assert enishi("rollback", "edition-2") == (0, "Serving edition-2 again.\n")
    assert (published / "current").readlink().name == "edition-2"


def test_rollback_names_what_is_kept_when_there_is_no_such_publication(enishi, published):
    code, output = enishi("rollback", "edition-3")
    assert code == 1
    assert "there is no publication edition-3; kept are: edition-2, edition-1" in output
    assert (published / "current").readlink().name == "edition-2"


def test_rollback_says_so_when_nothing_was_published(enishi):
    code, output = enishi("rollback")
    assert code == 1
    assert "nothing was published yet" in output


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("ENISHI_SHOP", "nowhere", "There is no shop 'nowhere'; known: online_retail, sample."),
        ("ENISHI_ENV", "production", "ENISHI_ENV is 'production'; set it to one of ci, dev, prod."),
    ],
)
def test_a_command_ends_with_the_reason_when_shop_or_environment_is_unknown(
    enishi, monkeypatch, variable, value, said
):
    monkeypatch.setenv(variable, value)
    code, output = enishi("publications")
    assert code == 2
    assert said in output


def test_a_command_says_what_to_change_when_the_deployment_cannot_work(enishi, monkeypatch):
    monkeypatch.setenv("ENISHI_HOSTS", "many")
    code, output = enishi("publications")
    assert code == 2
    assert "set ENISHI_LEDGER_URL=" in " ".join(output.split())
