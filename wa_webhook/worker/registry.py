"""The functions of a team, by the kind of task that they do."""

from __future__ import annotations

import importlib
import inspect
import traceback
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter

from wa_webhook.worker.context import TaskContext

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable

ENTRY_POINTS = "wa_webhook.tasks"

FunctionT = TypeVar("FunctionT", bound="Callable[..., Any]")


class RegistryError(Exception):
    """A function or a module that cannot be used; the message says which, and why."""


@dataclass(frozen=True, slots=True)
class TaskFunction:
    """A function that does one kind of task.

    `input_type` checks what a step gives and makes of it what the first parameter is annotated
    with. `concurrency` and `timeout_seconds` (of one attempt) are the worker's own where None.
    `close` is called when its worker has stopped.
    """

    kind: str
    function: Callable[..., Any]
    input_type: TypeAdapter[Any]
    takes_context: bool
    is_async: bool
    concurrency: int | None
    timeout_seconds: float | None
    close: Callable[[], Awaitable[None]] | None = None


REGISTRY: dict[str, TaskFunction] = {}


def task(
    kind: str, *, concurrency: int | None = None, timeout_seconds: float | None = None
) -> Callable[[FunctionT], FunctionT]:
    """Register a function, sync or async, for a kind of task.

    It takes the task's input and, if it wants to, a TaskContext, and returns what pydantic can
    turn into JSON. Sync functions run in threads. Raises RegistryError for a kind that is taken,
    or a function that takes anything else.
    """

    def register(function: FunctionT) -> FunctionT:
        if kind in REGISTRY and REGISTRY[kind].function is not function:
            raise RegistryError(f"the kind {kind} is registered twice")
        parameters = list(inspect.signature(function, eval_str=True).parameters.values())
        takes_context = len(parameters) > 1 and parameters[1].annotation is TaskContext
        if len(parameters) != 1 + takes_context:
            raise RegistryError(
                f"the function of {kind} takes its input, and a TaskContext or nothing else"
            )
        annotation = parameters[0].annotation
        REGISTRY[kind] = TaskFunction(
            kind,
            function,
            TypeAdapter(Any if annotation is inspect.Parameter.empty else annotation),
            takes_context,
            inspect.iscoroutinefunction(function),
            concurrency,
            timeout_seconds,
        )
        return function

    return register


def forget_functions(modules: Collection[str]) -> None:
    """Take back what these modules registered, before they are imported anew."""
    for kind, known in list(REGISTRY.items()):
        if known.function.__module__ in modules:
            del REGISTRY[kind]


def load_functions(
    modules: Iterable[str], kinds: Iterable[str] = (), others: Iterable[TaskFunction] = ()
) -> list[TaskFunction]:
    """Import modules and entry points, and return what they registered; of `kinds` where given.

    `others` are functions that nobody registers. Raises RegistryError when a module cannot be
    imported, a kind is unknown or there twice, or there is nothing.
    """
    for name in modules:
        try:
            importlib.import_module(name)
        except (ImportError, RegistryError, SyntaxError) as error:
            raise RegistryError(f"WA_WORK_MODULES: cannot import {name}: {error}") from error
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            raise RegistryError(
                f"WA_WORK_MODULES: cannot import {name}: {type(error).__name__}: {error}"
                f" ({place.filename}, line {place.lineno})"
            ) from error
    for entry in entry_points(group=ENTRY_POINTS):
        entry.load()
    known = {one.kind: one for one in others}
    if twice := known.keys() & REGISTRY.keys():
        raise RegistryError(f"the kind {min(twice)} is registered twice")
    known |= REGISTRY
    chosen = list(kinds) or sorted(known)
    if unknown := [kind for kind in chosen if kind not in known]:
        raise RegistryError(f"WA_WORK_KINDS: nobody registered {', '.join(unknown)}")
    if not chosen:
        raise RegistryError(
            "nobody registered a task: name modules in WA_WORK_MODULES, services in WA_WORK_HTTP"
            f" or a WA_MEDIA_STORE, or install a package with entry points {ENTRY_POINTS}"
        )
    return [known[kind] for kind in chosen]
