"""How far long work is: a bar on a terminal, a line now and then in a log, and a way to stop.

Both go to standard error, so that what a command prints stays what it is.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from wa_webhook.cli.errors import fail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""
EVERY_SECONDS = 10.0
"""How often a log is told. Work that is done before leaves no line."""


class Progress:
    """What is known of work under way; `total` None where nobody can say how much it is."""

    def __init__(self, doing: str, total: int | None = None) -> None:
        self.doing = doing
        self.total = total
        self.done: int | None = None
        self.step = ""
        self._began = time.monotonic()
        self._bar: Bar | None = None

    def tell(self, step: str = "", *, done: int | None = None, total: int | None = None) -> None:
        """Say what is done by now, and which step has begun."""
        self.step = step
        self.done = self.done if done is None else done
        self.total = self.total if total is None else total
        if self._bar is not None:
            self._bar.update(
                self._bar.task_ids[0],
                completed=self.done or 0,
                total=self.total,
                description=self._describe(),
            )

    def line(self) -> str:
        """Return all of it as one line for a log."""
        return f"{self._describe()}, {time.monotonic() - self._began:.0f} s"

    def _describe(self) -> str:
        counted = "" if self.done is None else f" {self.done}"
        if counted and self.total:
            counted += f" of {self.total} ({min(self.done or 0, self.total) * 100 // self.total} %)"
        return f"{self.doing}{counted}{f': {self.step}' if self.step else ''}"

    @contextlib.contextmanager
    def on_terminal(self, console: Console) -> Iterator[None]:
        """Keep a bar on the console while the context lasts."""
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TimeElapsedColumn(),
        )
        # What goes into a file must not be drawn above the bar.
        bar = Bar(*columns, console=console, transient=True, redirect_stdout=sys.stdout.isatty())
        with bar:
            bar.add_task(self._describe(), total=self.total)
            self._bar = bar
            try:
                yield
            finally:
                self._bar = None

    @contextlib.contextmanager
    def in_log(self, say: Callable[[str], None], every_seconds: float) -> Iterator[None]:
        """Say where the work is every so many seconds while the context lasts."""
        is_over = threading.Event()

        def run() -> None:
            while not is_over.wait(every_seconds):
                say(self.line())

        teller = threading.Thread(target=run, daemon=True)
        teller.start()
        try:
            yield
        finally:
            is_over.set()
            teller.join()


@contextlib.contextmanager
def show_progress(
    doing: str, *, when_interrupted: str, total: int | None = None, is_quiet: bool = False
) -> Iterator[Progress]:
    """Show how far the work of the block is, from what it tells.

    Ctrl-C ends the block, prints `when_interrupted` (what became of the work, and how it goes on)
    and exits with 130.
    """
    progress = Progress(doing, total)
    console = Console(stderr=True, highlight=False)
    if is_quiet:
        shown: contextlib.AbstractContextManager[None] = contextlib.nullcontext()
    elif sys.stderr.isatty() and console.is_interactive:
        shown = progress.on_terminal(console)
    else:
        shown = progress.in_log(lambda line: typer.echo(line, err=True), EVERY_SECONDS)
    try:
        with shown:
            yield progress
    except KeyboardInterrupt:
        fail(f"interrupted after {progress.line()}. {when_interrupted}", INTERRUPTED)
