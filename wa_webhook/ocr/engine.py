"""The engine: RapidOCR, whose models come with its wheel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from rapidocr import RapidOCR
from rapidocr.main import RapidOCRError

from wa_webhook.ocr.reading import Line

if TYPE_CHECKING:
    from PIL.Image import Image

_QUARTERS = 4
_NARROWER = 0.8
"""Of its width, what a line is read at: at its own the engine often leaves out spaces."""
_TALL = 1.5
"""How much higher than wide a line is that runs up or down the page."""


class Engine:
    """Loads its models with the first page, in some two seconds."""

    def __init__(self) -> None:
        # A thread a document: more would wait for each other, and take a third more of the machine.
        cv2.setNumThreads(1)
        self._rapid = RapidOCR(
            params={
                "Global.log_level": "critical",
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            }
        )

    def read(self, page: Image) -> tuple[int, list[Line]]:
        """Return by how many degrees the page is turned clockwise, and its lines when upright.

        The lines are in the order in which they are read, and their places those on the upright
        page.
        """
        # Of colours as OpenCV has them.
        pixels = np.ascontiguousarray(np.asarray(page)[:, :, ::-1])
        try:
            regions, boxes = self._find_lines(pixels)
            quarters = self._turned(regions, boxes)
            if quarters:
                pixels = np.ascontiguousarray(np.rot90(pixels, quarters))
                regions, boxes = self._find_lines(pixels)
            read = self._rapid.recognize_txt([_narrow(one) for one in regions])
        except RapidOCRError:
            # There is nothing on it that looks like text.
            return 0, []
        height, width = pixels.shape[:2]
        corners = boxes / np.array([width, height])
        lines = [
            Line(text.strip(), round(float(score), 3), _box(one))
            for text, score, one in zip(read.txts, read.scores, corners, strict=True)
            if text.strip()
        ]
        return quarters * 90, lines

    def _find_lines(self, pixels: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
        operations: dict[str, Any] = {}
        regions, found = self._rapid.detect_and_crop(pixels, operations)
        boxes = found.boxes.copy()
        # Little or very wide pictures are given an edge above and below.
        boxes[:, :, 1] -= operations["padding_1"]["top"]
        return regions, boxes

    def _turned(self, regions: list[np.ndarray], boxes: np.ndarray) -> int:
        """Return how many quarters of a turn clockwise the page has, as most of its text says."""
        lengths = np.linalg.norm(boxes[:, 0] - boxes[:, 1], axis=1)
        heights = np.linalg.norm(boxes[:, 0] - boxes[:, 3], axis=1)
        is_tall = heights > lengths * _TALL
        weights = np.maximum(lengths, heights)
        is_sideways = bool(weights[is_tall].sum() > weights[~is_tall].sum())
        votes = [one for one, tall in enumerate(is_tall) if bool(tall) is is_sideways]
        _, judged = self._rapid.cls_and_rotate([regions[one] for one in votes])
        against = sum(
            weights[one] * score * (1 if label == "180" else -1)
            for one, (label, score) in zip(votes, judged.cls_res, strict=True)
        )
        # A region that is tall was turned by a quarter counter-clockwise to be judged.
        return (is_sideways + 2 * bool(against > 0)) % _QUARTERS


def _narrow(region: np.ndarray) -> np.ndarray:
    return cv2.resize(region, None, fx=_NARROWER, fy=1, interpolation=cv2.INTER_AREA)


def _box(corners: np.ndarray) -> tuple[float, float, float, float]:
    left, top = np.clip(corners.min(axis=0), 0, 1)
    right, bottom = np.clip(corners.max(axis=0), 0, 1)
    return (
        round(float(left), 4),
        round(float(top), 4),
        round(float(right - left), 4),
        round(float(bottom - top), 4),
    )
