"""The same mails through drt, in an environment of its own, run as its users run it."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
TOOLS = ROOT / ".tools" / "drt"
LOCK = ROOT / "deploy" / "bench-tools.lock"
PROJECT = "name: bench\nprofile: local\n"
PROFILE = "local:\n  type: duckdb\n  database: {database}\n"
SYNC = """\
name: mail
model: "select email, first_name from recipients order by person_id"
destination:
  type: rest_api
  url: "{url}/v3/mail/send"
  method: POST
  headers: {{Content-Type: application/json, Authorization: Bearer SG.bench}}
  body_mode: batch
  max_records_per_request: {size}
  batch_template: |
    {{"from": {{"email": "shop@example.jp"}}, "template_id": "d-0", "personalizations": [
    {{% for row in rows %}}{{"to": [{{"email": {{{{ row.email | tojson }}}}}}],
    "dynamic_template_data": {{"first_name": {{{{ row.first_name | tojson }}}}}}}}
    {{% if not loop.last %}},{{% endif %}}{{% endfor %}}]}}
sync:
  mode: full
  batch_size: {size}
  rate_limit: {{requests_per_second: 1000000}}
"""


def executable() -> Path:
    """Give the command `drt`, installed from its hashed lock when it is not there yet."""
    command = Path(os.environ.get("DRT", TOOLS / "bin" / "drt"))
    if not command.exists():
        subprocess.run([sys.executable, "-m", "venv", str(TOOLS)], check=True)
        install = ["-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps"]
        subprocess.run([str(TOOLS / "bin" / "python"), *install, "-r", str(LOCK)], check=True)
    return command


def write_project(folder: Path, database: Path, url: str, size: int) -> None:
    """Write a project whose one sync sends a mail to everybody; its home is `folder`/home."""
    profiles = folder / "home" / ".drt"
    profiles.mkdir(parents=True, exist_ok=True)
    (folder / "syncs").mkdir(exist_ok=True)
    (folder / "drt_project.yml").write_text(PROJECT, encoding="utf-8")
    (profiles / "profiles.yml").write_text(PROFILE.format(database=database), encoding="utf-8")
    (folder / "syncs" / "mail.yml").write_text(SYNC.format(url=url, size=size), encoding="utf-8")
