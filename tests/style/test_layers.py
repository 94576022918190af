"""Imports point one way: the handler knows nobody around it, and no package knows its caller."""

from __future__ import annotations

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parents[2]

LAYERS = (
    {"http_session"},
    {
        "bodies",
        "claiming",
        "media",
        "meta_stand_in",
        "naming",
        "ocr",
        "pages",
        "api_key",
        "settings",
    },
    {"console", "migrate", "notifier", "phone", "worker"},
    {"adoption", "dev", "export", "extension", "flows", "operations", "scaffold"},
    {"demo", "doctor", "testing"},
    {"cli"},
    {"__main__"},
)
"""The packages of `wa_webhook`, the lowest first: each may import what is below it."""

OF_THE_HANDLER = ("process", "signature", "settings", "serve", "app")
"""What `wa_webhook` may use of the handler."""

NOT_THE_HANDLERS = ("wa_webhook", "pglast", "typer", "rich", "segno", "jwt")
"""What the webhook does without. Where rich is installed, httpx loads it for its own commands."""


def modules(package: str) -> dict[str, Path]:
    """Return the files of a package by the dotted names of their modules."""
    return {
        ".".join(file.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__"): file
        for file in sorted((PROJECT / package).rglob("*.py"))
    }


MODULES = modules("handler") | modules("wa_webhook")


def imports(module: str) -> Iterator[str]:
    """Yield the modules of ours that a module imports, wherever in its file."""
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} has a relative import"
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            named = [name if name in MODULES else str(node.module) for name in inside]
        else:
            continue
        yield from (name for name in named if name in MODULES and name != module)


@pytest.fixture(scope="module")
def arrows() -> list[tuple[str, str]]:
    """Who imports whom."""
    return [(module, target) for module in MODULES for target in imports(module)]


def part_of(module: str) -> str:
    """Return the name below the package: a layer's member, or a part of the handler."""
    return module.split(".")[1] if "." in module else ""


def test_the_handler_imports_nothing_of_what_is_around_it(arrows: list[tuple[str, str]]) -> None:
    assert [
        arrow
        for arrow in arrows
        if arrow[0].startswith("handler") and arrow[1].startswith("wa_webhook")
    ] == []


def test_what_all_processes_share_imports_nothing_of_the_webhook(
    arrows: list[tuple[str, str]],
) -> None:
    assert [
        arrow
        for arrow in arrows
        if arrow[0].startswith("handler.process") and not arrow[1].startswith("handler.process")
    ] == []


def test_of_the_handler_only_its_face_and_what_processes_share_is_used(
    arrows: list[tuple[str, str]],
) -> None:
    assert [
        arrow
        for arrow in arrows
        if arrow[0].startswith("wa_webhook")
        and arrow[1].startswith("handler")
        and part_of(arrow[1]) not in OF_THE_HANDLER
    ] == []


def test_every_package_has_its_layer() -> None:
    parts = {part_of(module) for module in modules("wa_webhook")} - {""}
    assert parts - set[str]().union(*LAYERS) == set()


def test_no_package_imports_its_own_layer_or_one_above(arrows: list[tuple[str, str]]) -> None:
    height = {part: level for level, layer in enumerate(LAYERS) for part in layer}
    ours = [
        (module, target)
        for module, target in arrows
        if module.startswith("wa_webhook.") and target.startswith("wa_webhook.")
    ]
    assert [
        (module, target)
        for module, target in ours
        if part_of(module) != part_of(target) and height[part_of(target)] >= height[part_of(module)]
    ] == []


def test_no_modules_import_each_other_in_a_circle(arrows: list[tuple[str, str]]) -> None:
    graph: dict[str, set[str]] = {}
    for module, target in arrows:
        graph.setdefault(module, set()).add(target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        pytest.fail(" imports ".join(reversed(circle.args[1])))


def test_the_handler_runs_where_the_libraries_of_the_rest_are_not_installed() -> None:
    program = f"""
import sys
sys.modules.update(dict.fromkeys({NOT_THE_HANDLERS}))
import handler, handler.app, handler.serve
"""
    subprocess.run([sys.executable, "-c", program], cwd=PROJECT, check=True)


def test_a_command_does_not_wait_for_what_other_commands_need() -> None:
    program = """
import sys
from wa_webhook.cli import app
try:
    app(["key", "--help"])
except SystemExit:
    pass
assert not {"aiohttp", "uvicorn", "wa_webhook.migrate", "wa_webhook.notifier"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", program], cwd=PROJECT, check=True, capture_output=True)
