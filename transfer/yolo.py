"""YOLO detection labels: one text file per picture, one line per visible label."""

from __future__ import annotations

from collections.abc import Sequence

from renderers.frame import LabelledFrame
from scenes.kinds import Kind
from transfer.manifest import EXPORTED, exported


def label_text(frame: LabelledFrame) -> str:
    """Lines `class x y width height`: tight box, middle and size as fractions of the image.

    Args:
        frame: with its labels; those without a visible pixel, and rejected ones, are left out.

    Returns:
        Text of the label file; empty when nothing shows.
    """
    width, height = frame.frame.view.width, frame.frame.view.height
    lines = []
    for label in frame.labels:
        if label.tight is None or label.rejected:
            continue
        x0, y0, x1, y1 = label.tight
        values = ((x0 + x1) / 2 / width, (y0 + y1) / 2 / height, (x1 - x0) / width, (y1 - y0) / height)
        lines.append(f"{EXPORTED.index(label.kind)} " + " ".join(f"{value:.8f}" for value in values))
    return "".join(line + "\n" for line in lines)


def data_yaml(signs: bool = False) -> str:
    """Text of data.yaml: where the pictures lie and what the class numbers mean.

    Args:
        signs: whether there are labelled signs.
    """
    return (
        "# One split: the whole dataset. Point val at pictures of your own, real ones if you have them.\n"
        f"train: images\nval: images\n{names_of(exported(signs))}"
    )


def names_of(kinds: Sequence[Kind]) -> str:
    """The part of data.yaml that says what the class numbers mean."""
    return f"nc: {len(kinds)}\nnames:\n" + "".join(f"  {index}: {kind.label}\n" for index, kind in enumerate(kinds))
