"""The key that signs the links in the shop's mails."""

import os
import secrets

from orchestration.workspace import Workspace


def shop_click_key(workspace: Workspace) -> str:
    """The key that the shop was given when it was first needed; it lies in state/.

    Who does not know it cannot make a link that passes for a click of somebody else. With another
    key the clicks in mails sent before are no evidence any more.
    """
    path = workspace.state / "click_key"
    if not path.exists():
        workspace.state.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_hex(32))
    return path.read_text(encoding="utf-8")
