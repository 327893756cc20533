"""Which addresses a webhook may have, and the one session that may call them."""

import ipaddress
import re
import socket
from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter

PLAIN = re.compile(r"[!-~]+")
IPV4_INSIDE = tuple(
    ipaddress.ip_network(block)
    for block in ("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16")
)
"""Systems may take these for the IPv4 address inside; the first passes the library."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def address_problem(url: str, ports: Collection[int]) -> str | None:
    """Give what is wrong with an address as it is written, or None; looks nothing up."""
    if not PLAIN.fullmatch(url) or "\\" in url:
        return "is no address in plain characters"
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError:
        return "is no address"
    wrongs = (
        (parts.scheme != "https", "does not begin with https://"),
        ("@" in parts.netloc, "holds a user name; the signature proves who sends"),
        (not parts.hostname, "names no host"),
        (bool(parts.fragment), "ends in a #fragment, which no server sees"),
        (port not in ports, f"has port {port}; allowed are {', '.join(map(str, sorted(ports)))}"),
    )
    return next((problem for holds, problem in wrongs if holds), None)


def is_loopback(url: str) -> bool:
    """Say whether an address is that of a server on this machine, as tests have them."""
    return urlsplit(url).hostname in LOOPBACK


class _PublicOnly(IPFilterAdapter):  # type: ignore[misc]  # the library has no types
    """Looks a name up once, refuses what is not of the public network, calls what it found."""

    def __init__(self, *, is_https_proto: bool, allow_loopback: bool) -> None:
        super().__init__(is_https_proto=is_https_proto, allow_loopback=allow_loopback)
        self._may_loop = allow_loopback

    def build_connection_pool_key_attributes(self, *given: Any, **more: Any) -> Any:
        """Give where to connect; raises InvalidIPAddress."""
        host, pool = super().build_connection_pool_key_attributes(*given, **more)
        check_public(host["host"].strip("[]"), allow_loopback=self._may_loop)
        return host, pool


def check_public(address: str, *, allow_loopback: bool) -> None:
    """Raise InvalidIPAddress for an IP address that is not of the public network."""
    ip = ipaddress.ip_address(address)
    if allow_loopback and ip.is_loopback:
        return
    if not ip.is_global or ip.is_multicast or any(ip in block for block in IPV4_INSIDE):
        raise InvalidIPAddress("not of the public network")


def open_session(*, timeout_seconds: float, allow_loopback: bool) -> HTTPSession:
    """Give a session that follows nothing and calls only the public network.

    With `allow_loopback`, which only a local server of a test needs, also this machine over http.
    """
    config = Config(
        ip_filter_enable=True,
        ip_filter_allow_loopback_ips=allow_loopback,
        never_redirect=True,
        default_timeout=(timeout_seconds, timeout_seconds),
        user_agent_override="enishi",
    )
    session = HTTPSession(config)
    # A proxy would look the name up again, and answer for another machine than we judged.
    session.trust_env = False
    session.mount("https://", _PublicOnly(is_https_proto=True, allow_loopback=allow_loopback))
    session.mount("http://", _PublicOnly(is_https_proto=False, allow_loopback=allow_loopback))
    return session


def reachable_problem(url: str, *, allow_loopback: bool) -> str | None:
    """Look the host up and give what speaks against calling it, or None; calls nobody."""
    parts = urlsplit(url)
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
        for *_, place in found:
            check_public(str(place[0]).partition("%")[0], allow_loopback=allow_loopback)
    except InvalidIPAddress:
        return "its host is not of the public network"
    except (OSError, UnicodeError):
        return "its host cannot be found"
    return None
