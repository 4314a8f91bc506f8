"""Flows and their versions: one draft, many that were published, an active one in each environment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from procspec.providers.apptor.emulator.errors import conflict, not_found
from procspec.providers.apptor.emulator.keys import SYSTEM
from procspec.providers.apptor.emulator.store import Store
from procspec.providers.emulator.nouns import Object


def saved(store: Store, id: str, given: Object, organization: str) -> Object:
    """Saves the draft, as the designer does: nothing that runs or is started changes by it."""
    flow = store.flow(id) or {
        "id": id,
        "name": id,
        "organization": organization,
        "published": {},
        "active": {},
        "draft": {"version": "1", "nodes": []},
    }
    flow["draft"]["nodes"] = given["nodes"]
    flow |= {name: given[name] for name in ("name", "organization") if name in given}
    store.put_flow(flow)
    return flow


def published(store: Store, id: str, environments: Iterable[str]) -> Object:
    """Publishes the draft, which is active at once and opens the next draft (ui/version-management)."""
    flow = store.flow(id)
    if flow is None:
        raise not_found("Process", id)
    version = flow["draft"]["version"]
    flow["published"][version] = flow["draft"]["nodes"]
    flow["active"] |= dict.fromkeys(environments, version)
    flow["draft"] = {**flow["draft"], "version": str(int(version) + 1)}
    store.put_flow(flow)
    return flow


def version_of(
    store: Store, id: str, caller: str, environment: str, version: str | None
) -> tuple[Object, str, list[Any]]:
    """The flow, the version that would run, and its nodes; a flow of others is not found.

    The API starts published versions alone: whether `versionNumber` may name the draft is not said
    (api-facts 3.6), and triggers fire only on published ones (inference).
    """
    flow = store.flow(id)
    if flow is None or caller not in (SYSTEM, flow["organization"]):
        raise not_found("Process", id)
    number = version or flow["active"].get(environment)
    if number is None:
        raise conflict(f"Process {id[:64]} has no active version in {environment}")
    if number not in flow["published"]:
        raise not_found("Published version", number)
    return flow, number, flow["published"][number]
