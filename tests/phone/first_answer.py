"""`python -m tests.phone.first_answer`: how long from `git clone` to an answer on the phone.

Chromium is driven from here; everything else is what somebody new has and does: an empty folder,
`git clone` of this one, and `make dev`, here on ports that are free.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import async_playwright

from tests.docs.code_blocks import PROJECT
from tests.fixtures.machine import find_program
from tests.phone.screen import Screen

if TYPE_CHECKING:
    from collections.abc import Callable

OPTIONS = " ".join(f"--{one}-port 0" for one in ("graph", "phone", "desk", "database"))


async def say_hello(url: str) -> None:
    """Open the phone, write, and wait for the answer."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_program("chromium"), args=["--no-sandbox"]
        )
        page = await browser.new_page()
        await page.goto(url)
        ana = Screen(page, Path()).phone("Ana")
        await ana.write("hello")
        await ana.sees("What would you like to do?")
        await browser.close()


def follow(clone: Path, tell: Callable[[str], None]) -> None:
    """Run `make dev` in a clone until it has answered."""
    # In a session of its own, so that a signal reaches what make started too.
    dev = subprocess.Popen(
        ["make", "dev", f"OPTIONS=--port 0 {OPTIONS}"],
        cwd=clone,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    )
    assert dev.stdout is not None
    url = None
    try:
        for line in dev.stdout:
            if "installing" in line:
                tell("the environment is being made")
            elif line.startswith("phone"):
                tell("everything runs")
                url = line.split()[1]
            elif "Ctrl-C" in line:
                break
        if url is None:
            sys.exit("make dev did not come up")
        asyncio.run(say_hello(url))
        tell("the phone has the answer")
    finally:
        os.killpg(dev.pid, signal.SIGTERM)
        dev.communicate()


def main() -> None:
    """Print the seconds since `git clone`, the CPU time of all, and how busy the machine was."""
    load, began = os.getloadavg()[0], time.monotonic()

    def tell(what: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {what}", flush=True)

    with tempfile.TemporaryDirectory(prefix="wa-first-") as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", PROJECT, clone], check=True)
        tell("cloned")
        follow(clone, tell)
    used = os.times()
    print(f"{used.children_user + used.children_system:6.1f} s  of CPU, Chromium's included")
    print(f"load {load:.1f} before and {os.getloadavg()[0]:.1f} after, {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
