"""FEBRL 3 (5,000 records with up to five repeats) and FEBRL 4 (two files of 5,000 records)."""

from typing import Any

from orchestration.identity.linkage.model import Comparison, Level, LinkageModel, column_equals
from tests.benchmarks.linkage.dataset import SHARED, Dataset, SplinkExample

_FOLDER = SHARED / "febrl"
_COLUMNS = """
    trim(rec_id) as record_id,
    regexp_extract(rec_id, 'rec-[0-9]+') as truth,
    nullif(trim(given_name), '') as given_name,
    nullif(trim(surname), '') as surname,
    nullif(trim(street_number), '') as street_number,
    nullif(trim(address_1), '') as address_1,
    nullif(trim(suburb), '') as suburb,
    nullif(trim(postcode), '') as postcode,
    nullif(trim(state), '') as state,
    nullif(trim(date_of_birth), '') as date_of_birth,
    nullif(trim(soc_sec_id), '') as soc_sec_id
"""


def _from(number: int) -> str:
    return f"from read_csv('{{{number}}}', all_varchar = true, header = true)"


_LOAD_3 = f"select {_COLUMNS}, 'one' as file {_from(0)}"
_LOAD_4 = (
    f"select {_COLUMNS}, 'a' as file {_from(0)} union all select {_COLUMNS}, 'b' as file {_from(1)}"
)


def _unknown(*columns: str) -> str:
    return " or ".join(f"{c}_l is null or {c}_r is null" for c in columns)


def _typed(column: str, *, frequent: bool = False, edits: int = 2) -> Comparison:
    """Equal, or so many typing errors away."""
    equal = Level("equal", f"{column}_l = {column}_r", column if frequent else None)
    near = [
        Level(f"{n} edits", f"damerau_levenshtein({column}_l, {column}_r) <= {n}")
        for n in range(1, edits + 1)
    ]
    return Comparison(column, _unknown(column), (equal, *near))


def _name(column: str, other: str) -> Comparison:
    """A name, or the other name written in its place."""
    return Comparison(
        column,
        _unknown(column),
        (
            Level("equal", f"{column}_l = {column}_r", column),
            Level("swapped", f"{column}_l = {other}_r or {column}_r = {other}_l"),
            Level("near", f"jaro_winkler_similarity({column}_l, {column}_r) >= 0.88"),
        ),
    )


def _model(across: str | None) -> LinkageModel:
    return LinkageModel(
        comparisons=(
            _name("given_name", "surname"),
            _name("surname", "given_name"),
            _typed("date_of_birth"),
            _typed("soc_sec_id"),
            _typed("postcode"),
            _typed("street_number", frequent=True, edits=0),
            Comparison(
                "address_1",
                _unknown("address_1"),
                (
                    Level("equal", "address_1_l = address_1_r", "address_1"),
                    Level("near", "jaro_winkler_similarity(address_1_l, address_1_r) >= 0.88"),
                ),
            ),
            Comparison(
                "suburb",
                _unknown("suburb"),
                (
                    Level("equal", "suburb_l = suburb_r", "suburb"),
                    Level("near", "jaro_winkler_similarity(suburb_l, suburb_r) >= 0.88"),
                ),
            ),
        ),
        blocks=(
            *map(column_equals, ("soc_sec_id", "date_of_birth", "postcode", "address_1")),
            column_equals("given_name", "surname"),
            "l.given_name = r.surname and l.surname = r.given_name",
            column_equals("surname", "street_number"),
            column_equals("given_name", "street_number"),
        ),
        certain=(
            column_equals("soc_sec_id"),
            column_equals("given_name", "surname", "date_of_birth"),
        ),
        certain_recall=0.85,
        training_blocks=(column_equals("date_of_birth"), column_equals("postcode")),
        across=across,
    )


def _settings_3() -> Any:
    import splink.comparison_library as cl
    from splink import SettingsCreator, block_on

    columns = ("soc_sec_id", "given_name", "surname", "date_of_birth", "postcode")
    return SettingsCreator(
        unique_id_column_name="record_id",
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[block_on(column) for column in columns],
        comparisons=[
            cl.NameComparison("given_name"),
            cl.NameComparison("surname"),
            cl.DateOfBirthComparison(
                "date_of_birth", input_is_string=True, datetime_format="%Y%m%d"
            ),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
        ],
    )


_SWAPPED = "l.given_name = r.surname and l.surname = r.given_name"


def _train_3(linker: Any) -> None:
    linker.training.estimate_probability_two_random_records_match(
        [
            column_equals("soc_sec_id"),
            column_equals("given_name", "surname", "date_of_birth"),
            f"{_SWAPPED} and l.date_of_birth = r.date_of_birth",
        ],
        recall=0.9,
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1_000_000, seed=2)
    for column in ("date_of_birth", "postcode"):
        linker.training.estimate_parameters_using_expectation_maximisation(column_equals(column))


def _settings_4() -> Any:
    import splink.comparison_library as cl
    from splink import SettingsCreator

    return SettingsCreator(
        unique_id_column_name="record_id",
        source_dataset_column_name="file",
        link_type="link_only",
        blocking_rules_to_generate_predictions=[
            column_equals("given_name", "surname"),
            _SWAPPED,
            column_equals("date_of_birth"),
            column_equals("soc_sec_id"),
            column_equals("state", "address_1"),
            column_equals("street_number", "address_1"),
            column_equals("postcode"),
        ],
        comparisons=[
            cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("surname").configure(term_frequency_adjustments=True),
            cl.DateOfBirthComparison(
                "date_of_birth",
                input_is_string=True,
                datetime_format="%Y%m%d",
                invalid_dates_as_null=True,
            ),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(
                term_frequency_adjustments=True
            ),
        ],
    )


def _train_4(linker: Any) -> None:
    linker.training.estimate_probability_two_random_records_match(
        [column_equals("soc_sec_id"), column_equals("given_name", "surname", "date_of_birth")],
        recall=0.8,
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1_000_000, seed=1)
    for column in ("date_of_birth", "postcode"):
        linker.training.estimate_parameters_using_expectation_maximisation(
            column_equals(column), estimate_without_term_frequencies=True
        )


FEBRL_3 = Dataset(
    name="FEBRL 3",
    files=(_FOLDER / "dataset3.csv",),
    load=_LOAD_3,
    exact_keys=("soc_sec_id",),
    model=_model(None),
    example=SplinkExample(_settings_3, _train_3, 0.5),
    goal_f1=0.999,
)
FEBRL_4 = Dataset(
    name="FEBRL 4",
    files=(_FOLDER / "dataset4a.csv", _FOLDER / "dataset4b.csv"),
    load=_LOAD_4,
    exact_keys=("soc_sec_id",),
    model=_model("file"),
    example=SplinkExample(_settings_4, _train_4, 0.99),
    goal_f1=0.999,
)
