"""What counts as a LINE user id before any call is made."""

import re

USER_ID = re.compile(r"U[0-9a-f]{32}")


def line_user_problem(given: object) -> str | None:
    """Give the code of what is wrong with a user id, or None."""
    if given is None or given == "":
        return "missing_line_user_id"
    return None if USER_ID.fullmatch(str(given)) else "bad_line_user_id"
