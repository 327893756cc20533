"""Fill a shop's landing zone: generate the sample shop, or copy the files the repository ships."""

import shutil
from collections.abc import Callable
from pathlib import Path

from orchestration.environments import Settings
from orchestration.shops.click_key import shop_click_key
from orchestration.shops.profile import CopiedLanding, GeneratedLanding, ShopError, ShopProfile
from orchestration.workspace import Workspace

Progress = Callable[[str], None]


def fill_landing(
    profile: ShopProfile,
    workspace: Workspace,
    *,
    settings: Settings,
    repository: Path,
    progress: Progress,
) -> int:
    """Bring the landing zone to what the profile says; files that are there already stay.

    Returns:
        The number of files in the landing zone.

    Raises:
        ShopError: the shop lands its own files, and there is none.
    """
    match profile.landing:
        case GeneratedLanding() as wanted:
            _generate(wanted, workspace, settings, progress)
        case CopiedLanding() as wanted:
            _copy(wanted, workspace, repository)
        case _:
            pass
    files = [p for p in workspace.landing.rglob("*") if p.is_file() and p.name[0] != "."]
    if not files:
        sources = ", ".join(use.source for use in profile.sources)
        raise ShopError(
            f"The landing zone of {profile.name} is empty. Put the exports of {sources} "
            f"into landing/<source>/ of the shop's folder (docs/sources/ says which files)."
        )
    return len(files)


def _generate(
    wanted: GeneratedLanding, workspace: Workspace, settings: Settings, progress: Progress
) -> None:
    """Generate once; the marker, written last, tells a finished landing zone from a broken one."""
    marker = workspace.root / "generated.json"
    recipe = wanted.model_dump_json()
    if marker.exists() and marker.read_text(encoding="utf-8") == recipe:
        return
    for folder in (workspace.landing, workspace.root / "truth"):
        shutil.rmtree(folder, ignore_errors=True)
    from orchestration.sample_shop.generate import generate  # noqa: PLC0415  needed here only

    progress(f"Generating the sample shop: {wanted.persons:,} persons")
    generate(
        workspace.root,
        click_key=shop_click_key(settings, workspace),
        persons=wanted.persons,
        seed=wanted.seed,
        end_date=wanted.end_date,
    )
    marker.write_text(recipe, encoding="utf-8")


def _copy(wanted: CopiedLanding, workspace: Workspace, repository: Path) -> None:
    for source, files in wanted.files.items():
        folder = workspace.landing / source
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            origin = repository / file
            if not origin.exists():
                raise ShopError(f"{file} is missing from the repository; check it out again.")
            if not (folder / origin.name).exists():
                shutil.copy2(origin, folder / origin.name)
