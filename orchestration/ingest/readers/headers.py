"""The headers of a landed file and what its contract asks of them."""

from difflib import get_close_matches

from orchestration.ingest.errors import ContractError


def number_repeated(names: list[str]) -> list[str]:
    """The headers made unique: the second 送料 becomes 送料#2."""
    seen: dict[str, int] = {}
    unique = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return unique


def require_headers(file: str, present: list[str], wanted: tuple[str, ...]) -> None:
    """Nothing, when every wanted column is there.

    Raises:
        ContractError: naming the columns that are not, and the nearest ones that are.
    """
    missing = [name for name in wanted if name not in present]
    if not missing:
        return
    close = [guess for name in missing for guess in get_close_matches(name, present, n=1)]
    nearest = f" The nearest in the file: {', '.join(close)}." if close else ""
    raise ContractError(
        file,
        f"the file has no column {', '.join(missing)}",
        mend=f"Export it with that column, or mend `from:` in the mapping.{nearest}",
    )
