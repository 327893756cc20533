"""python -m tests.benchmarks.identity_graph: what identity costs beside its edge list in plain SQL.

Three records a person: an account, an order of it, and an order as a guest who wrote otherwise.
The same records go through dbt's models and the resolution, and through the hand-written SQL of
by_hand/02_identity_2_edges.sql. Then the resolution runs again, unchanged and with one record in a
hundred changed.
"""

import argparse
import json
import shutil
import sys
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from orchestration.environments import REPOSITORY
from orchestration.shops.profile import load_shop
from orchestration.workspace import Workspace
from tests.benchmarks.measure import Cost, measure

_HERE = Path(__file__).parent
_PROJECT = REPOSITORY / "dbt_project"
_MODELS = ("identifiers", "blocked_values", "link_keys", "edges")
_SEEDS = ("identity_rules", "identity_limits")
_MEMORY = "3GB"
# One telephone in a thousand belongs to two persons, and one number to a hundredth of the orders.
_RECORDS = """
    create schema intermediate;
    create table intermediate.int_identity__records as
    with numbered as (
        select person, part, person - (person % 1000 = 1)::integer as telephone,
            (hash(person) % 20000)::bigint as family, (hash(person, 1) % 3000)::bigint as given
        from range($persons) as persons (person), range(3) as parts (part)
    )
    select
        'ec|' || if(part = 0, 'customer', 'order') || '|' || hash(person, part) as record_key,
        'ec' as source, if(part = 0, 'customer', 'order') as record_kind,
        if(part < 2, 'c' || hash(person, 0), null) as source_customer_id,
        if(part = 0 and person % 3 = 0, 'U' || person, null) as line_user_id,
        if(part = 2 and person % 2 = 0, null, 'p' || person || '@example.com') as email_key,
        if(part = 2 and person % 2 = 0, null, 'valid') as email_status,
        email_key as email_loose_key,
        if(part = 1 and person % 100 = 0, '+81312340000', '+8190' || telephone) as phone_key,
        'mobile' as phone_kind,
        '姓' || family || '名' || given as name_key, name_key as name_loose_key,
        '名' || given as given_name_key, '姓' || family as family_name_key,
        'せい' || family || 'めい' || given as kana_key, 'めい' || given as given_kana_key,
        'mei' || given || ' sei' || family as romaji_key,
        lpad((person % 100000)::varchar, 7, '1') as postal_key,
        if(part = 1, null, postal_key || '|' || person || '|') as address_key,
        date '1950-01-01' + (hash(person, 2) % 20000)::integer as birth,
        if(part = 0 and person % 2 = 0, birth, null) as birth_key,
        null::varchar as company_key, timestamp '2026-01-01' as first_seen_at
    from numbered
"""


def main(arguments: list[str]) -> None:
    """Measure every step in a process of its own, or run one of them."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.identity_graph")
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path, default=REPOSITORY / "var" / "bench" / "identity")
    parser.add_argument("--step", choices=_STEPS)
    given = parser.parse_args(arguments)
    workspace = Workspace(given.home.resolve())
    if given.step:
        print(json.dumps(_STEPS[given.step](workspace, given.persons)))
        return
    shutil.rmtree(workspace.root, ignore_errors=True)
    workspace.work.mkdir(parents=True)
    _step(workspace, "records", given.persons)
    costs, figures = {}, {}
    costs["edges by hand"], figures["edges by hand"] = _step(workspace, "by_hand", given.persons)
    costs["edges by dbt"] = _dbt(workspace)
    for name, change in (("first", None), ("unchanged", None), ("1 % changed", "change")):
        if change:
            _step(workspace, change, given.persons)
        step = f"resolution, {name}"
        costs[step], figures[step] = _step(workspace, "resolve", given.persons)
    _show(costs, figures, given.persons)


def _make_records(workspace: Workspace, persons: int) -> dict[str, int]:
    import duckdb

    with duckdb.connect(str(workspace.work_db), config={"memory_limit": _MEMORY}) as connection:
        connection.execute(_RECORDS.replace("$persons", str(persons)))
    return {"records": 3 * persons}


def _edges_by_hand(workspace: Workspace, persons: int) -> dict[str, int]:
    import duckdb

    script = (_HERE / "by_hand" / "02_identity_2_edges.sql").read_text("utf-8")
    plain = workspace.work / "by_hand.duckdb"
    with duckdb.connect(str(plain), config={"memory_limit": _MEMORY}) as connection:
        connection.execute("set preserve_insertion_order = false; create schema identity")
        connection.execute(f"attach '{workspace.work_db}' as work (read_only)")
        connection.execute(
            "create temp view records as from work.intermediate.int_identity__records"
        )
        connection.execute(
            "create temp macro is_known_address(status) as"
            " coalesce(status in ('valid', 'legacy_jp'), false)"
        )
        connection.execute(script)
        ((edges,),) = connection.execute("select count(*) from edges").fetchall()
    return {"edges": edges}


def _resolve(workspace: Workspace, persons: int) -> dict[str, int]:
    from orchestration.identity.resolve import resolve_identities

    report = resolve_identities(workspace.work_db, workspace.lake, run_id="benchmark")
    return {
        "edges": report.edges,
        "persons": report.persons,
        "recomputed": report.recomputed_records,
    }


def _change_records(workspace: Workspace, persons: int) -> dict[str, int]:
    import duckdb

    with duckdb.connect(str(workspace.work_db)) as connection:
        connection.execute(
            "update intermediate.int_identity__records set birth_key = date '2001-01-01'"
            " where hash(record_key) % 100 = 0"
        )
    return {}


_STEPS = {
    "records": _make_records,
    "by_hand": _edges_by_hand,
    "resolve": _resolve,
    "change": _change_records,
}


def _step(workspace: Workspace, step: str, persons: int) -> tuple[Cost, dict[str, int]]:
    log = workspace.root / "logs" / f"{step}.log"
    here = [sys.executable, "-m", "tests.benchmarks.identity_graph", "--step", step]
    options = ["--persons", str(persons), "--home", str(workspace.root)]
    cost = measure(step, [*here, *options], folder=REPOSITORY, variables={}, log=log)
    return cost, json.loads(log.read_text("utf-8").splitlines()[-1])


def _dbt(workspace: Workspace) -> Cost:
    chosen = [f"int_identity__{model}" for model in _MODELS]
    command = [
        str(Path(sys.executable).parent / "dbt"), "build", "--exclude-resource-type", "test",
        "--exclude-resource-type", "unit_test", "--select", *_SEEDS, *chosen,
        "--project-dir", str(_PROJECT), "--profiles-dir", str(_PROJECT),
        "--target-path", str(workspace.dbt_target), "--log-path", str(workspace.root / "logs"),
        "--vars", json.dumps(load_shop("sample").dbt_vars(date(2026, 10, 31))),
    ]  # fmt: skip
    variables = {
        "ENISHI_LAKE": str(workspace.lake),
        "ENISHI_WORK_DB": str(workspace.work_db),
        "ENISHI_MEMORY_LIMIT": _MEMORY,
        "ENISHI_HASH_KEY": "enishi",
    }
    log = workspace.root / "logs" / "dbt_build.log"
    return measure("dbt", command, folder=REPOSITORY, variables=variables, log=log)


def _show(costs: dict[str, Cost], figures: dict[str, dict[str, int]], persons: int) -> None:
    table = Table("step", "seconds", "CPU s", "peak MB", "figures", title=f"{persons:,} persons")
    for name, cost in costs.items():
        counts = ", ".join(f"{key} {value:,}" for key, value in figures.get(name, {}).items())
        table.add_row(
            name, f"{cost.seconds:.1f}", f"{cost.cpu_seconds:.1f}", f"{cost.peak_mb:,.0f}", counts
        )
    console = Console() if sys.stdout.isatty() else Console(width=120)
    console.print(table)
    whole = costs["edges by dbt"] + costs["resolution, first"]
    alone = costs["edges by hand"]
    console.print(
        f"identity is {whole.seconds / alone.seconds:.2f} times its edge list in plain SQL"
        f" ({whole.cpu_seconds / alone.cpu_seconds:.2f} in CPU seconds)"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
