"""`explain`: policies, rules of the files, and the policies of a project."""

from __future__ import annotations

import json

from procspec.policy import POLICIES
from procspec.source import RULES
from tests.conftest import Home
from tests.test_hostile import NASTY, harmless

OURS = {
    "x-procspec": {"id": "four-eyes", "on": "job", "message": "Two pairs.", "severity": "warning"},
    "title": "Two pairs of eyes",
    "description": "Whatever is over a million has two approvers.",
}


def test_all_policies_are_listed(home: Home) -> None:
    lines = home.ok("explain").out.splitlines()
    assert [line.split()[:2] for line in lines[: len(POLICIES)]] == [
        [policy.id, policy.severity.value] for policy in POLICIES.values()
    ]
    listed = home.ok("explain", "-o", "json").json
    assert next(iter(listed)) == "format_version" and listed["exit_code"] == 0
    assert [one["id"] for one in listed["policies"]] == list(POLICIES)


def test_every_policy_has_an_explanation(home: Home) -> None:
    for policy in POLICIES.values():
        told = home.ok("explain", policy.id)
        assert told.out.startswith(f"{policy.id}  {policy.severity.value}  {policy.summary}\n\n")
        assert " ".join(policy.explanation.split()) in " ".join(told.out.split())
        data = home.ok("explain", policy.id, "-o", "json").json["policy"]
        assert data["explanation"] == policy.explanation and data["source"] == policy.source
        assert policy.source and len(policy.explanation) > 100


def test_a_policy_has_no_id_of_a_rule_of_the_files() -> None:
    assert POLICIES.keys().isdisjoint(RULES)


def test_rules_of_the_files(home: Home) -> None:
    for rule, summary in RULES.items():
        assert home.ok("explain", rule, "-o", "json").json["rule"] == {"id": rule, "summary": summary}
    assert home.ok("explain", "bad-date").out.startswith("bad-date  Bad date\n")


def test_a_slip(home: Home) -> None:
    result = home.run("explain", "self_aproval")
    assert (result.code, result.out) == (64, "")
    assert 'Did you mean "self-approval"?' in result.err
    data = home.run("explain", "nothing-like-it", "-o", "json")
    assert data.code == 64 and data.json["exit_code"] == 64 and data.json["error"]["message"]
    for text in NASTY.values():
        if "\0" not in text and not text.startswith("-"):
            harmless(home.run("explain", text).err)


def test_policies_of_the_project_around(home: Home) -> None:
    home.ok("init", ".")
    home.write("policies/four-eyes.schema.json", json.dumps(OURS))
    home.write("policies/broken.schema.json", "{")
    assert "four-eyes" in home.ok("explain").out.splitlines()[len(POLICIES)]
    told = home.ok("explain", "four-eyes").out
    assert "four-eyes  warning  Two pairs of eyes" in told
    assert "Whatever is over a million has two approvers." in told
    assert "Source: policies/four-eyes.schema.json." in told
    inside = Home(home.folder / "policies")
    assert inside.ok("explain", "four-eyes").out == told
