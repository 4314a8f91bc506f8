"""The wheel holds what an editable install finds beside the package."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
SCRIPT = """
import sys
from procspec.source import schema
import procspec
assert procspec.__file__.startswith(sys.argv[1]), procspec.__file__
print(*(schema(name)["title"] for name in ("project", "process", "plan")), sep="|")
"""


def test_the_schemas_are_in_the_wheel(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("procspec_cli-*.whl")
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(unpacked)
    assert "procspec/py.typed" in names
    assert {f"procspec/schemas/{name}.schema.json" for name in ("project", "process", "plan")} <= set(names)
    done = subprocess.run(
        [sys.executable, "-P", "-c", SCRIPT, str(unpacked)],
        env={"PYTHONPATH": str(unpacked)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.count("|") == 2
