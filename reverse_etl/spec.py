"""A sync: one segment to one channel, declared in one YAML file."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from reverse_etl.channel import Channel, discover_channels
from reverse_etl.errors import SpecError

NAME_PATTERN = r"^[a-z][a-z0-9_]{0,62}$"
COLUMN_PATTERN = r"^(segment|contact)\.[a-z][a-z0-9_]{0,62}$"

REQUIRED_TERMS = ("purpose", "priority", "expires_after_hours")
MESSAGE_TERMS = frozenset((*REQUIRED_TERMS, "holdout_percent", "quiet_hours", "messages_of"))
"""What only a sync of mode message says."""

Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
Ratio = Annotated[float, Field(ge=0.0, le=1.0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldMapping(_Strict):
    """Where one payload field comes from, and what an empty value means."""

    column: Annotated[str, StringConstraints(pattern=COLUMN_PATTERN)]
    when_null: Literal["send", "omit"] = "send"
    required: bool = False

    @property
    def source(self) -> str:
        """Give `segment` or `contact`."""
        return self.column.partition(".")[0]

    @property
    def column_name(self) -> str:
        """Give the column's bare name."""
        return self.column.partition(".")[2]


class Limits(_Strict):
    """Past these, a plan waits for a person."""

    first_sync: Literal["approve", "allow"] = "approve"
    empty_source: Literal["approve", "allow"] = "approve"
    max_removed_ratio: Ratio = 0.2
    max_changed_ratio: Annotated[float, Field(ge=0.0)] = 0.5
    """(adds + changes) / recipients now held; above 1 a segment may more than double."""
    max_refused_ratio: Ratio = 0.3
    max_publication_age_hours: Annotated[float, Field(gt=0.0)] = 36.0
    max_as_of_age_days: Annotated[int, Field(ge=0)] | None = None
    """Days from the last day of the data to their publication (UTC); None = not checked."""
    price_jpy: Annotated[float, Field(gt=0.0)] | None = None
    """What the vendor takes for one row that is added, changed or sent."""
    max_cost_jpy: Annotated[float, Field(ge=0.0)] | None = None
    """What one run may cost before a person must agree."""

    @model_validator(mode="after")
    def _price_goes_with_budget(self) -> Self:
        if (self.price_jpy is None) != (self.max_cost_jpy is None):
            raise ValueError("give price_jpy and max_cost_jpy together, or neither")
        return self


class Schedule(_Strict):
    """When the sync runs, in a named time zone."""

    cron: str
    time_zone: Literal["Asia/Tokyo"] = "Asia/Tokyo"

    @field_validator("cron")
    @classmethod
    def _five_fields(cls, value: str) -> str:
        if not re.fullmatch(r"[0-9*/,\-]+( [0-9*/,\-]+){4}", value):
            raise ValueError("give five cron fields, for example '0 8 * * *'")
        return value


class SyncSpec(_Strict):
    """One sync as its file declares it."""

    name: Name
    segment: Name
    channel: Name
    medium: Literal["email", "print", "phone", "line", "sms", "webhook", "ads"]
    mode: Literal["mirror", "upsert", "add_only", "message"]
    on_exit: Literal["keep", "remove"]
    messages_of: Name | None = None
    """Mode message: the scenario step of which this is one channel; all of them together send a
    person one message of an occurrence."""
    purpose: Literal["marketing", "transactional", "ads_third_party"] | None = None
    """Mode message: marketing goes at most once and obeys caps; transactional at least once.

    Medium ads: always ads_third_party, what people are asked before others get their data.
    """
    priority: Annotated[int, Field(ge=1, le=99)] | None = None
    """Mode message: 1 goes first where a cap leaves room for one of several."""
    holdout_percent: Annotated[float, Field(ge=0.0, le=50.0)] = 0.0
    """Mode message: who would have got it and does not, to measure what it does."""
    quiet_hours: Literal["respect", "ignore"] = "respect"
    """Mode message: what to do in the quiet hours of the medium."""
    expires_after_hours: Annotated[float, Field(gt=0.0)] | None = None
    """Mode message: from then on the message is of no use; counted from its first plan."""
    owner: Annotated[str, StringConstraints(min_length=1)]
    description: Annotated[str, StringConstraints(min_length=1)]
    schedule: Schedule
    mapping_version: Annotated[int, Field(ge=1)]
    payload: Annotated[dict[Name, FieldMapping], Field(min_length=1)]
    limits: Limits
    options: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _mode_fits_exit(self) -> Self:
        if (self.mode == "mirror") != (self.on_exit == "remove"):
            raise ValueError("mode mirror goes with on_exit remove, the other modes with keep")
        return self

    @model_validator(mode="after")
    def _message_terms_fit(self) -> Self:
        if self.mode != "message":
            own = {"purpose"} if self.medium == "ads" else set()
            if stray := sorted((MESSAGE_TERMS - own) & self.model_fields_set):
                raise ValueError(f"only mode message has {', '.join(stray)}; take them out")
            return self
        absent = [term for term in REQUIRED_TERMS if getattr(self, term) is None]
        if absent:
            raise ValueError(f"mode message also needs {', '.join(absent)}")
        if self.medium == "ads":
            raise ValueError("medium ads takes audiences, no messages; choose another mode")
        if self.purpose == "transactional" and self.holdout_percent:
            raise ValueError("transactional is owed to everybody: take holdout_percent out")
        if self.purpose == "marketing" and self.quiet_hours == "ignore":
            raise ValueError("marketing keeps the quiet hours: set quiet_hours to respect")
        return self

    @model_validator(mode="after")
    def _ads_have_their_purpose(self) -> Self:
        if self.medium == "ads" and self.purpose != "ads_third_party":
            raise ValueError("medium ads hands people to others: set purpose to ads_third_party")
        if self.medium != "ads" and self.purpose == "ads_third_party":
            raise ValueError("purpose ads_third_party is of medium ads alone: choose another")
        return self

    @property
    def is_message(self) -> bool:
        """Say whether people are sent messages, rather than kept on a list."""
        return self.mode == "message"

    @property
    def message_name(self) -> str:
        """Give the name under which its messages are judged, held out and sent only once."""
        return self.messages_of or self.name


def load_syncs(folder: Path) -> list[SyncSpec]:
    """Give every sync of a folder by name; raises SpecError naming file, line, key and mend."""
    channels = discover_channels()
    return [load_sync(path, channels) for path in sorted(folder.glob("*.yml"))]


def load_sync(path: Path, channels: dict[str, type[Channel]] | None = None) -> SyncSpec:
    """Give the sync of one file; raises SpecError naming file, line, key and mend."""
    root = load_yaml_keys(path)
    try:
        spec = SyncSpec.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise spec_error(path, root, error) from None
    if spec.name != path.stem:
        raise SpecError(f"{path.name}: key name: is {spec.name}; call it {path.stem} as the file")
    _check_channel(path, root, spec, discover_channels() if channels is None else channels)
    return spec


def _check_channel(
    path: Path, root: yaml.Node, spec: SyncSpec, channels: dict[str, type[Channel]]
) -> None:
    """Refuse what the channel cannot do before anything is planned."""
    channel = channels.get(spec.channel)
    if channel is None:
        mend = f"there is no such channel; choose of {', '.join(channels)}"
        raise SpecError(_where(path, root, ("channel",), mend))
    able = channel.capabilities
    if spec.mode not in able.modes:
        mend = f"channel {spec.channel} has only {', '.join(sorted(able.modes))}"
        raise SpecError(_where(path, root, ("mode",), mend))
    if spec.medium not in able.media:
        mend = f"channel {spec.channel} has only {', '.join(sorted(able.media))}"
        raise SpecError(_where(path, root, ("medium",), mend))
    try:
        channel.check_options(spec.options, tuple(spec.payload))
        if spec.purpose == "marketing":
            channel.check_advertising(spec.options)
    except ValidationError as error:
        raise spec_error(path, root, error, ("options",)) from None
    except ValueError as error:
        raise SpecError(_where(path, root, ("options",), str(error))) from None


def load_yaml_keys(path: Path) -> yaml.Node:
    """Give the file's node tree; raises SpecError for what is no mapping or repeats a key."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}:" if mark else ""
        raise SpecError(f"{path.name}:{line} is no valid YAML; mend the indentation") from None
    if not isinstance(root, yaml.MappingNode):
        raise SpecError(f"{path.name}: holds no keys; begin with name, segment, channel")
    _refuse_repeated_keys(path, root)
    return root


def _refuse_repeated_keys(path: Path, node: yaml.MappingNode) -> None:
    seen: set[str] = set()
    for key, value in node.value:
        if key.value in seen:
            line = key.start_mark.line + 1
            raise SpecError(f"{path.name}: line {line}: key {key.value}: stands twice; remove one")
        seen.add(key.value)
        if isinstance(value, yaml.MappingNode):
            _refuse_repeated_keys(path, value)


def spec_error(
    path: Path, root: yaml.Node, error: ValidationError, under: tuple[str, ...] = ()
) -> SpecError:
    """Give the error that names each problem with its file, line and key."""
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    lines = [
        _where(path, root, (*under, *(str(part) for part in problem["loc"])), problem["msg"])
        for problem in problems
    ]
    return SpecError("\n".join(lines))


def _where(path: Path, root: yaml.Node, location: tuple[str, ...], mend: str) -> str:
    """Write one problem with the line of the nearest key that the file has."""
    node, line = root, root.start_mark.line + 1
    for part in location:
        match = _child(node, part)
        if match is None:
            break
        node, line = match
    return f"{path.name}: line {line}: key {'.'.join(location) or '(file)'}: {mend}"


def _child(node: yaml.Node, part: str) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and part.isdigit() and int(part) < len(node.value):
        value = node.value[int(part)]
        return value, value.start_mark.line + 1
    return None
