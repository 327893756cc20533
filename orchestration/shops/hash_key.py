"""The key of the hashes that stand for identifiers in published tables."""

from orchestration.environments import Settings
from orchestration.shops.kept_key import kept_key
from orchestration.workspace import Workspace


def shop_hash_key(settings: Settings, workspace: Workspace) -> str:
    """ENISHI_HASH_KEY, or the key that the shop was given when it was first built.

    Without the key nobody can try a list of addresses against the published hashes; with another
    key every hash changes. It lies in state/, which is what gets backed up.
    """
    return settings.hash_key or kept_key(workspace.state / "hash_key")
