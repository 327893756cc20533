"""Historical figures 50k: records of 5,156 people from Wikidata, with errors, gaps and aliases."""

from typing import Any

from orchestration.identity.linkage.model import Comparison, Level, LinkageModel, column_equals
from tests.benchmarks.linkage.dataset import SHARED, Dataset, SplinkExample

_LOAD = r"""
    select
        unique_id as record_id,
        "cluster" as truth,
        full_name,
        first_name,
        surname,
        first_name || ' ' || surname as name,
        list_distinct(list_filter(
            regexp_split_to_array(full_name, '[\s,.()-]+'), lambda word : length(word) > 2
        )) as words,
        dob,
        substr(dob, 1, 4) as birth_year,
        birth_place,
        postcode_fake as postcode,
        regexp_extract(postcode_fake, '^[a-z]+') as area,
        split_part(postcode_fake, ' ', 1) as district,
        split_part(postcode_fake, ' ', 1) || substr(split_part(postcode_fake, ' ', 2), 1, 1)
            as sector,
        occupation
    from read_parquet('{0}')
"""


def _unknown(column: str) -> str:
    return f"{column}_l is null or {column}_r is null"


def _near(column: str, likeness: float) -> str:
    return f"jaro_winkler_similarity({column}_l, {column}_r) >= {likeness}"


def _edits(column: str, count: int) -> str:
    return f"damerau_levenshtein({column}_l, {column}_r) <= {count}"


_EQUAL_SURNAME = "surname_l = surname_r"
_SHARED_WORDS = "length(list_intersect(words_l, words_r))"
# Titles and middle names move between the columns, so the words of the full name count too.
_NAME = Comparison(
    "name",
    "(first_name_l is null and surname_l is null) or (first_name_r is null and surname_r is null)",
    (
        Level("full name", "full_name_l = full_name_r and surname_l is not null", "name"),
        Level("first and last", "name_l = name_r", "name"),
        Level(
            "both near",
            f"({_near('first_name', 0.9)} and {_near('surname', 0.9)})"
            " or (first_name_l = surname_r and surname_l = first_name_r)",
        ),
        Level(
            "surname and initial",
            f"{_EQUAL_SURNAME} and substr(first_name_l, 1, 1) = substr(first_name_r, 1, 1)",
            "surname",
        ),
        Level("surname", _EQUAL_SURNAME, "surname"),
        Level(
            "first and words",
            f"first_name_l = first_name_r and {_SHARED_WORDS} >= 2",
            "first_name",
        ),
        Level("two words", f"{_SHARED_WORDS} >= 2"),
        Level("first", "first_name_l = first_name_r", "first_name"),
        Level("a word", f"{_SHARED_WORDS} >= 1"),
        Level("surname near", _near("surname", 0.88)),
        Level("first near", _near("first_name", 0.88)),
    ),
)
_DOB = Comparison(
    "dob",
    _unknown("dob"),
    (
        Level("equal", "dob_l = dob_r", "dob"),
        Level("1 edit", _edits("dob", 1)),
        Level("2 edits", _edits("dob", 2)),
        Level("year", "birth_year_l = birth_year_r"),
        Level("month and day", "substr(dob_l, 6) = substr(dob_r, 6)"),
        Level("decade", "substr(dob_l, 1, 3) = substr(dob_r, 1, 3)"),
    ),
)
_POSTCODE = Comparison(
    "postcode",
    _unknown("postcode"),
    (
        Level("equal", "postcode_l = postcode_r", "postcode"),
        Level("1 edit", _edits("postcode", 1)),
        Level("sector", f"sector_l = sector_r or {_edits('postcode', 2)}"),
        Level("district", "district_l = district_r", "district"),
        Level("area", "area_l = area_r", "area"),
    ),
)
_BIRTH_PLACE = Comparison(
    "birth_place",
    _unknown("birth_place"),
    (
        Level("equal", "birth_place_l = birth_place_r", "birth_place"),
        Level(
            "near",
            f"{_edits('birth_place', 1)} or contains(birth_place_l, birth_place_r)"
            " or contains(birth_place_r, birth_place_l)",
        ),
    ),
)
_OCCUPATION = Comparison(
    "occupation",
    _unknown("occupation"),
    (Level("equal", "occupation_l = occupation_r", "occupation"),),
)

_MODEL = LinkageModel(
    comparisons=(_NAME, _DOB, _POSTCODE, _BIRTH_PLACE, _OCCUPATION),
    blocks=(
        column_equals("full_name"),
        "substr(l.first_name, 1, 3) = substr(r.first_name, 1, 3)"
        " and substr(l.surname, 1, 4) = substr(r.surname, 1, 4)",
        "substr(l.first_name, 1, 2) = substr(r.first_name, 1, 2)"
        " and substr(l.surname, 1, 2) = substr(r.surname, 1, 2) and l.birth_year = r.birth_year",
        *(
            column_equals(*columns)
            for columns in (
                ("surname", "dob"),
                ("first_name", "dob"),
                ("birth_place", "dob"),
                ("district", "dob"),
                ("occupation", "dob"),
                ("first_name", "postcode"),
                ("surname", "postcode"),
                ("birth_year", "postcode"),
                ("first_name", "district"),
                ("surname", "district"),
                ("surname", "birth_place"),
                ("surname", "birth_year"),
                ("surname", "occupation"),
                ("first_name", "birth_year", "area"),
                ("first_name", "birth_place", "occupation"),
            )
        ),
        f"{column_equals('postcode')} and substr(l.dob, 6) = substr(r.dob, 6)",
        "l.first_name = r.surname and l.surname = r.first_name",
        "l.first_name = r.surname and l.dob = r.dob",
        "l.first_name = r.surname and l.postcode = r.postcode",
        "l.surname = r.first_name and l.dob = r.dob",
        "l.surname = r.first_name and l.postcode = r.postcode",
    ),
    certain=(
        column_equals("first_name", "surname", "dob"),
        "substr(l.first_name, 1, 2) = substr(r.first_name, 1, 2)"
        " and l.surname = r.surname and substr(l.postcode, 1, 2) = substr(r.postcode, 1, 2)",
        column_equals("dob", "postcode"),
    ),
    certain_recall=0.6,
    training_blocks=(
        column_equals("first_name", "surname"),
        column_equals("dob"),
        column_equals("postcode"),
    ),
)


def _settings() -> Any:
    import splink.comparison_library as cl
    from splink import SettingsCreator, block_on

    return SettingsCreator(
        unique_id_column_name="record_id",
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[
            block_on("substr(first_name,1,3)", "substr(surname,1,4)"),
            block_on("surname", "dob"),
            block_on("first_name", "dob"),
            block_on("postcode", "first_name"),
            block_on("postcode", "surname"),
            block_on("dob", "birth_place"),
            block_on("substr(postcode,1,3)", "dob"),
            block_on("substr(postcode,1,3)", "first_name"),
            block_on("substr(postcode,1,3)", "surname"),
            block_on("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)"),
        ],
        comparisons=[
            cl.ForenameSurnameComparison(
                "first_name", "surname", forename_surname_concat_col_name="name"
            ),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.PostcodeComparison("postcode"),
            cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
            cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
        ],
    )


def _train(linker: Any) -> None:
    from splink import block_on

    linker.training.estimate_probability_two_random_records_match(
        [
            block_on("first_name", "surname", "dob"),
            block_on("substr(first_name,1,2)", "surname", "substr(postcode,1,2)"),
            block_on("dob", "postcode"),
        ],
        recall=0.6,
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=10_000_000, seed=1)
    for columns in (("first_name", "surname"), ("dob",)):
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(*columns), estimate_without_term_frequencies=True
        )


HISTORICAL_50K = Dataset(
    name="historical figures 50k",
    files=(SHARED / "record_linkage" / "historical_figures_with_errors_50k.parquet",),
    load=_LOAD,
    exact_keys=("full_name || dob",),
    model=_MODEL,
    example=SplinkExample(_settings, _train, 0.95),
    goal_f1=0.84,
    goal_precision=0.92,
)
