"""The official SDK in a loop: what one reaches who keeps no ledger and asks nobody.

`python -m tests.benchmarks.sending.bare DATABASE URL ROWS_PER_REQUEST`; prints seconds as JSON.
"""

import json
import sys
from time import perf_counter

import duckdb
from sendgrid import SendGridAPIClient


def main(database: str, url: str, size: int) -> None:
    """Send one mail to everybody in the table."""
    started = perf_counter()
    client = SendGridAPIClient(api_key="SG.bench", host=url).client
    sent = 0
    with duckdb.connect(database, read_only=True) as connection:
        cursor = connection.execute("select email, first_name from recipients order by person_id")
        while rows := cursor.fetchmany(size):
            body = {
                "from": {"email": "shop@example.jp"},
                "template_id": "d-00000000000000000000000000000000",
                "personalizations": [
                    {"to": [{"email": email}], "dynamic_template_data": {"first_name": name}}
                    for email, name in rows
                ],
            }
            answer = client.mail.send.post(request_body=body)
            sent += len(rows) if answer.status_code == 202 else 0
    print(json.dumps({"seconds": perf_counter() - started, "sent": sent}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
