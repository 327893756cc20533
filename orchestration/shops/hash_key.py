"""The key of the hashes that stand for identifiers in published tables."""

import os
import secrets

from orchestration.environments import Settings
from orchestration.workspace import Workspace


def shop_hash_key(settings: Settings, workspace: Workspace) -> str:
    """ENISHI_HASH_KEY, or the key that the shop was given when it was first built.

    Without the key nobody can try a list of addresses against the published hashes; with another
    key every hash changes. It lies in state/, which is what gets backed up.
    """
    if settings.hash_key:
        return settings.hash_key
    path = workspace.state / "hash_key"
    if not path.exists():
        workspace.state.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_hex(32))
    return path.read_text(encoding="utf-8")
