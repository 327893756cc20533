"""What every command needs: the shop, its folders, a console."""

import sys
from dataclasses import dataclass

from rich.console import Console

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
    """The shop named by ENISHI_SHOP.

    Raises:
        ShopError: there is no such profile, or it breaks the schema.
    """
    settings = read_settings()
    profile = load_shop(settings.shop)
    return ShopContext(settings, profile, Workspace(settings.home / settings.shop))
