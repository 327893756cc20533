from orchestration.identity.linkage.answers import answered_pairs


def test_answered_pairs_are_none_when_the_shop_has_no_file(tmp_path):
    assert answered_pairs(tmp_path / "identity_overrides.csv") == []


def test_answered_pairs_hold_both_kinds_of_answer(tmp_path):
    file = tmp_path / "identity_overrides.csv"
    file.write_text(
        "action,left_record,right_record,note\n"
        "link,ec|customer|1, mall|customer|2,same person\n"
        "never_link,ec|customer|3,ec|customer|4,\n"
        "never_link,ec|customer|5,,half a line\n",
        encoding="utf-8",
    )
    assert answered_pairs(file) == [
        ("ec|customer|1", "mall|customer|2"),
        ("ec|customer|3", "ec|customer|4"),
    ]
