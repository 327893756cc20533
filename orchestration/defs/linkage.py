"""Pairs of records that no rule joins and a trained model finds likely to be one person."""

from time import perf_counter

import dagster as dg

from orchestration.defs.identity import GROUP
from orchestration.defs.resources import WAREHOUSE, Shop
from orchestration.identity.errors import IdentityError
from orchestration.identity.inputs import READS
from orchestration.identity.linkage.mode import LinkageMissingError, linkage_mode
from orchestration.identity.overrides import read_overrides


@dg.asset(
    key=["identity", "linkage_pairs"],
    deps=READS,
    group_name=GROUP,
    description="One row per pair of records that linkage finds likely to be one person.",
    owners=["team:data-engineering"],
    kinds={"python", "parquet"},
    pool=WAREHOUSE,
)
def propose_links(shop: Shop) -> dg.MaterializeResult[None]:
    """Propose pairs of records for review, or for merging where the shop's profile says so."""
    from orchestration.identity.linkage import propose  # noqa: PLC0415  imports scipy

    started = perf_counter()
    try:
        mode = linkage_mode(shop.profile.linkage)
        answers = read_overrides(shop.workspace.identity_overrides)
    except (LinkageMissingError, IdentityError) as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    answered = [(answer.left_record, answer.right_record) for answer in answers]
    report = propose.propose_links(shop.workspace.work_db, shop.workspace.lake, mode, answered)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": report.pairs,
            **report.as_metadata(),
            "seconds": round(perf_counter() - started, 3),
        }
    )
