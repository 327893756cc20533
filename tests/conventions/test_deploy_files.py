"""What stands in deploy/ fits together: image, locks, values of the chart, dagster.yaml."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

from orchestration.deployment import problems, read_instance
from orchestration.environments import read_settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^ ;\\]+)", re.MULTILINE)
IMAGE = re.compile(r"^[a-z0-9./-]+(:(?!latest$)[\w.-]+\d[\w.-]*|@sha256:[0-9a-f]{64})$")
SECRET = re.compile(r"password|secret|token|_key\b|://[^/\s]+:[^/\s]+@", re.IGNORECASE)


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Containerfile, each on one line, without comments."""
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [
        (word, " ".join(rest.split()))
        for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line)
    ]


def told(word: str) -> list[str]:
    return [rest for name, rest in instructions() if name == word]


def pins(file: Path) -> dict[str, str]:
    return dict(PIN.findall(file.read_text(encoding="utf-8")))


def values() -> dict:
    return yaml.safe_load((DEPLOY / "kubernetes/values.yaml").read_text(encoding="utf-8"))


def code_server() -> dict:
    (deployment,) = values()["dagster-user-deployments"]["deployments"]
    return deployment


def test_every_stage_of_the_image_starts_from_one_exact_base():
    (base,) = told("ARG")
    name, _, image = base.partition("=")
    assert IMAGE.match(image), image
    assert {stage.split()[0] for stage in told("FROM")} == {f"${{{name}}}"}


@pytest.mark.parametrize(
    ("image", "exact"),
    [
        ("docker.io/library/python:3.11.13-slim", True),
        ("python@sha256:" + "0" * 64, True),
        ("python", False),
        ("python:latest", False),
        ("python:slim", False),
    ],
)
def test_an_image_is_exact_only_when_a_version_or_digest_names_it(image, exact):
    assert bool(IMAGE.match(image)) is exact


def test_the_image_installs_only_what_the_lock_holds_with_its_hash():
    commands = " && ".join(told("RUN")).split(" && ")
    installs = [shlex.split(command) for command in commands if " install " in f" {command} "]
    packages = [words for words in installs if "pip" in words]
    (words,) = packages
    assert {"--require-hashes", "--no-deps"} <= set(words)
    assert words[words.index("--requirement") + 1] == "/tmp/image.lock"
    assert told("COPY")[0] == "deploy/image.lock /tmp/image.lock"
    assert not re.search(r"\b(apt|apt-get|curl|wget|git)\b", " ".join(commands))


def test_the_image_compiles_what_it_installs_and_what_it_copies():
    compiled = [run for run in told("RUN") if "-m compileall" in run]
    assert len(compiled) == len(told("FROM")) == 2


def test_the_image_runs_as_a_number_that_is_not_root():
    (user,) = told("USER")
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)
    security = values()["dagsterWebserver"]["podSecurityContext"]
    assert f"{security['runAsUser']}:{security['runAsGroup']}" == user
    assert security["fsGroup"] == security["runAsGroup"]


def test_the_image_copies_folders_that_exist_and_the_build_sees_nothing_else():
    copied = [word for line in told("COPY") if "--from" not in line for word in line.split()[:-1]]
    ignore = (DEPLOY / "Containerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in ignore if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == set(copied)
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_the_image_holds_no_secret():
    assert [line for word, line in instructions() if word == "ENV" and SECRET.search(line)] == []


def test_the_image_holds_the_versions_that_are_tested():
    tested, image = pins(ROOT / "requirements.lock"), pins(DEPLOY / "image.lock")
    assert {name for name in image if image[name] != tested.get(name, image[name])} == set()
    assert {"dagster", "dagster-k8s", "dagster-postgres", "dbt-duckdb", "duckdb"} <= set(image)
    assert {"mypy", "pytest", "ruff"} & set(image) == set()
    assert image["dagster-k8s"] == tested["dagster-dbt"]


def test_the_chart_has_the_version_of_dagster_and_one_image_for_everything():
    text = (DEPLOY / "kubernetes/values.yaml").read_text(encoding="utf-8")
    chart = set(re.findall(r"(?:version |--version )(\d+\.\d+\.\d+)", text))
    assert chart == {pins(ROOT / "requirements.lock")["dagster"]}
    images = [values()[part]["image"] for part in ("dagsterWebserver", "dagsterDaemon")]
    assert images == [code_server()["image"]] * 2
    assert IMAGE.match(f"{images[0]['repository']}:{images[0]['tag']}")


def test_the_chart_names_secrets_and_holds_none():
    written = yaml.safe_dump(values())
    found = [line.strip() for line in written.splitlines() if SECRET.search(line)]
    assert sorted(found) == [
        "- name: enishi-secrets",
        "envSecrets:",
        "generateCeleryConfigSecret: false",
        "generatePostgresqlPasswordSecret: false",
        "postgresqlSecretName: enishi-dagster-postgres",
    ]


def test_the_chart_and_both_dagster_yamls_say_the_same_of_what_may_run_at_once():
    files = [ROOT / "dagster.yaml", DEPLOY / "dagster.postgres.yaml"]
    said = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in files]
    said.append(values()["additionalInstanceConfig"])
    for key in ("concurrency", "run_retries", "freshness"):
        assert [config[key] for config in said[1:]] == [said[0][key]] * 2, key


def test_the_values_of_the_chart_make_a_deployment_that_can_work(tmp_path):
    variables = {entry["name"]: entry["value"] for entry in code_server()["env"]}
    mounts = {mount["name"]: mount["mountPath"] for mount in code_server()["volumeMounts"]}
    dagster_home = values()["global"]["dagsterHome"]
    assert mounts == {
        "home": variables["ENISHI_HOME"],
        "instance": f"{dagster_home}/dagster.yaml",
    }
    (_, config) = code_server()["volumes"]
    assert config["configMap"]["name"] == f"{values()['global']['fullnameOverride']}-instance"
    # What the secrets and the chart add to it.
    variables["ENISHI_LEDGER_URL"] = "postgresql+psycopg2://db.example/ledger"
    written = {
        "run_storage": {"module": "dagster_postgres"},
        **values()["additionalInstanceConfig"],
    }
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(written), encoding="utf-8")
    settings = read_settings({**variables, "KUBERNETES_SERVICE_HOST": "10.0.0.1"})
    assert problems(settings, read_instance(tmp_path)) == []
    unshared = read_settings({**variables, "ENISHI_HOME_SHARED": "false"})
    assert len(problems(unshared, read_instance(tmp_path))) == 1
