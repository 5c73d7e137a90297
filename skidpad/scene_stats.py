"""How the values of a scene file are distributed over its samples: a table and histograms."""

from __future__ import annotations

import base64
import csv
import html
import io
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenes.distributions import Scalar
from scenes.files import SceneTemplate, load
from scenes.wholefile import write_whole

COLUMNS = 4  # of histograms
MOST_NAMES = 16  # bars of a chart; rarer names are one bar
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>body{{font-family:sans-serif;margin:2em}} img{{max-width:100%}}
td,th{{padding:2px 12px;text-align:right}} td:first-child{{text-align:left}}</style>
<h1>{title}</h1><img alt="distribution of every value" src="data:image/png;base64,{image}">
<table><tr>{head}</tr>{rows}</table></html>
"""


@dataclass(frozen=True)
class Column:
    """All draws of one value."""

    path: str  # in the scene file; draws of different things are together
    draws: tuple[Scalar, ...]

    @property
    def numeric(self) -> bool:
        """Whether it is a number."""
        return not any(isinstance(value, str | bool) for value in self.draws)

    @property
    def numbers(self) -> NDArray[np.float64]:
        """(N,) the draws; of numeric columns only."""
        return np.array(self.draws, np.float64)

    @property
    def counts(self) -> dict[str, int]:
        """How often each name came, the most frequent first."""
        names = [str(value).lower() if isinstance(value, bool) else str(value) for value in self.draws]
        return dict(sorted(Counter(names).items(), key=lambda item: (-item[1], item[0])))

    def row(self) -> dict[str, str]:
        """What the table says about it."""
        row = {"path": self.path, "draws": str(len(self.draws))}
        if self.numeric:
            low, middle, high = np.quantile(self.numbers, [0.05, 0.5, 0.95])
            named = {
                "mean": self.numbers.mean(), "deviation": self.numbers.std(), "least": self.numbers.min(), "5 %": low,
                "50 %": middle, "95 %": high, "greatest": self.numbers.max(),
            }  # fmt: skip
            return row | {name: f"{value:.6g}" for name, value in named.items()}
        return row | {"names": "; ".join(f"{name} {n / len(self.draws):.4g}" for name, n in self.counts.items())}


HEAD = ("path", "draws", "mean", "deviation", "least", "5 %", "50 %", "95 %", "greatest", "names")


def sample_values(
    template: SceneTemplate, count: int, seed: int, on_progress: Callable[[int, int], None]
) -> list[Column]:
    """Draw samples and collect what was random in them.

    Args:
        template: a loaded scene file.
        count: number of samples.
        seed: of the samples.
        on_progress: called with (finished, total).

    Returns:
        A column for every value that was drawn, in the order of the schema.
    """
    places = template.table.places
    found: dict[str, list[Scalar]] = {}
    for k in range(count):
        for path, value in template.sample(k, seed).values.items():
            place = path if path in places else path[: path.rindex("[")]  # without the number of the thing
            found.setdefault(place, []).append(value)
        on_progress(k + 1, count)
    return [Column(path, tuple(found[path])) for path in places if path in found]


def table(columns: list[Column]) -> str:
    """The numbers as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, HEAD, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(column.row() for column in columns)
    return text.getvalue()


def picture(columns: list[Column], title: str) -> bytes:
    """Histograms of all values as PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows = -(-len(columns) // COLUMNS)
    figure = Figure(figsize=(4.0 * COLUMNS, 2.2 * rows + 0.5), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title)
    for number, column in enumerate(columns):
        axes: Any = figure.add_subplot(rows, COLUMNS, number + 1)
        axes.set_title(f"{column.path} ({len(column.draws)})", fontsize=8)
        axes.tick_params(labelsize=7)
        if column.numeric:
            axes.hist(column.numbers, bins=40)
        else:
            bars = bars_of(column.counts)
            axes.barh(list(bars)[::-1], list(bars.values())[::-1])
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=80, metadata={"Software": None})
    return png.getvalue()


def bars_of(counts: Mapping[str, int]) -> dict[str, int]:
    """The most frequent names, the others as one."""
    names = list(counts)
    bars = {name: counts[name] for name in names[:MOST_NAMES]}
    rest = sum(counts[name] for name in names[MOST_NAMES:])
    return bars | ({f"{len(names) - MOST_NAMES} others": rest} if rest else {})


def page(columns: list[Column], title: str) -> str:
    """A page that needs no other file: histograms and table."""
    rows = [[html.escape(row.get(name, "")) for name in HEAD] for row in (column.row() for column in columns)]
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    image = base64.b64encode(picture(columns, title)).decode()
    head = "".join(f"<th>{name}</th>" for name in HEAD)
    return PAGE.format(title=html.escape(title), image=image, head=head, rows=body)


def write_stats(
    scene: str, out: Path, count: int, seed: int, on_progress: Callable[[int, int], None]
) -> tuple[Path, Path]:
    """Plot the distribution of every value of a scene file, and write the numbers beside it.

    Args:
        scene: file or library name.
        out: .png or .html file.
        count: number of samples.
        seed: of the samples.
        on_progress: called with (finished, total).

    Returns:
        `out`, and the CSV file beside it.

    Raises:
        SceneError: the scene file is wrong.
        ValueError: another suffix, or nothing is random in the scene.
    """
    if out.suffix not in (".png", ".html"):
        raise ValueError(f"--stats {out}: write .png or .html")
    columns = sample_values(load(scene), count, seed, on_progress)
    if not columns:
        raise ValueError(f"{scene}: nothing in it is random")
    title = f"{scene}: {count} samples, seed {seed}"
    content = picture(columns, title) if out.suffix == ".png" else page(columns, title).encode()
    numbers = out.with_suffix(".csv")
    for file, data in ((numbers, table(columns).encode()), (out, content)):
        write_whole(file, data)
    return out, numbers
