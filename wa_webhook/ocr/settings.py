"""How documents are read, as the environment says it."""

from __future__ import annotations

from pydantic import Field

from handler.process.environment import ProcessSettings


class OcrSettings(ProcessSettings):
    """Bounds of what a worker reads."""

    wa_ocr_concurrency: int = Field(1, ge=1, le=64)
    """Documents at once: each takes a core and 500 MB."""
    wa_ocr_max_pages: int = Field(5, ge=1, le=20)
    """Pages of a document that are read."""
