"""Whether linkage runs, and what becomes of its pairs."""

from importlib.util import find_spec
from typing import Literal

LinkageMode = Literal["off", "review", "merge"]


class LinkageMissingError(RuntimeError):
    """The shop asks for linkage and Splink is not installed; the message names the mend."""


def linkage_mode(configured: LinkageMode | None) -> LinkageMode:
    """The mode that holds: the profile's, else review where Splink is installed, else off.

    Raises:
        LinkageMissingError: the profile says review or merge without Splink.
    """
    is_installed = find_spec("splink") is not None
    if configured is None:
        return "review" if is_installed else "off"
    if configured != "off" and not is_installed:
        raise LinkageMissingError(
            f"The shop's profile says linkage: {configured}, which needs Splink:"
            " pip install 'enishi[linkage]', or write linkage: \"off\""
        )
    return configured
