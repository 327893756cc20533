"""Commands about who is who: identity why, identity person, identity diff."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import duckdb
import typer
from rich import box
from rich.table import Table

from orchestration.cli.context import ShopContext, console, shop_context
from orchestration.identity.diff import IdentityDiff, identity_diff
from orchestration.identity.errors import IdentityError
from orchestration.identity.explain import PersonPage, Why, person_page
from orchestration.identity.explain import why as explain
from orchestration.identity.linkage.propose import linked_pairs_file
from orchestration.identity.overrides import Override, read_overrides
from orchestration.identity.reading import Settings, opened
from orchestration.identity.seeds import read_limits_file, read_rules_file
from orchestration.identity.state import IdentityFiles
from orchestration.publication.editions import current

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

identity = typer.Typer(
    help="Who is who: explain a person, and see what a change would move.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.add_typer(identity, name="identity")


@dataclass(frozen=True, slots=True)
class _Build:
    """The last build of the shop, opened for reading."""

    shop: ShopContext
    connection: DuckDBPyConnection
    files: IdentityFiles

    def overrides(self, file: Path | None = None) -> tuple[Override, ...]:
        return read_overrides(file or self.shop.workspace.identity_overrides)


@identity.command()
def why(
    left: Annotated[str, typer.Argument(help="A record: source|kind|id.")],
    right: Annotated[str, typer.Argument(help="Another record.")],
) -> None:
    """Say why two records are one person, or why they are two."""
    with _build() as build:
        _show_why(explain(build.connection, build.files, build.overrides(), left, right))


@identity.command()
def person(
    person_id: Annotated[str, typer.Argument(help="The person, such as p_0123456789abcdef.")],
) -> None:
    """Show a person's records, identifiers, rules and history."""
    with _build() as build:
        _show_person(person_page(build.connection, build.files, person_id))


@identity.command()
def diff(
    overrides: Annotated[
        Path | None, typer.Option(help="An override file in place of the shop's.", exists=True)
    ] = None,
    rules: Annotated[
        Path | None, typer.Option(help="A changed copy of identity_rules.csv.", exists=True)
    ] = None,
    limits: Annotated[
        Path | None, typer.Option(help="A changed copy of identity_limits.csv.", exists=True)
    ] = None,
) -> None:
    """Show what other overrides, rules or limits would move; nothing is written."""
    with _build() as build:
        published = current(build.shop.workspace.published)
        settings = Settings(
            overrides=build.overrides(overrides),
            single_account_sources=build.shop.profile.single_account_sources,
            linked_pairs=linked_pairs_file(build.files.folder),
            rules=read_rules_file(rules) if rules else None,
            limits=read_limits_file(limits) if limits else None,
        )
        warehouse = published.warehouse if published else None
        _show_diff(identity_diff(build.connection, build.files, settings, warehouse))


@contextmanager
def _build() -> Iterator[_Build]:
    shop = shop_context()
    work_db, files = shop.workspace.work_db, IdentityFiles(shop.workspace.lake / "identity")
    if not work_db.exists() or not files.person_map.exists():
        _fail("There is no build yet: run `enishi publish` first.")
    try:
        with opened(work_db) as connection:
            yield _Build(shop, connection, files)
    except IdentityError as error:
        _fail(str(error))
    except duckdb.IOException:
        _fail("The work database cannot be read, most likely a build still writes it: wait.")


def _show_why(found: Why) -> None:
    if found.persons[0] == found.persons[1]:
        console.print(f"One person: {found.persons[0]}", soft_wrap=True)
        for step in found.path:
            console.print(f"  {step.left_record} ─ {step.rule} ─ {step.right_record}", markup=False)
            if step.shared:
                console.print(f"    {', '.join(step.shared)}", markup=False)
        return
    console.print(f"Two persons: {found.persons[0]} and {found.persons[1]}", soft_wrap=True)
    for reason in found.reasons:
        console.print(f"  {reason}", markup=False, soft_wrap=True)
    if found.shared:
        console.print(f"  shared: {', '.join(found.shared)}", markup=False, soft_wrap=True)


def _show_person(page: PersonPage) -> None:
    if not page.records:
        console.print(f"{page.person_id} has no record any more.", soft_wrap=True)
    else:
        table = Table(title=page.person_id, box=box.SIMPLE_HEAD)
        table.add_column("record", no_wrap=True)
        table.add_column("identifiers, masked")
        for key, identifiers in page.records:
            table.add_row(key, "\n".join(identifiers))
        console.print(table)
    for rule, count in page.rules:
        console.print(f"  {rule}: {count:,} link(s)")
    for left, right, rule, reason in page.refused:
        console.print(f"  refused: {rule} between {left} and {right}: {reason}", markup=False)
    for kind, now, old, records, number in page.events:
        came = f" from {old}" if old else ""
        console.print(f"  resolution {number}: {kind} {now}{came}, {records:,} record(s)")


def _show_diff(found: IdentityDiff) -> None:
    if found.is_empty:
        console.print("Nothing would move.")
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("what would change")
    table.add_column("count", justify="right")
    for name, count in (
        ("persons created", found.created),
        ("persons merged", found.merged),
        ("persons split", found.split),
        ("moves between persons", found.moved),
        ("records moved", found.records),
        ("orders moved", found.orders),
    ):
        table.add_row(name, f"{count:,}")
    for segment, count in found.segments.items():
        table.add_row(f"members touched of {segment}", f"{count:,}")
    for reason, (now, then) in found.refused.items():
        if now != then:
            table.add_row(f"links refused for {reason}", f"{now:,} → {then:,}")
    console.print(table)


def _fail(message: str) -> None:
    console.print(message, style="red", markup=False)
    raise typer.Exit(1)
