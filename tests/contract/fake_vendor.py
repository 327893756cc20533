"""What every vendor has that a test plays over HTTP."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable

from tests.contract.loopback import Reply, Request, answer_json

Script = Callable[[Request], Reply | None]


class FakeVendor(ABC):
    """Memory of requests, scripts, an address."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.requests: list[Request] = []
        self.violations: list[str] = []
        self.before: Script = lambda _request: None
        """Speaks instead of the vendor, who does nothing."""
        self.after: Script = lambda _request: None
        """Speaks instead of the vendor, who has done it."""
        self.base_url = ""

    @abstractmethod
    def violation(self, request: Request) -> str | None:
        """Give what the vendor's description has against a request."""

    @abstractmethod
    def act(self, request: Request) -> Reply:
        """Do what is asked."""

    def answer(self, request: Request) -> Reply:
        """Validate, then answer: the script's word before or after the deed, else the truth."""
        with self._lock:
            self.requests.append(request)
            problem = self.violation(request)
            if problem:
                self.violations.append(problem)
                return answer_json(400, {"message": problem})
            said = self.before(request)
            if said is not None:
                return said
            done = self.act(request)
            return self.after(request) or done
