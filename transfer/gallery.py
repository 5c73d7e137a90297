"""A page to look at a dataset: pictures with their labels, layers to switch, filters, and how the labels spread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from renderers.frame import ActorLabel
from renderers.overlay import SKELETON_HEIGHT, colour_of
from scenes.kinds import Kind
from scenes.wholefile import write_whole
from sim.people_landmarks import LIMBS
from transfer.gallery_style import SCRIPT, STYLE
from transfer.label_sheet import hue_of
from transfer.page import data_uri, document
from transfer.reader import Dataset, Sample

LOOKED_AT = 500  # pictures whose labels are counted; more take long to read
BINS = 24
FARTHEST = 120.0  # m, where the scale of depth ends
Image = NDArray[np.uint8]


def gallery(dataset: Dataset, count: int = 24, on_progress: Callable[[int, int], None] | None = None) -> str:
    """Build the page.

    Args:
        dataset: an opened dataset.
        count: pictures to show, spread evenly over the dataset.
        on_progress: called with (done, all) pictures.

    Returns:
        One HTML file with everything inlined.

    Raises:
        DatasetError: a file is missing or damaged.
    """
    figures = []
    shown = spread(dataset.samples, count)
    for k, sample in enumerate(shown):
        figures.append(figure(sample))
        if on_progress:
            on_progress(k + 1, len(shown))
    counted = spread(dataset.samples, LOOKED_AT)
    labels = [label for sample in counted for label in sample.labels if label.tight]
    manifest = dataset.manifest
    title = f"{manifest['name']}: {len(dataset.samples):,} pictures"
    body = (
        f"{facts(manifest)}{charts(labels, len(counted))}{controls(labels)}"
        f'<div class="pictures">{"".join(figures)}</div><script>{SCRIPT}</script>'
    )
    return document(title, str(dataset.root), title, STYLE, body)


def spread(samples: Sequence[Sample], count: int) -> list[Sample]:
    """At most `count` of them, evenly spread."""
    places = np.unique(np.linspace(0, len(samples) - 1, min(count, len(samples))).round().astype(int))
    return [samples[int(place)] for place in places]


def facts(manifest: dict[str, Any]) -> str:
    """What it was made from."""
    rows = {
        "seed": manifest["seed"], "samples": manifest["samples"], "frames a sample": manifest["frames_per_sample"],
        "renderer": manifest["renderer"], "assets": manifest["assets"],
        "randomisation": "on" if manifest["randomise"] else "off", "skidpad": manifest["skidpad"],
    }  # fmt: skip
    return (
        '<dl class="facts">'
        + "".join(f"<div><dt>{k}</dt><dd>{escape(str(v))}</dd></div>" for k, v in rows.items())
        + "</dl>"
    )


def charts(labels: Sequence[ActorLabel], pictures: int) -> str:
    """How many labels of each kind, and how height, visibility and distance spread."""
    counts = Counter(label.kind for label in labels)
    most = max(counts.values(), default=1)
    bars = "".join(
        f'<div class="bar"><span>{kind.label}</span><i style="width:{60 * n / most:.1f}%"></i><b>{n:,}</b></div>'
        for kind, n in counts.most_common()
    )
    panels = [
        histogram("height of the tight box, px", [x.tight[3] - x.tight[1] for x in labels if x.tight], True),
        histogram("visibility", [x.visibility for x in labels], False),
        histogram("distance, m", [x.distance for x in labels], False),
    ]
    note = f"Things with a visible pixel in {pictures:,} pictures, {len(labels) / max(pictures, 1):.1f} a picture."
    return f'<p class="note">{note}</p><div class="panels"><div class="card">{bars}</div>{"".join(panels)}</div>'


def histogram(title: str, values: Sequence[float], logarithmic: bool) -> str:
    """A card with a histogram."""
    if not values:
        return ""
    data = np.asarray(values, float)
    low, high = float(data.min()), max(float(data.max()), float(data.min()) + 1e-6)
    edges = np.geomspace(max(low, 1.0), max(high, 2.0), BINS + 1) if logarithmic else np.linspace(low, high, BINS + 1)
    heights = np.histogram(data, edges)[0]
    bars = "".join(
        f'<rect x="{10 * k}" y="{100 - 96 * n / heights.max():.1f}" width="9" height="{96 * n / heights.max():.1f}"/>'
        for k, n in enumerate(heights.tolist())
    )
    ends = f"<span>{edges[0]:.3g}</span><span>median {np.median(data):.3g}</span><span>{edges[-1]:.3g}</span>"
    return (
        f'<div class="card"><h3>{title}</h3><svg class="histogram" viewBox="0 0 {10 * BINS} 100" '
        f'preserveAspectRatio="none">{bars}</svg><p class="ends">{ends}</p></div>'
    )


def controls(labels: Iterable[ActorLabel]) -> str:
    """Layers and filters."""
    layers = "".join(
        f'<label><input type="radio" name="layer" value="{name}"{" checked" * (not k)}>{name}</label>'
        for k, name in enumerate(LAYERS)
    )
    kinds = "".join(
        f'<label><input type="checkbox" name="kind" value="{kind.label}" checked>{kind.label}</label>'
        for kind in sorted({label.kind for label in labels})
    )
    return (
        f'<form class="controls"><span>{layers}</span><span>'
        '<label><input type="checkbox" name="boxes" checked>boxes</label>'
        '<label><input type="checkbox" name="bones" checked>skeletons</label></span>'
        f'<span>{kinds}</span><label>visible at least <input type="range" name="visible" min="0" max="1" step="0.05" '
        'value="0"><output>0</output></label></form>'
    )


def figure(sample: Sample) -> str:
    """A picture with its layers and labels."""
    width, height = sample.size
    layers = "".join(
        f'<img class="layer {name}" alt="{name}" loading="lazy" src="{draw(sample)}">' for name, draw in LAYERS.items()
    )
    things = sorted((x for x in sample.labels if x.tight), key=lambda x: -x.distance)
    marks = "".join(mark(label) for label in things)
    return (
        f'<figure><div class="frame" style="aspect-ratio:{width}/{height}">{layers}'
        f'<svg viewBox="0 0 {width} {height}">{marks}</svg></div>'
        f"<figcaption>{escape(sample.name)}<span>{len(things)} things</span></figcaption></figure>"
    )


def mark(label: ActorLabel) -> str:
    """Box, skeleton and words of one thing."""
    assert label.tight is not None
    x0, y0, x1, y1 = label.tight
    colour = "#{:02x}{:02x}{:02x}".format(*colour_of(label))
    known = {
        "id": label.id, "view": label.view, "visibility": f"{label.visibility:.0%}",
        "distance": f"{label.distance:.1f} m", "signal": label.signal_state, "rejected": label.rejected,
        **label.attributes,
    }  # fmt: skip
    words = "\n".join([label.kind.label, *(f"{key}: {value}" for key, value in known.items() if value is not None)])
    bones = ""
    if label.keypoints and y1 - y0 >= SKELETON_HEIGHT:
        points = label.keypoints
        bones = "".join(
            f'<path class="bone{"" if points[a][2] == points[b][2] == 2 else " unseen"}" '
            f'd="M{points[a][0]:.1f} {points[a][1]:.1f}L{points[b][0]:.1f} {points[b][1]:.1f}"/>'
            for a, b in LIMBS
            if points[a][2] and points[b][2]
        )
    form, kind = " rejected" if label.rejected else "", label.kind.label
    box = f'<rect x="{x0:g}" y="{y0:g}" width="{x1 - x0:g}" height="{y1 - y0:g}"/>'
    return (
        f'<g class="thing{form}" data-kind="{kind}" data-visible="{label.visibility:.3f}" stroke="{colour}">'
        f"<title>{escape(words)}</title>{box}{bones}</g>"
    )


def inlined(image: Image, suffix: str) -> str:
    """Data URI of a picture (H, W, 3) sRGB."""
    _, content = cv2.imencode(f".{suffix}", np.ascontiguousarray(image[..., ::-1]))
    return data_uri(content.tobytes(), suffix)


def photograph(sample: Sample) -> str:
    """The picture, as the dataset has it."""
    return data_uri(sample.file("images", "jpg"), "jpeg")


def instances(sample: Sample) -> str:
    """Ids as colours on black."""
    ids = sample.instance()
    numbers, where = np.unique(ids, return_inverse=True)
    colours = np.array([hue_of(int(n)) if n else (0, 0, 0) for n in numbers])
    return inlined(colours[where.reshape(ids.shape)].astype(np.uint8), "png")


def classes(sample: Sample) -> str:
    """Classes as colours."""
    table = np.array([0.35 * hue_of(3 * k) + 90.0 for k in range(max(Kind) + 1)]).astype(np.uint8)
    table[Kind.SKY] = (150, 185, 225)
    return inlined(table[sample.semantic()], "png")


def depths(sample: Sample) -> str:
    """Near is bright, on a logarithmic scale; the sky is black."""
    depth = np.clip(sample.depth(), 1.0, FARTHEST)
    grey = 255.0 * (1.0 - np.log(depth) / np.log(FARTHEST))
    return inlined(np.repeat(grey.astype(np.uint8)[..., None], 3, -1), "jpeg")


LAYERS: dict[str, Callable[[Sample], str]] = {
    "picture": photograph, "instances": instances, "classes": classes, "depth": depths,
}  # fmt: skip


def write_gallery(
    dataset: str | Path, out: str | Path | None = None, count: int = 24,
    on_progress: Callable[[int, int], None] | None = None,
) -> Path:  # fmt: skip
    """Write the page of a dataset.

    Args:
        dataset: folder that `skidpad generate` wrote.
        out: file to write; None: beside the dataset, with `.html` after its name.
        count: pictures to show.
        on_progress: called with (done, all) pictures.

    Returns:
        The file.

    Raises:
        DatasetError: the dataset cannot be read.
    """
    source = Dataset.open(dataset)
    place = source.root.with_name(f"{source.root.name}.html") if out is None else Path(out)
    write_whole(place, gallery(source, count, on_progress))
    return place
