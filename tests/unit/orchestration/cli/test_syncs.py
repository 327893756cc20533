"""`enishi sync` and `enishi syncs` before anything was published."""


def test_sync_says_what_to_run_first_when_nothing_was_published(enishi, tmp_path):
    code, output = enishi("sync", "run", "winback__file")
    assert (code, output) == (
        1,
        "There is no publication yet: run `enishi publish` first.\n",
    )
    assert not (tmp_path / "home" / "sample" / "outbox").exists()


def test_sync_names_the_syncs_of_the_shop_when_it_has_no_such_sync(enishi):
    code, output = enishi("sync", "run", "winback__pigeon")
    assert code == 1
    assert "The shop sample has no sync winback__pigeon; it has" in output
    assert "winback__file" in output


def test_approve_refuses_a_plan_that_does_not_wait(enishi):
    code, output = enishi("sync", "approve", "plan-1", "--by", "crm")
    assert (code, output) == (
        1,
        "plan plan-1 does not wait for approval; list the plans first\n",
    )


def test_approve_asks_who_approves_when_the_name_is_blank(enishi):
    code, output = enishi("sync", "approve", "plan-1", "--by", " ")
    assert (code, output) == (1, "plan plan-1: say who approves it\n")


def test_approve_asks_for_the_name_when_it_is_left_out(enishi):
    code, output = enishi("sync", "approve", "plan-1")
    assert code == 2
    assert "Approved" not in output


def test_syncs_shows_an_empty_table_when_none_ran(enishi):
    code, output = enishi("syncs")
    assert code == 0
    assert "refused" in output
    assert "__file" not in output


def test_release_says_how_many_rows_are_tried_again(enishi):
    assert enishi("sync", "release", "winback__file") == (0, "Released 0 rows of winback__file.\n")


def test_cancel_says_that_a_channel_has_no_undo(enishi):
    code, output = enishi("sync", "cancel", "winback__file")
    assert code == 1
    assert "channel file cannot call back what it has sent" in output


def test_rebaseline_asks_for_a_name_that_is_not_blank(enishi):
    assert enishi("sync", "rebaseline", "--by", " ")[0] == 1
    code, output = enishi("sync", "rebaseline", "--by", "crm")
    assert (code, output) == (0, "The ledger is taken as it is, by crm.\n")
