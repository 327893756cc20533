"""What the build of the current shop rests on, and whether a step may be built in increments."""

import json
from collections.abc import Sequence

from orchestration.defs.resources import Shop
from orchestration.engines.increments import Basis, Increments, digest, project_digest
from orchestration.engines.targets import warehouse_variables
from orchestration.environments import REPOSITORY
from orchestration.ingest.lake import Lake

_SECRETS = ("PASSWORD",)


def increments_of(shop: Shop, steps: Sequence[str]) -> Increments:
    """The shop's record of what was built."""
    return Increments(shop.workspace.increments, steps)


def basis_of(shop: Shop) -> Basis:
    """What a build that begins now rests on."""
    variables = shop.profile.dbt_vars(shop.as_of_date)
    lasting = {name: value for name, value in variables.items() if name != "as_of_date"}
    settings = shop.settings
    database = warehouse_variables(
        settings.target, shop.workspace.work_db, postgres_url=settings.postgres_url
    )
    public = {name: value for name, value in database.items() if not name.endswith(_SECRETS)}
    return Basis(
        project=project_digest(REPOSITORY / "dbt_project"),
        settings=digest([json.dumps(lasting, sort_keys=True), json.dumps(public, sort_keys=True)]),
        day=shop.as_of_date.isoformat(),
        batches=Lake(shop.workspace.lake).batches(),
    )
