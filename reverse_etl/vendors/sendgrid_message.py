"""One mail of SendGrid: what a sync may choose, who sends it, what a person finds in it."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from reverse_etl.addresses.mailbox import mailbox, rfc_mailbox
from reverse_etl.canonical import Value, canonical_value
from reverse_etl.channel import Item, PlainRows, Reject, Row

TEMPLATE_PATTERN = r"^d-[0-9a-f]{32}$"
MAX_EMAIL = 254
MAX_VARIABLES_BYTES = 10_000
SYNC_NAME_BYTES = 100
"""Room for the custom argument with the sync's name, which is known only when a batch is sent."""
LONGEST_NUMBER = 50
"""Bytes that a number, a day or an instant takes at most as a variable."""
MESSAGE_ID = re.compile(r"[0-9A-Za-z_-]{8,100}")
SENDER_FIELDS = ("sender_name", "sender_address", "sender_contact")
"""Variables that every template shows: whose mail it is, where they are, whom to complain to."""
CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")

Setting = Annotated[str, StringConstraints(pattern=r"^SENDGRID_[A-Z0-9_]{1,53}$")]
Category = Annotated[str, StringConstraints(pattern=r"^[ -~]{1,255}$")]


class MailOptions(BaseModel):
    """Which template is sent, how one gets out of it, and how long it can be called back."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    template_id: Annotated[str, StringConstraints(pattern=TEMPLATE_PATTERN)] | None = None
    template_id_from: Setting | None = None
    """The setting that holds the template's id, for a sync that several accounts share."""
    unsubscribe: Literal["sendgrid", "headers", "none"] = "sendgrid"
    """`sendgrid`: its subscription tracking adds both headers of the one-click way out; `headers`:
    ours, with the shop's own page; `none`: only for mails that are no advertising."""
    unsubscribe_url_from: Setting | None = None
    """With `headers`: the setting with the page's https address, `{message_id}` in it."""
    unsubscribe_group: Annotated[int, Field(ge=1)] | None = None
    """The account's unsubscribe group that this topic is of."""
    categories: Annotated[tuple[Category, ...], Field(max_length=9)] = ()
    """Beside the sync's own name, which is always one."""
    campaign: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.-]{1,100}$")] | None = None
    """Custom argument `campaign`: events name it again."""
    undo_minutes: Annotated[int, Field(ge=15, le=4_260)] = 20
    """Minutes until a mail goes out; until ten minutes before, it can be called back for certain.
    The vendor holds mails for 72 hours; we ask for 71 at most."""
    multiline: tuple[str, ...] = ()
    """Variables that may hold line breaks; they may stand in the body, never in the subject."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.template_id is None) == (self.template_id_from is None):
            raise ValueError("give either template_id or template_id_from")
        if (self.unsubscribe == "headers") != (self.unsubscribe_url_from is not None):
            raise ValueError("unsubscribe_url_from goes with unsubscribe: headers; give both")
        if len(set(self.categories)) != len(self.categories):
            raise ValueError("categories: one stands twice; remove it")
        return self

    def check_fields(self, fields: Sequence[str]) -> None:
        """Raise ValueError that says the mend when the payload does not fit a mail."""
        if "email" not in fields:
            raise ValueError("the payload needs the field email")
        for name in SENDER_FIELDS:
            if name in fields:
                raise ValueError(f"payload field {name}: the sender profile gives it; rename it")
        for name in self.multiline:
            if name not in fields:
                raise ValueError(f"multiline: {name} is no payload field; remove it or map it")


@dataclass(frozen=True, slots=True)
class MailSettings:
    """What an account needs beside its key; `problem` names the first setting to mend."""

    template_id: str
    sender: Mapping[str, str] = field(repr=False)
    variables: Mapping[str, str] = field(repr=False)
    unsubscribe_url: str
    problem: str | None


def read_mail_settings(options: MailOptions, secrets: Mapping[str, str]) -> MailSettings:
    """Give template and sender profile as the environment names them; raises nothing."""
    template_id = options.template_id or secrets.get(options.template_id_from or "", "")
    email = secrets.get("SENDGRID_SENDER_EMAIL", "")
    name = secrets.get("SENDGRID_SENDER_NAME", "")
    address = secrets.get("SENDGRID_SENDER_ADDRESS", "")
    contact = secrets.get("SENDGRID_SENDER_CONTACT", "")
    url = secrets.get(options.unsubscribe_url_from or "", "")
    wanted = (
        (mailbox(email), "SENDGRID_SENDER_EMAIL is not set to the address that mails come from"),
        (
            name.strip() and not bad_name(name),
            "SENDGRID_SENDER_NAME is not set to the sender's name, without ; , or line breaks",
        ),
        (address.strip(), "SENDGRID_SENDER_ADDRESS is not set to the sender's postal address"),
        (
            contact.strip(),
            "SENDGRID_SENDER_CONTACT is not set to where complaints go: telephone, mail or page",
        ),
        (
            re.fullmatch(TEMPLATE_PATTERN, template_id),
            f"{options.template_id_from} is not set to the id of a dynamic template (d-…)",
        ),
        (
            options.unsubscribe != "headers" or _is_unsubscribe_url(url),
            f"{options.unsubscribe_url_from} is not set to an https address with {{message_id}}",
        ),
    )
    return MailSettings(
        template_id=template_id,
        sender={"email": email, "name": name},
        variables=dict(zip(SENDER_FIELDS, (name, address, contact), strict=True)),
        unsubscribe_url=url,
        problem=next((problem for holds, problem in wanted if not holds), None),
    )


def _is_unsubscribe_url(url: str) -> bool:
    return bool(re.fullmatch(r"https://[!-~]+", url)) and url.count("{message_id}") == 1


def bad_name(name: str) -> bool:
    """Say whether a name would break the address header that it stands in."""
    return bool(CONTROL.search(name) or ";" in name or "," in name)


def personalization(
    row: Row, options: MailOptions, settings: MailSettings, multiline: frozenset[str]
) -> Item | Reject:
    """Give the part of a mail that is one person's; its key is the address in lower case."""
    problem = _problem(row, multiline)
    if problem:
        return Reject(row.person_id, problem)
    email = mailbox(str(row.payload["email"])) or ""
    variables = {
        name: canonical_value(name, value)
        for name, value in row.payload.items()
        if name not in ("email", "to_name")
    }
    variables |= settings.variables
    to_name = row.payload.get("to_name")
    arguments = {"enishi_message_id": row.message_id}
    arguments |= {"campaign": options.campaign} if options.campaign else {}
    part: dict[str, object] = {
        "to": [{"email": rfc_mailbox(email)} | ({"name": str(to_name)} if to_name else {})],
        "dynamic_template_data": variables,
        "custom_args": arguments,
    }
    if options.unsubscribe == "headers":
        url = settings.unsubscribe_url.replace("{message_id}", row.message_id)
        part["headers"] = {
            "List-Unsubscribe": f"<{url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    # The SDK escapes what is not ASCII, so that is the size that counts.
    size = len(json.dumps(part)) + SYNC_NAME_BYTES
    # Escaped they are never shorter, so that few are written out once more.
    if size > MAX_VARIABLES_BYTES and _bytes(variables) > MAX_VARIABLES_BYTES:
        return Reject(row.person_id, "too_long_variables")
    return Item(row.person_id, email, part, size, message_id=row.message_id)


def _bytes(variables: Mapping[str, object]) -> int:
    return len(json.dumps(variables, ensure_ascii=False).encode())


def plain_mails(
    texts: Mapping[str, str], others: Mapping[str, str], settings: MailSettings
) -> PlainRows | None:
    """Give the rows with every variable filled in, an address in ASCII and little text."""
    email = texts.get("email")
    if email is None:
        return None
    filled = [f"{column} is not null" for column in (*texts.values(), *others.values())]
    named = [f"{text} <> ''" for text in texts.values()]
    if "to_name" in texts:
        named.append(f"not regexp_matches({texts['to_name']}, '[;,]')")
    names = dict.fromkeys((*texts, *others), "") | dict(settings.variables)
    room = MAX_VARIABLES_BYTES - len(json.dumps(names)) - LONGEST_NUMBER * len(others)
    checks = (
        f"regexp_full_match({email}, '[!-?A-~]+@[!-?A-~]+[.][!-?A-~]+')",
        f"length({email}) <= {MAX_EMAIL}",
        f"{' + '.join(f'strlen({text})' for text in texts.values())} <= {room}",
    )
    return PlainRows(" and ".join((*filled, *named, *checks)), f"lower({email})")


def _problem(row: Row, multiline: frozenset[str]) -> str | None:
    """Give the code of the first thing that must not go out, or None."""
    if not MESSAGE_ID.fullmatch(row.message_id):
        return "no_message_id"
    code = _email_problem(row.payload.get("email"))
    if code:
        return code
    for name, value in row.payload.items():
        if value is None or value == "":
            return f"null_{name}"
        if isinstance(value, str) and name not in multiline and CONTROL.search(value):
            return f"line_break_{name}"
    return "bad_to_name" if bad_name(str(row.payload.get("to_name", ""))) else None


def _email_problem(given: Value) -> str | None:
    if given is None or given == "":
        return "missing_email"
    if mailbox(str(given)) is None:
        return "bad_email"
    return "too_long_email" if len(str(given)) > MAX_EMAIL else None
