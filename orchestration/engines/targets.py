"""The warehouse of each target."""

from pathlib import Path

from orchestration.engines.warehouse import Warehouse
from orchestration.engines.work_database import WorkDatabase


def open_warehouse(target: str, work_db: Path, *, postgres_url: str | None) -> Warehouse:
    """The warehouse of a target."""
    if target == "postgres" and postgres_url:
        from orchestration.engines.postgres import PostgresWarehouse  # noqa: PLC0415  an extra

        return PostgresWarehouse(postgres_url, work_db)
    if target == "spark":
        from orchestration.engines.spark import SparkWarehouse  # noqa: PLC0415  an extra

        return SparkWarehouse(_spark_home(work_db), work_db)
    return WorkDatabase(work_db)


def warehouse_variables(target: str, work_db: Path, *, postgres_url: str | None) -> dict[str, str]:
    """What dbt's profile reads about the target."""
    variables = {"ENISHI_TARGET": target}
    if target == "postgres" and postgres_url:
        from orchestration.engines.postgres import profile_of  # noqa: PLC0415  an extra

        variables |= profile_of(postgres_url)
    if target == "spark":
        variables["ENISHI_SPARK_HOME"] = str(_spark_home(work_db))
    return variables


def _spark_home(work_db: Path) -> Path:
    """Spark's tables and catalogue lie beside the work database."""
    return work_db.parent / "spark"
