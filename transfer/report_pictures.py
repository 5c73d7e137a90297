"""Pictures of the report page, inlined as JPEG."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import cv2
import numpy as np

from scenes.seeds import rng_for
from transfer.page import data_uri
from transfer.pictures import Image, Pictures
from transfer.summary import ArmFigures

if TYPE_CHECKING:
    from transfer.report import Report

PER_ROW = 14
MISTAKES = 16
TALLEST = 160  # px, larger crops are scaled down for the page


def inlined(image: Image) -> str:
    """Return a data URI of a crop."""
    height, width = image.shape[:2]
    if height > TALLEST:
        image = np.asarray(
            cv2.resize(image, (max(1, width * TALLEST // height), TALLEST), interpolation=cv2.INTER_AREA), np.uint8
        )
    _, encoded = cv2.imencode(".jpg", np.ascontiguousarray(image[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, 88])
    return data_uri(encoded.tobytes(), "jpeg")


def _row(pictures: Pictures, label: str, origin: str) -> str:
    places = np.flatnonzero(pictures.labels == label)
    drawn = rng_for(0, "shown", label, origin).permutation(places)[:PER_ROW]
    shown = "".join(f'<img alt="{escape(label)}, {origin}" src="{inlined(pictures.images[int(i)])}">' for i in drawn)
    return f'<div class="row-label">{origin}</div><div class="row">{shown}</div>'


def side_by_side(report: Report) -> str:
    """For each class a row of real pictures of the training split above a row of rendered ones, drawn at random."""
    blocks = []
    for label in report.task.classes:
        rows = _row(report.real_train, label, "real") + _row(report.synthetic, label, "rendered")
        blocks.append(f'<div class="card"><h3>{escape(label)}</h3>{rows}</div>')
    note = "Drawn at random; real ones from the training split."
    return f'<p class="note">{note}</p><div class="panels">{"".join(blocks)}</div>'


def mistakes(report: Report, item: ArmFigures) -> str:
    """Real pictures that the arm got wrong with most confidence, averaged over seeds."""
    mean = item.probabilities.mean(axis=0)
    targets, called = report.measured.targets(report.task.classes), mean.argmax(axis=1)
    wrong = np.flatnonzero(called != targets)
    order = wrong[np.argsort(-mean[wrong, called[wrong]], kind="stable")][:MISTAKES]
    if not len(order):
        return f'<p class="note">{escape(item.key)} made none, averaged over seeds.</p>'
    cards = []
    for index in (int(i) for i in order):
        truth, guess = report.task.classes[int(targets[index])], report.task.classes[int(called[index])]
        cards.append(
            f'<figure><img alt="" src="{inlined(report.measured.images[index])}"><figcaption>{escape(truth)}, called '
            f"<em>{escape(guess)}</em> with {mean[index, called[index]]:.0%}<br><span>"
            f"{escape(report.measured.names[index])}</span></figcaption></figure>"
        )
    note = (
        f"{escape(item.key)}: {len(wrong)} of {len(targets)} wrong when seeds are averaged; the most confident first."
    )
    return f'<p class="note">{note}</p><div class="mistakes">{"".join(cards)}</div>'
