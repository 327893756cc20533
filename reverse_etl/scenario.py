"""A scenario: what sets it off, its steps and when it ends, declared in one YAML file."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from reverse_etl.channel import discover_channels
from reverse_etl.errors import SpecError
from reverse_etl.spec import (
    FieldMapping,
    Limits,
    Name,
    Schedule,
    SyncSpec,
    load_yaml_keys,
    spec_error,
)

SEGMENT = "scenario_due"
CHANNELS = {"email": "sendgrid_mail", "line": "line_messages"}
RECIPIENTS = {"email": ("email", "contact.email"), "line": ("line_user_id", "contact.line_user_id")}
SEED_COLUMNS = (
    "scenario",
    "step",
    "sync",
    "channel",
    "place",
    "delay_days",
    "delay_hours",
    "send_hour",
    "expires_after_hours",
    "exits_on_order",
    "reentry_days",
    "purpose",
    "topic",
    "priority",
    "holdout_percent",
    "promotes_product",
    "expectation",
    "title_ja",
    "title_en",
)

Words = Annotated[str, StringConstraints(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Titles(_Strict):
    """One text in both languages."""

    ja: Words
    en: Words


class ScenarioStep(_Strict):
    """One message of a scenario, on the first channel of its list that reaches the person."""

    name: Name
    delay_days: Annotated[int, Field(ge=-60, le=730)] | None = None
    """Days from the trigger's local day; negative is before it."""
    delay_hours: Annotated[int, Field(ge=0, le=720)] | None = None
    """Hours from the trigger's instant."""
    send_hour: Annotated[int, Field(ge=0, le=23)]
    expires_after_hours: Annotated[int, Field(ge=1)]
    channels: Annotated[tuple[Literal["email", "line"], ...], Field(min_length=1)]
    """In the order of preference."""
    template_id_from: Annotated[str, StringConstraints(pattern=r"^SENDGRID_[A-Z0-9_]{1,53}$")] = ""
    """The setting with the id of the mail's template."""
    line_text: str = ""
    """What LINE says to everybody alike."""
    variables: tuple[Literal["product_id", "product_name"], ...] = ()
    """What the mail's template may show."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.delay_days is None) == (self.delay_hours is None):
            raise ValueError("give either delay_days or delay_hours")
        if len(set(self.channels)) != len(self.channels):
            raise ValueError("channels: one stands twice; remove it")
        for channel, key in (("email", "template_id_from"), ("line", "line_text")):
            if (channel in self.channels) != bool(getattr(self, key)):
                raise ValueError(f"{key} goes with channel {channel}; give both or neither")
        return self


class Scenario(_Strict):
    """One scenario as its file declares it."""

    name: Name
    title: Titles
    description: Titles
    owner: Words
    trigger: Annotated[str, StringConstraints(pattern=r"^scn_[a-z0-9_]{1,58}$")]
    """The dbt model that says who set it off."""
    purpose: Literal["marketing", "transactional"]
    topic: Name
    priority: Annotated[int, Field(ge=1, le=99)]
    holdout_percent: Annotated[float, Field(ge=0.0, le=50.0)]
    exit_on: tuple[Literal["order"], ...]
    """`order`: an order placed since the trigger ends it. Who unsubscribes is always left out."""
    reentry: Literal["never", "each_occurrence"] | Annotated[int, Field(ge=1, le=3650)]
    """A number: a trigger counts again so many days after the one before."""
    promotes_product: bool
    """True: who has the trigger's product is not written to, until it is due again."""
    expectation: Literal["f2_conversion", "order_prediction", "lead_probability", "none"]
    """What says how many orders its people are expected to place; none: it sells nothing."""
    steps: Annotated[tuple[ScenarioStep, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        names = [step.name for step in self.steps]
        if len(set(names)) != len(names):
            raise ValueError("steps: a name stands twice; rename one")
        if self.trigger != f"scn_{self.name}":
            raise ValueError(f"trigger: call it scn_{self.name} as the scenario")
        if self.purpose == "transactional" and self.holdout_percent:
            raise ValueError("transactional is owed to everybody: set holdout_percent to 0")
        return self

    @property
    def reentry_days(self) -> int | None:
        """Give the days until a trigger counts again: 0 each one, None never."""
        if isinstance(self.reentry, int):
            return self.reentry
        return 0 if self.reentry == "each_occurrence" else None

    def syncs(self) -> Iterator[SyncSpec]:
        """Give one message sync for each step and channel; those of a step share its messages."""
        for step in self.steps:
            for medium in step.channels:
                yield self._sync(step, medium)

    def _sync(self, step: ScenarioStep, medium: Literal["email", "line"]) -> SyncSpec:
        field, column = RECIPIENTS[medium]
        payload = {field: FieldMapping(column=column, required=True)}
        if medium == "email":
            payload |= {name: FieldMapping(column=f"segment.{name}") for name in step.variables}
        return SyncSpec(
            name=f"{step_sync(self.name, step.name)}__{medium}",
            messages_of=step_sync(self.name, step.name),
            segment=SEGMENT,
            channel=CHANNELS[medium],
            medium=medium,
            mode="message",
            on_exit="keep",
            purpose=self.purpose,
            priority=self.priority,
            holdout_percent=self.holdout_percent,
            expires_after_hours=step.expires_after_hours,
            owner=self.owner,
            description=f"{self.title.en}: step {step.name} on {medium}.",
            schedule=Schedule(cron=f"0 {step.send_hour} * * *"),
            mapping_version=1,
            payload=payload,
            limits=Limits(empty_source="allow", max_refused_ratio=1.0),
            options=self._options(step, medium),
        )

    def _options(self, step: ScenarioStep, medium: str) -> dict[str, Any]:
        if medium == "line":
            return {"messages": [{"type": "text", "text": step.line_text}]}
        way_out = "none" if self.purpose == "transactional" else "sendgrid"
        return {"template_id_from": step.template_id_from, "unsubscribe": way_out}

    def seed_rows(self) -> Iterator[dict[str, object]]:
        """Give the scenario's rows of the seed scenario_steps."""
        for step in self.steps:
            for place, medium in enumerate(step.channels, 1):
                cells = (
                    self.name,
                    step.name,
                    step_sync(self.name, step.name),
                    medium,
                    place,
                    step.delay_days,
                    step.delay_hours,
                    step.send_hour,
                    step.expires_after_hours,
                    str("order" in self.exit_on).lower(),
                    self.reentry_days,
                    self.purpose,
                    self.topic,
                    self.priority,
                    f"{self.holdout_percent:g}",
                    str(self.promotes_product).lower(),
                    self.expectation,
                    self.title.ja,
                    self.title.en,
                )
                yield dict(zip(SEED_COLUMNS, cells, strict=True))


def step_sync(scenario: str, step: str) -> str:
    """Give the name under which a step's messages are judged, counted and sent only once."""
    return f"{scenario}__{step}"


def load_scenarios(folder: Path) -> list[Scenario]:
    """Give every scenario of a folder by name; raises SpecError naming file, line, key, mend."""
    return [load_scenario(path) for path in sorted(folder.glob("*.yml"))]


def load_scenario(path: Path) -> Scenario:
    """Give the scenario of one file; raises SpecError naming file, line, key and mend."""
    root = load_yaml_keys(path)
    try:
        scenario = Scenario.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise spec_error(path, root, error) from None
    if scenario.name != path.stem:
        raise SpecError(
            f"{path.name}: key name: is {scenario.name}; call it {path.stem} as the file"
        )
    _check_syncs(path, root, scenario)
    return scenario


def _check_syncs(path: Path, root: yaml.Node, scenario: Scenario) -> None:
    channels = discover_channels()
    try:
        for sync in scenario.syncs():
            channel = channels[sync.channel]
            channel.check_options(sync.options, tuple(sync.payload))
            if sync.purpose == "marketing":
                channel.check_advertising(sync.options)
    except ValidationError as error:
        raise spec_error(path, root, error, ("steps",)) from None
    except ValueError as error:
        raise SpecError(f"{path.name}: key steps: {error}") from None


def enabled_syncs(scenarios: Sequence[Scenario], switched_on: Sequence[str]) -> list[SyncSpec]:
    """Give the message syncs of the scenarios that a shop has switched on, in its order.

    Raises SpecError naming a scenario that has no file.
    """
    known = {scenario.name: scenario for scenario in scenarios}
    if unknown := sorted(set(switched_on) - known.keys()):
        raise SpecError(
            f"scenarios: there is no {', '.join(unknown)}; choose of {', '.join(known)}"
        )
    return [sync for name in switched_on for sync in known[name].syncs()]
