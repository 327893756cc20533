"""The shop that this code location works for, as a resource of every asset."""

import json
import os
import sys
from datetime import UTC, date, datetime
from functools import cache, cached_property
from pathlib import Path

import dagster as dg
from dagster_dbt import DbtCliResource, DbtProject

from orchestration.engines.targets import open_warehouse, warehouse_variables
from orchestration.engines.warehouse import Warehouse
from orchestration.environments import REPOSITORY, Settings, read_settings
from orchestration.shops.click_key import shop_click_key
from orchestration.shops.hash_key import shop_hash_key
from orchestration.shops.profile import ShopProfile, load_shop
from orchestration.workspace import Workspace
from reverse_etl.channel import ChannelSettings

WAREHOUSE = "warehouse"
"""The pool of every step that opens the work database: DuckDB has one writer."""

DBT = str(Path(sys.executable).parent / "dbt")
"""The dbt of this environment, whether or not it is on the PATH."""


class Shop(dg.ConfigurableResource):  # type: ignore[type-arg]  # gives itself
    """The shop's profile, folders and clock."""

    @cached_property
    def settings(self) -> Settings:
        """What the process was told."""
        return read_settings()

    @cached_property
    def profile(self) -> ShopProfile:
        """The shop's profile."""
        return load_shop(self.settings.shop)

    @cached_property
    def workspace(self) -> Workspace:
        """The shop's folders."""
        return Workspace(self.settings.home / self.settings.shop)

    @cached_property
    def warehouse(self) -> Warehouse:
        """Where dbt builds."""
        return open_warehouse(
            self.settings.target, self.workspace.work_db, postgres_url=self.settings.postgres_url
        )

    @property
    def as_of_date(self) -> date:
        """The last complete day."""
        return self.profile.as_of(self.settings.as_of_date, now=self.now())

    @property
    def channel_settings(self) -> ChannelSettings:
        """What the channels get from the environment."""
        return self.settings.channel_settings(self.workspace.outbox)

    @property
    def click_key(self) -> str:
        """The key of the links in the shop's mails."""
        return shop_click_key(self.settings, self.workspace)

    def now(self) -> datetime:
        """The clock, UTC; assets ask here and nowhere else."""
        return datetime.now(UTC)


def dbt_environment(settings: Settings, workspace: Workspace) -> dict[str, str]:
    """The variables that dbt's profile, sources and hashes read."""
    return {
        "ENISHI_WORK_DB": str(workspace.work_db),
        "ENISHI_LAKE": str(workspace.lake),
        "ENISHI_HASH_KEY": shop_hash_key(settings, workspace),
        **warehouse_variables(
            settings.target, workspace.work_db, postgres_url=settings.postgres_url
        ),
    }


def dbt_variables(shop: Shop) -> list[str]:
    """The arguments that carry the shop's vars; the same for parsing and building.

    dbt reads the whole project anew whenever they differ from those of the last parse.
    """
    return ["--vars", json.dumps(shop.profile.dbt_vars(shop.as_of_date), sort_keys=True)]


@cache
def dbt_project() -> DbtProject:
    """The dbt project of the current shop, with its manifest made when it is missing or stale."""
    shop = Shop()
    workspace = shop.workspace
    workspace.work.mkdir(parents=True, exist_ok=True)
    os.environ.update(dbt_environment(shop.settings, workspace))
    project = DbtProject(
        project_dir=REPOSITORY / "dbt_project",
        target_path=workspace.dbt_target,
        target=shop.settings.target,
    )
    if not _is_parsed(project, shop):
        DbtCliResource(project, dbt_executable=DBT).cli(
            ["parse", "--quiet", *dbt_variables(shop)], target_path=project.target_path
        ).wait()
        _parsed_with(project).write_text(_lasting_variables(shop), encoding="utf-8")
    return project


def _is_parsed(project: DbtProject, shop: Shop) -> bool:
    """Whether the manifest is of the files and the shop's settings as they are."""
    parsed_with = _parsed_with(project)
    if not project.manifest_path.exists() or not parsed_with.exists():
        return False
    sources = [p for p in project.project_dir.rglob("*") if p.suffix in {".sql", ".yml", ".csv"}]
    newest = max(path.stat().st_mtime for path in sources)
    is_newer = project.manifest_path.stat().st_mtime >= newest
    return is_newer and parsed_with.read_text(encoding="utf-8") == _lasting_variables(shop)


def _parsed_with(project: DbtProject) -> Path:
    return project.manifest_path.with_name("parsed_with.json")


def _lasting_variables(shop: Shop) -> str:
    """The vars that decide which tests there are; the day, which changes daily, does not."""
    variables = shop.profile.dbt_vars(shop.as_of_date)
    return json.dumps({k: v for k, v in variables.items() if k != "as_of_date"}, sort_keys=True)


@dg.definitions
def resources() -> dg.Definitions:
    """The resources of the code location."""
    return dg.Definitions(
        resources={
            "shop": Shop(),
            "dbt": DbtCliResource(dbt_project(), dbt_executable=DBT),
        }
    )
