"""What every command needs: the shop, its folders, a console."""

import sys
from dataclasses import dataclass

import typer
from rich.console import Console

from orchestration.deployment import refuse_impossible
from orchestration.environments import Settings, read_settings
from orchestration.shops.profile import ShopProfile, load_shop
from orchestration.workspace import Workspace

# Piped output gets the width that the tables need.
console = Console(width=None if sys.stdout.isatty() else 120)


@dataclass(frozen=True, slots=True)
class ShopContext:
    """The shop that a command works for."""

    settings: Settings
    profile: ShopProfile
    workspace: Workspace


def shop_context() -> ShopContext:
    """The shop named by ENISHI_SHOP; a command without one, or that cannot run, says why."""
    try:
        settings = read_settings()
        refuse_impossible(settings)
        profile = load_shop(settings.shop)
    except ValueError as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(2) from error
    return ShopContext(settings, profile, Workspace(settings.home / settings.shop))
