"""Which hosts are this machine: floor 0, because files, connections and stores must agree on it."""

from __future__ import annotations


def is_loopback(host: str) -> bool:
    """Whether a host name or address, without brackets, can only be this machine (RFC 6761, section 6.3)."""
    import ipaddress  # 5 ms that most commands need not wait for

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost" or host.lower().endswith(".localhost")
