"""The process that reads: what users send is opened here, and nowhere else.

On its standard input come a header and a document, again and again; each is answered by a line of
JSON: `pages` and `page_count`, `unreadable` and why, or `failed` and what went wrong here. It ends
when its input does.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
from dataclasses import asdict
from functools import lru_cache
from typing import IO, TYPE_CHECKING, Any

from wa_webhook.ocr.pages import open_pages
from wa_webhook.ocr.reading import HEADER, UnreadableError

if TYPE_CHECKING:
    from wa_webhook.ocr.engine import Engine
    from wa_webhook.ocr.reading import Line

MAX_LINES = 1000
"""Of a document: a page of a letter has fifty. Beyond them its result is not a task's."""
MAX_CHARACTERS = 300
"""Of a line."""
_ADDRESS_SPACE = 4 << 30


def main() -> None:
    """Answer until there is nothing more to read."""
    _limit_memory()
    documents = sys.stdin.buffer
    # Whatever a library prints goes nowhere.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    while header := documents.read(HEADER.size):
        length, max_pages = HEADER.unpack(header)
        content = _take(documents, length)
        try:
            answer = read_document(content, max_pages)
        except Exception as error:
            answer = {"failed": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


@lru_cache(maxsize=1)
def load_engine() -> Engine:
    """Return the engine, which takes two seconds the first time; what is no document needs none."""
    from wa_webhook.ocr.engine import Engine

    return Engine()


def read_document(content: bytes, max_pages: int) -> dict[str, Any]:
    """Return what is read of a document, or why nothing is."""
    try:
        count, pages = open_pages(content, max_pages)
        read = []
        left = MAX_LINES
        for number, page in enumerate(pages, start=1):
            turned, lines = load_engine().read(page)
            read.append(
                {"page": number, "turned": turned, "lines": [_cut(one) for one in lines[:left]]}
            )
            left -= len(lines[:left])
    except UnreadableError as error:
        return {"unreadable": str(error)}
    except MemoryError:
        return {"unreadable": "it takes more memory than a document may"}
    return {"page_count": count, "pages": read}


def _cut(line: Line) -> dict[str, Any]:
    return asdict(line) | {"text": line.text[:MAX_CHARACTERS]}


def _take(documents: IO[bytes], length: int) -> bytes:
    content = documents.read(length)
    if len(content) < length:
        sys.exit()
    return content


def _limit_memory() -> None:
    # Whoever runs us may have forbidden it, and then bounds us: the unit of systemd does.
    with contextlib.suppress(OSError, ValueError):
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        if most == resource.RLIM_INFINITY or most > _ADDRESS_SPACE:
            resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, most))


if __name__ == "__main__":
    main()
