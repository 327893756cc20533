"""fake_1000: 1,000 records of 250 invented people, with typing errors and gaps."""

from typing import Any

from orchestration.identity.linkage.model import Comparison, Level, LinkageModel, column_equals
from tests.benchmarks.linkage.dataset import SHARED, Dataset, SplinkExample

_LOAD = """
    select
        unique_id as record_id,
        "cluster" as truth,
        nullif(trim(first_name), '') as first_name,
        nullif(trim(surname), '') as surname,
        first_name || ' ' || surname as full_name,
        dob,
        nullif(trim(city), '') as city,
        nullif(trim(email), '') as email,
        split_part(email, '@', 1) as mailbox,
        split_part(email, '@', 2) as domain
    from read_csv('{0}', all_varchar = true, header = true)
"""


def _unknown(*columns: str) -> str:
    return " or ".join(f"{c}_l is null or {c}_r is null" for c in columns)


def _near(column: str, likeness: float) -> str:
    return f"jaro_winkler_similarity({column}_l, {column}_r) >= {likeness}"


def _name(column: str, other: str) -> Comparison:
    return Comparison(
        column,
        _unknown(column),
        (
            Level("equal", f"{column}_l = {column}_r", column),
            Level("swapped", f"{column}_l = {other}_r or {column}_r = {other}_l"),
            Level("near", _near(column, 0.88)),
            Level("alike", _near(column, 0.7)),
        ),
    )


_MODEL = LinkageModel(
    comparisons=(
        _name("first_name", "surname"),
        _name("surname", "first_name"),
        Comparison(
            "dob",
            _unknown("dob"),
            (
                Level("equal", "dob_l = dob_r"),
                Level("1 edit", "damerau_levenshtein(dob_l, dob_r) <= 1"),
                Level("2 edits", "damerau_levenshtein(dob_l, dob_r) <= 2"),
            ),
        ),
        Comparison(
            "city",
            _unknown("city"),
            (
                Level("equal", "city_l = city_r", "city"),
                Level("near", _near("city", 0.88)),
            ),
        ),
        Comparison(
            "email",
            _unknown("email"),
            (
                Level("equal", "email_l = email_r"),
                Level("mailbox", "mailbox_l = mailbox_r"),
                Level("near", "damerau_levenshtein(email_l, email_r) <= 3"),
            ),
        ),
    ),
    blocks=(
        *map(column_equals, ("first_name", "surname", "dob", "email", "mailbox")),
        "l.first_name = r.surname",
        "l.surname = r.first_name",
    ),
    certain=(
        column_equals("email"),
        "l.first_name = r.first_name and damerau_levenshtein(l.dob, r.dob) <= 1",
        "l.surname = r.surname and damerau_levenshtein(l.dob, r.dob) <= 1",
    ),
    certain_recall=0.7,
    training_blocks=(
        column_equals("dob"),
        column_equals("email"),
        column_equals("first_name", "surname"),
    ),
)


def _settings() -> Any:
    import splink.comparison_library as cl
    from splink import SettingsCreator

    columns = ("first_name", "surname", "dob", "email")
    return SettingsCreator(
        unique_id_column_name="record_id",
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[column_equals(column) for column in columns],
        comparisons=[
            cl.ForenameSurnameComparison("first_name", "surname"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.EmailComparison("email"),
        ],
    )


def _train(linker: Any) -> None:
    one_edit = "levenshtein(l.dob, r.dob) <= 1"
    linker.training.estimate_probability_two_random_records_match(
        [
            f"l.first_name = r.first_name and {one_edit}",
            f"l.surname = r.surname and {one_edit}",
            "l.first_name = r.first_name and levenshtein(l.surname, r.surname) <= 2",
            column_equals("email"),
        ],
        recall=0.7,
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1_000_000, seed=5)
    for columns in (("dob",), ("email",), ("first_name", "surname")):
        linker.training.estimate_parameters_using_expectation_maximisation(
            column_equals(*columns), estimate_without_term_frequencies=True
        )


FAKE_1000 = Dataset(
    name="fake_1000",
    files=(SHARED / "record_linkage" / "fake_1000.csv",),
    load=_LOAD,
    exact_keys=("email",),
    model=_MODEL,
    example=SplinkExample(_settings, _train, 0.5),
    goal_f1=0.92,
)
