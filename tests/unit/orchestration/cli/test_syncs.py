"""`enishi sync`, `approve` and `syncs` before anything was published."""


def test_sync_says_what_to_run_first_when_nothing_was_published(enishi, tmp_path):
    code, output = enishi("sync", "winback__file")
    assert (code, output) == (
        1,
        "There is no publication yet: run `enishi publish` first.\n",
    )
    assert not (tmp_path / "home" / "sample" / "outbox").exists()


def test_sync_names_the_syncs_of_the_shop_when_it_has_no_such_sync(enishi):
    code, output = enishi("sync", "winback__pigeon")
    assert code == 1
    assert "The shop sample has no sync winback__pigeon; it has" in output
    assert "winback__file" in output


def test_approve_refuses_a_plan_that_does_not_wait(enishi):
    code, output = enishi("approve", "plan-1", "--by", "crm")
    assert (code, output) == (
        1,
        "plan plan-1 does not wait for approval; list the plans first\n",
    )


def test_approve_asks_who_approves_when_the_name_is_blank(enishi):
    code, output = enishi("approve", "plan-1", "--by", " ")
    assert (code, output) == (1, "plan plan-1: say who approves it\n")


def test_approve_asks_for_the_name_when_it_is_left_out(enishi):
    code, output = enishi("approve", "plan-1")
    assert code == 2
    assert "Approved" not in output


def test_syncs_shows_an_empty_table_when_none_ran(enishi):
    code, output = enishi("syncs")
    assert code == 0
    assert "refused" in output
    assert "__file" not in output
