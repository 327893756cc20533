"""A local vendor: a loopback server that holds every request against an official description."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

import jsonschema_rs

from tests.contract.fake_sendgrid import Reply

DATA = Path(__file__).parents[1] / "data"
OWN_FIELDS = "OwnFields"


@dataclass(frozen=True)
class Request:
    """One request as the vendor saw it; names of headers in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        """Give the JSON body."""
        return json.loads(self.raw) if self.raw else None

    @property
    def form(self) -> dict[str, str]:
        """Give the fields of a form."""
        return dict(parse_qsl(self.raw.decode(), keep_blank_values=True))


Script = Callable[[Request], Reply | None]


class Description:
    """An OpenAPI description that judges requests, types by their discriminator among them."""

    def __init__(self, path: Path) -> None:
        self._whole = _with_subtypes(json.loads(path.read_text(encoding="utf-8")))
        self._validators: dict[str, jsonschema_rs.Validator] = {}

    def violation(self, method: str, path: str, body: Any) -> str | None:
        """Give what is wrong with a request, or None."""
        template = self._template(path)
        operation = self._whole["paths"].get(template, {}).get(method.lower())
        if operation is None:
            return f"{method} {path} is not among the described operations"
        content = operation.get("requestBody", {}).get("content", {})
        if not content:
            return "a body where none belongs" if body is not None else None
        kind = next(iter(content)).replace("/", "~1")
        place = template.replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
        pointer = f"#/paths/{place}/{method.lower()}/requestBody/content/{kind}/schema"
        if pointer not in self._validators:
            schema = {**self._whole, "$ref": pointer}
            self._validators[pointer] = jsonschema_rs.Draft202012Validator(
                schema, validate_formats=True
            )
        first = next(iter(self._validators[pointer].iter_errors(body)), None)
        return None if first is None else f"{unquote(place)}: {first.message}"

    def fields(self, path: str) -> set[str]:
        """Give the names that a form may have."""
        content = self._whole["paths"][self._template(path)]["post"]["requestBody"]["content"]
        schema = next(iter(content.values()))["schema"]
        return set(schema["properties"])

    def _template(self, path: str) -> str:
        parts = path.split("/")
        for template in self._whole["paths"]:
            wanted = template.split("/")
            pairs = zip(wanted, parts, strict=False)
            if len(wanted) == len(parts) and all(w == p or w[:1] == "{" for w, p in pairs):
                return str(template)
        return path


def _with_subtypes(description: dict[str, Any]) -> dict[str, Any]:
    """Let a discriminator choose the subtype, which OpenAPI means and JSON Schema does not."""
    schemas = description.get("components", {}).get("schemas", {})
    bases = {name: schema for name, schema in schemas.items() if "discriminator" in schema}
    for name, base in bases.items():
        own = {key: value for key, value in base.items() if key != "discriminator"}
        schemas[name + OWN_FIELDS] = own
        mark, mapping = base["discriminator"]["propertyName"], base["discriminator"]["mapping"]
        choices = [
            {"if": {"properties": {mark: {"const": kind}}}, "then": {"$ref": where}}
            for kind, where in mapping.items()
        ]
        known = {"properties": {mark: {"enum": sorted(mapping)}}}
        own_fields = {"$ref": f"#/components/schemas/{name}{OWN_FIELDS}"}
        schemas[name] = {"allOf": [own_fields, known, *choices]}
    for name, schema in schemas.items():
        # A subtype extends its base's own fields; the choice itself would never end.
        if name not in bases:
            for part in schema.get("allOf", []):
                base_name = part.get("$ref", "").rpartition("/")[2]
                if base_name in bases:
                    part["$ref"] += OWN_FIELDS
    return description


class FakeVendor:
    """What every local vendor has: memory of requests, scripts, an address."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.requests: list[Request] = []
        self.violations: list[str] = []
        self.before: Script = lambda _request: None
        """Speaks instead of the vendor, who does nothing."""
        self.after: Script = lambda _request: None
        """Speaks instead of the vendor, who has done it."""
        self.base_url = ""

    def violation(self, request: Request) -> str | None:
        """Give what the vendor's description has against a request."""
        raise NotImplementedError

    def act(self, request: Request) -> Reply:
        """Do what is asked."""
        raise NotImplementedError

    def answer(self, request: Request) -> Reply:
        """Validate, then answer: the script's word before or after the deed, else the truth."""
        with self._lock:
            self.requests.append(request)
            problem = self.violation(request)
            if problem:
                self.violations.append(problem)
                return Reply(400, json.dumps({"message": problem}).encode())
            said = self.before(request)
            if said is not None:
                return said
            done = self.act(request)
            return self.after(request) or done


Fake = TypeVar("Fake", bound=FakeVendor)


@contextmanager
def serve_vendor(fake: Fake) -> Iterator[Fake]:
    """Let the fake answer on a loopback port; at the end no request may have been wrong."""

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = dict(parse_qsl(parts.query))
            reply = fake.answer(Request(self.command, parts.path, query, headers, raw))
            if reply.cut:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_PUT = do_POST = do_DELETE = _handle  # noqa: N815 (names of the library)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    fake.base_url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert fake.violations == []
