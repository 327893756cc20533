"""The key that signs the links in the shop's mails."""

from orchestration.environments import Settings
from orchestration.shops.kept_key import kept_key
from orchestration.workspace import Workspace


def shop_click_key(settings: Settings, workspace: Workspace) -> str:
    """ENISHI_CLICK_KEY, or the key that the shop was given when it was first needed.

    Who does not know it cannot make a link that passes for one in a mail to somebody else. With
    another key the clicks in mails sent before are no evidence any more.
    """
    return settings.click_key or kept_key(workspace.state / "click_key")
