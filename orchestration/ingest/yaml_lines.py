"""YAML as text with its line numbers, so that an error can point at the line to mend."""

from dataclasses import dataclass, field
from pathlib import Path

import yaml

from orchestration.ingest.errors import MappingError

Location = tuple[str | int, ...]
Tree = dict[str, "Tree"] | list["Tree"] | str | None


@dataclass(frozen=True, slots=True)
class LinedYaml:
    """A YAML document whose scalars are the text as written, and the line of every key.

    YAML 1.1 would turn `0120` into 80 and `no` into false; codes of a shop must stay text.
    """

    tree: Tree
    lines: dict[Location, int] = field(default_factory=dict)

    def line(self, location: Location) -> int:
        """The line of the place, or of the nearest place around it."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)


def load_lined_yaml(path: Path) -> LinedYaml:
    """The document of a file.

    Raises:
        MappingError: the file is missing, is not YAML or writes a key twice.
    """
    try:
        node = yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
    except FileNotFoundError:
        raise MappingError(path, 1, "", "no such file", mend="Check the name.") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise MappingError(
            path,
            mark.line + 1 if mark else 1,
            "",
            f"not readable as YAML ({error.problem})",
            mend="Check the indentation and quote texts that hold a colon.",
        ) from None
    document = LinedYaml(tree=None, lines={(): 1})
    tree = None if node is None else _build(path, node, (), document.lines)
    return LinedYaml(tree=tree, lines=document.lines)


def _build(path: Path, node: yaml.Node, location: Location, lines: dict[Location, int]) -> Tree:
    lines.setdefault(location, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(path, node, location, lines)
    if isinstance(node, yaml.SequenceNode):
        return [
            _build(path, item, (*location, index), lines) for index, item in enumerate(node.value)
        ]
    return None if node.tag == "tag:yaml.org,2002:null" else str(node.value)


def _mapping(
    path: Path, node: yaml.MappingNode, location: Location, lines: dict[Location, int]
) -> dict[str, Tree]:
    built: dict[str, Tree] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        line = key_node.start_mark.line + 1
        if key in built:
            raise MappingError(
                path, line, key, "the key is written twice", mend="Keep one of them."
            )
        lines[(*location, key)] = line
        built[key] = _build(path, value_node, (*location, key), lines)
    return built
