"""The one place that knows dev, ci and prod, and the only reader of ENISHI_* variables."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reverse_etl.channel import ChannelSettings

_CHANNEL_PREFIXES = (
    "AUDIENCE_",
    "ENISHI_WEBHOOKS_URL",
    "GOOGLE_ADS_",
    "LINE_",
    "META_",
    "SENDGRID_",
    "TWILIO_",
    "WEBHOOK_",
)
_CHANNEL_URLS = {
    "google_audience": "ENISHI_GOOGLE_ADS_URL",
    "meta_audience": "ENISHI_META_URL",
    "sendgrid_contacts": "ENISHI_SENDGRID_URL",
    "sendgrid_mail": "ENISHI_SENDGRID_URL",
    "line_audience": "ENISHI_LINE_URL",
    "line_messages": "ENISHI_LINE_URL",
    "twilio_sms": "ENISHI_TWILIO_URL",
}
REPOSITORY = Path(__file__).resolve().parents[1]
TARGETS = ("duckdb", "postgres", "spark")
"""The warehouses that the models are built in."""
EXECUTORS = ("in_process", "multiprocess", "k8s_job")
"""Where the steps of a run go: its own process, processes beside it, pods."""
HOSTS = ("one", "many")


@dataclass(frozen=True, slots=True)
class Environment:
    """What an environment may do."""

    name: str
    live_sends: bool
    """False: every channel that leaves this machine is a dry run."""
    schedules: frozenset[str]
    """Names of the schedules and sensors that are registered; no other exists."""
    schedules_running: bool
    """True: registered schedules and sensors start by themselves."""


ENVIRONMENTS: Mapping[str, Environment] = {
    "dev": Environment(
        name="dev",
        live_sends=False,
        schedules=frozenset({"build_daily", "landing_arrival", "run_failure_alert"}),
        schedules_running=False,
    ),
    "ci": Environment(
        name="ci",
        live_sends=False,
        schedules=frozenset(),
        schedules_running=False,
    ),
    "prod": Environment(
        name="prod",
        live_sends=True,
        schedules=frozenset(
            {
                "build_daily",
                "syncs",
                "waiting_jobs",
                "ledger_sweep",
                "landing_arrival",
                "run_failure_alert",
                "run_success_alert",
            }
        ),
        schedules_running=True,
    ),
}


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """Who is told when a build or a sync changes its status; what is empty is not told."""

    slack_url: str = field(default="", repr=False)
    webhook_url: str = field(default="", repr=False)
    smtp_url: str = field(default="", repr=False)
    """smtp://user:password@host:587 or smtps://…"""
    email_from: str = "enishi@localhost"
    email_to: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the process was told: environment, shop, home folder, overrides."""

    environment: Environment
    shop: str
    home: Path
    as_of_date: str | None
    target: str
    """The warehouse that the models are built in, one of TARGETS."""
    postgres_url: str | None = field(repr=False)
    """The database of the target postgres."""
    ledger_url: str | None = field(repr=False)
    executor: str
    """Where the steps of a run go, one of EXECUTORS."""
    hosts: str
    """Whether code location, runs and steps share one machine, one of HOSTS."""
    home_shared: bool
    """True: the home folder is one volume that every host mounts."""
    dagster_home: Path
    """The folder of the dagster.yaml that runs here go by."""
    hash_key: str | None = field(repr=False)
    """Key of the published hashes; None: the one in the shop's state folder."""
    click_key: str | None = field(repr=False)
    """Key of the links in the shop's mails; None: the one in the shop's state folder."""
    secrets: Mapping[str, str] = field(repr=False)
    """The variables that channels read: their keys."""
    alerts: AlertSettings
    base_urls: Mapping[str, str]
    """Channel -> address, where a shop reaches a vendor's region or a local server."""
    webhooks_url: str | None
    """Where the vendors find `enishi webhooks` from outside, without a vendor's path."""

    def channel_settings(self, outbox: Path) -> ChannelSettings:
        """What channels get: the outbox folder, keys and addresses."""
        return ChannelSettings(outbox=outbox, secrets=self.secrets, base_urls=self.base_urls)


def read_settings(variables: Mapping[str, str] | None = None) -> Settings:
    """Settings from the process environment.

    Raises:
        ValueError: a variable has a value that is none of its choices, or the warehouse has no
            address.
    """
    env = os.environ if variables is None else variables
    return Settings(
        environment=ENVIRONMENTS[_choice(env, "ENISHI_ENV", sorted(ENVIRONMENTS), "dev")],
        shop=env.get("ENISHI_SHOP", "sample"),
        home=Path(env.get("ENISHI_HOME", REPOSITORY / "var")).resolve(),
        as_of_date=env.get("ENISHI_AS_OF_DATE") or None,
        target=_target(env),
        postgres_url=env.get("ENISHI_POSTGRES_URL") or None,
        ledger_url=env.get("ENISHI_LEDGER_URL") or None,
        executor=_choice(env, "ENISHI_EXECUTOR", EXECUTORS, "in_process"),
        hosts=_hosts(env),
        home_shared=_choice(env, "ENISHI_HOME_SHARED", ("true", "false"), "false") == "true",
        dagster_home=Path(env.get("DAGSTER_HOME") or REPOSITORY),
        hash_key=env.get("ENISHI_HASH_KEY") or None,
        click_key=env.get("ENISHI_CLICK_KEY") or None,
        secrets={k: v for k, v in env.items() if k.startswith(_CHANNEL_PREFIXES)},
        alerts=_alerts(env),
        base_urls={
            channel: env[variable] for channel, variable in _CHANNEL_URLS.items() if variable in env
        },
        webhooks_url=env.get("ENISHI_WEBHOOKS_URL") or None,
    )


def _choice(env: Mapping[str, str], variable: str, choices: Sequence[str], default: str) -> str:
    """The value of a variable that has choices; blank is unset."""
    value = env.get(variable) or default
    if value not in choices:
        raise ValueError(f"{variable} is {value!r}; set it to one of {', '.join(choices)}.")
    return value


def _hosts(env: Mapping[str, str]) -> str:
    """Kubernetes names its own address in every pod: there, many, unless somebody says one."""
    in_a_pod = "KUBERNETES_SERVICE_HOST" in env
    return _choice(env, "ENISHI_HOSTS", HOSTS, "many" if in_a_pod else "one")


def _target(env: Mapping[str, str]) -> str:
    target = _choice(env, "ENISHI_TARGET", TARGETS, TARGETS[0])
    if target == "postgres" and not env.get("ENISHI_POSTGRES_URL"):
        raise ValueError(
            "ENISHI_TARGET is postgres and ENISHI_POSTGRES_URL is not set;"
            " set it to postgresql://user:password@host:5432/database."
        )
    return target


def _alerts(env: Mapping[str, str]) -> AlertSettings:
    return AlertSettings(
        slack_url=env.get("ENISHI_ALERT_SLACK_URL", ""),
        webhook_url=env.get("ENISHI_ALERT_WEBHOOK_URL", ""),
        smtp_url=env.get("ENISHI_ALERT_SMTP_URL", ""),
        email_from=env.get("ENISHI_ALERT_EMAIL_FROM") or "enishi@localhost",
        email_to=env.get("ENISHI_ALERT_EMAIL_TO", ""),
    )
