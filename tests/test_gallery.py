"""The page of a dataset shows its pictures and labels as they are."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from xml.etree import ElementTree as Xml

import cv2
import numpy as np
import pytest
from dataset_frames import make_frame, recipe, street_frame
from typer.testing import CliRunner

from scenes.kinds import Kind
from skidpad.cli import app
from transfer.gallery import LAYERS, gallery, histogram, spread
from transfer.manifest import DatasetError
from transfer.reader import Dataset
from transfer.writer import DatasetWriter


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    writer = DatasetWriter(tmp_path_factory.mktemp("looked") / "toy <1>", recipe(samples=5))
    for k in range(4):
        writer.write_sample(k, [street_frame(k)])
    writer.write_sample(4, [make_frame([], sample=4)])
    return Dataset.open(writer.finish())


def figures_of(page: str) -> list[Xml.Element]:
    texts = re.findall(r"<figure>.*?</figure>", page, re.DOTALL)
    return [Xml.fromstring(re.sub(r"(<img[^>]*)>", r"\1/>", text)) for text in texts]


def picture_of(figure: Xml.Element, layer: str) -> np.ndarray:
    (image,) = (one for one in figure.iter("img") if one.get("alt") == layer)
    content = base64.b64decode((image.get("src") or "").split(",")[1])
    return np.asarray(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR))[..., ::-1]


def test_boxes_are_those_of_the_labels_and_layers_those_of_the_maps(dataset: Dataset) -> None:
    figures = figures_of(gallery(dataset))
    assert len(figures) == len(dataset.samples)
    for figure, sample in zip(figures, dataset.samples, strict=True):
        shown = sorted((x for x in sample.labels if x.tight), key=lambda x: -x.distance)
        groups = [one for one in figure.iter("g")]
        assert [one.get("data-kind") for one in groups] == [label.kind.label for label in shown]
        for group, label in zip(groups, shown, strict=True):
            box = group.find("rect")
            assert box is not None and label.tight is not None
            x, y, width, height = (float(box.get(key) or -1) for key in ("x", "y", "width", "height"))
            assert (x, y, x + width, y + height) == label.tight
            assert f"id: {label.id}\n" in (group.findtext("title") or "") + "\n"
        np.testing.assert_array_equal(picture_of(figure, "picture"), sample.image())
        ids, colours = sample.instance(), picture_of(figure, "instances")
        pairs = np.unique(np.column_stack([ids.ravel(), colours.reshape(-1, 3)]), axis=0)
        assert len(pairs) == len(np.unique(ids)) == len({tuple(row[1:]) for row in pairs.tolist()})
        depth = picture_of(figure, "depth").astype(int)
        assert depth[sample.semantic() == Kind.SKY].max() < 12
        if shown:
            assert depth[ids > 0].mean() > depth[(ids == 0) & (sample.semantic() == Kind.ROAD)].mean() + 30


def test_counts_are_those_of_the_labels(dataset: Dataset) -> None:
    page = gallery(dataset, count=1)
    assert len(figures_of(page)) == 1
    bars = dict(re.findall(r'<div class="bar"><span>(\w+)</span>.*?<b>(\d+)</b>', page))
    assert bars == {"car": "8", "pedestrian": "4", "signal": "4"}
    assert {name for name in re.findall(r'name="kind" value="(\w+)"', page)} == set(bars)
    assert re.findall(r'name="layer" value="(\w+)"', page) == list(LAYERS)
    assert "toy &lt;1&gt;" in page and "toy <1>" not in page


def test_pictures_are_spread_over_the_dataset(dataset: Dataset) -> None:
    assert [one.name for one in spread(dataset.samples, 3)] == [dataset.samples[k].name for k in (0, 2, 4)]
    assert len(spread(dataset.samples, 99)) == 5 and len(spread(dataset.samples, 1)) == 1


def test_bars_of_a_histogram_add_up() -> None:
    heights = [float(h) for h in re.findall(r'height="([\d.]+)"/', histogram("x", [1.0, 1.0, 1.0, 2.0], False))]
    assert max(heights) == 96.0 and sum(heights) == pytest.approx(96.0 * 4 / 3)
    assert "median 5" in histogram("x", [5.0], True)
    assert histogram("x", [], True) == ""


def test_the_command_writes_the_page_beside_the_dataset_or_nothing(dataset: Dataset, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["view", str(dataset.root), "--count", "2"])
    assert result.exit_code == 0
    page = dataset.root.with_name("toy <1>.html")
    assert page.read_text().startswith("<!doctype html>") and len(figures_of(page.read_text())) == 2
    result = CliRunner().invoke(app, ["view", str(tmp_path), "--out", str(tmp_path / "page.html")])
    assert isinstance(result.exception, DatasetError) and "no dataset here" in str(result.exception)
    assert list(tmp_path.iterdir()) == []
