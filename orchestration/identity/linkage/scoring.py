"""Trains a linkage model with Splink, without labels, and scores pairs of records."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.identity.linkage.model import Comparison, LinkageModel

ID = "record_id"
_RARE = 0.001
_PLAIN_EQUAL = 0.9
_HIGHEST_PRIOR = 0.5
_LEAST_TRAINING_PAIRS = 10
_MOST_TAKEN_OFF = 10
_ITERATIONS = (25, 8, 3)
_DIGITS = 9
# Splink leaves a level out of the saved model's numbers when no pair showed it.
_M = "m_probability"
_U = "u_probability"


class LinkageUntrainedError(ValueError):
    """The records hold too little to train on; the message says what is missing."""


def score_pairs(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    model: LinkageModel,
    least_probability: float,
) -> pa.Table:
    """Scored pairs of a table's records: record_left, record_right, match_probability,
    match_weight, and `level_<comparison>`, `weight_<comparison>` for each comparison.

    The table has a unique `record_id`; its rows alone decide the result. Weights are in bits.

    Raises:
        LinkageUntrainedError: the records hold too little to learn from.
    """
    with _quiet_splink():
        trained = _trained_settings(connection, table, model)
        linker = _linker(connection, table, trained)
        # Every level has its numbers now, so the warning about untrained ones has no ground.
        scores = linker.inference.predict(
            threshold_match_probability=least_probability, warning_mode="never"
        )
        columns = ", ".join(_comparison_columns(comparison) for comparison in model.comparisons)
        rows = connection.sql(
            f"select least({ID}_l, {ID}_r) as record_left, greatest({ID}_l, {ID}_r) as"
            f" record_right, round(match_probability, {_DIGITS}) as match_probability,"
            f" round(match_weight, 6) as match_weight, {columns}"
            f" from {scores.physical_name} order by record_left, record_right"
        ).to_arrow_table()
        linker.table_management.delete_tables_created_by_splink_from_db()
    return rows


@contextmanager
def _quiet_splink() -> Iterator[None]:
    """Splink logs every step, and names of columns with it; nobody reads that here."""
    logger = logging.getLogger("splink")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def _linker(connection: duckdb.DuckDBPyConnection, table: str, settings: Mapping[str, Any]) -> Any:
    from splink import DuckDBAPI, Linker, SettingsCreator  # noqa: PLC0415  an extra, and slow

    api = DuckDBAPI(connection)
    creator = SettingsCreator.from_path_or_dict(dict(settings))
    return Linker(api.register(table), creator, log_level=None)


def _trained_settings(
    connection: duckdb.DuckDBPyConnection, table: str, model: LinkageModel
) -> dict[str, Any]:
    records = int(connection.sql(f"select count(*) from {table}").fetchall()[0][0])
    possible_pairs = records * (records - 1) // 2
    certain = _certain_pairs(connection, table, model)
    if certain < max(model.least_certain_pairs, 1):
        raise LinkageUntrainedError(
            f"{records} records hold {certain} pairs that are certain;"
            f" {model.least_certain_pairs} are needed"
        )
    prior = min(certain / model.certain_recall / possible_pairs, _HIGHEST_PRIOR)
    sampled_pairs = min(model.sampled_pairs, possible_pairs)
    blocks = [block for block in model.training_blocks if _trains(connection, table, block, model)]
    trained = _train(connection, table, model, blocks, prior=prior, sampled_pairs=sampled_pairs)
    for comparison in trained["comparisons"]:
        _settle_levels(
            comparison["comparison_levels"],
            least=1 / sampled_pairs,
            prior=prior,
            doubt=model.doubt,
        )
    return trained


def _train(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    model: LinkageModel,
    blocks: list[str],
    *,
    prior: float,
    sampled_pairs: int,
) -> dict[str, Any]:
    # Where matches and strangers are told apart without doubt, as among few records, a level that
    # no match shows falls towards zero with each iteration until Splink refuses the number.
    for iterations in _ITERATIONS:
        settings = _settings(model, prior) | {"max_iterations": iterations}
        linker = _linker(connection, table, settings)
        # Splink would stop early once each level is seen a hundred times; some never are.
        linker.training.estimate_u_using_random_sampling(
            max_pairs=sampled_pairs, seed=model.seed, min_count_per_level=None, num_chunks=1
        )
        try:
            for block in blocks:
                linker.training.estimate_parameters_using_expectation_maximisation(
                    _restricted(block, model), estimate_without_term_frequencies=True
                )
        except ValueError:
            continue
        else:
            trained: dict[str, Any] = linker.misc.save_model_to_json()
            return trained
        finally:
            linker.table_management.delete_tables_created_by_splink_from_db()
    raise LinkageUntrainedError("the records are too few or too alike for training to settle")


def _certain_pairs(connection: duckdb.DuckDBPyConnection, table: str, model: LinkageModel) -> int:
    found = " union ".join(_pairs_of(table, _restricted(rule, model)) for rule in model.certain)
    return int(connection.sql(f"select count(*) from ({found})").fetchall()[0][0])


def _trains(
    connection: duckdb.DuckDBPyConnection, table: str, block: str, model: LinkageModel
) -> bool:
    """Whether a block has pairs enough to learn from."""
    some = f"{_pairs_of(table, _restricted(block, model))} limit {_LEAST_TRAINING_PAIRS}"
    count = connection.sql(f"select count(*) from ({some})").fetchall()[0][0]
    return bool(count == _LEAST_TRAINING_PAIRS)


def _pairs_of(table: str, rule: str) -> str:
    return (
        f"select l.{ID} as one, r.{ID} as other from {table} as l"
        f" inner join {table} as r on {rule} and l.{ID} < r.{ID}"
    )


def _settle_levels(
    levels: list[dict[str, Any]], *, least: float, prior: float, doubt: float
) -> None:
    """What no pair showed is rare: among strangers as rare as the sample can tell, among matches
    too rare to speak for a link. A comparison that no block trained gets plain numbers.

    Random pairs hold matches too, which make strangers look alike: their share is taken off.
    """
    spoken = [level for level in levels if not level.get("is_null_level")]
    is_trained = any(isinstance(level.get(_M), float) for level in spoken)
    for place, level in enumerate(spoken):
        if not isinstance(level.get(_U), float):
            level[_U] = least
        plain = _PLAIN_EQUAL if place == 0 else (1 - _PLAIN_EQUAL) / (len(spoken) - 1)
        trained = level.get(_M)
        if not isinstance(trained, float):
            trained = min(level[_U], _RARE)
        level[_M] = (1 - doubt) * trained + doubt * plain if is_trained else plain
        level[_U] = max(level[_U] - prior * level[_M], level[_U] / _MOST_TAKEN_OFF, least)


def _settings(model: LinkageModel, prior: float) -> dict[str, Any]:
    return {
        "probability_two_random_records_match": prior,
        "link_type": "dedupe_only",
        "unique_id_column_name": ID,
        "comparisons": [_splink_comparison(comparison) for comparison in model.comparisons],
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": _restricted(block, model)} for block in model.blocks
        ],
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
    }


def _restricted(rule: str, model: LinkageModel) -> str:
    if model.across is None:
        return rule
    return f"({rule}) and l.{model.across} <> r.{model.across}"


def _splink_comparison(comparison: Comparison) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {"sql_condition": comparison.unknown, "label_for_charts": "0", "is_null_level": True}
    ]
    for place, level in enumerate(comparison.levels, start=1):
        entry: dict[str, Any] = {
            "sql_condition": level.condition,
            "label_for_charts": f"{place} {level.name}",
        }
        if level.frequency_column is not None:
            entry["tf_adjustment_column"] = level.frequency_column
        levels.append(entry)
    levels.append({"sql_condition": "ELSE", "label_for_charts": "different"})
    return {"output_column_name": comparison.name, "comparison_levels": levels}


def _comparison_columns(comparison: Comparison) -> str:
    name = comparison.name
    weight = f"mw_{name}"
    if any(level.frequency_column for level in comparison.levels):
        weight = f"{weight} + coalesce(mw_tf_adj_{name}, 0)"
    return f"gamma_{name}::tinyint as level_{name}, round({weight}, 6) as weight_{name}"
