"""Which distractor of a pack flies in place of a simple body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scenes.catalogue import Asset
from scenes.seeds import rng_for
from scenes.shapes import Shape

SHARE = 0.5  # of distractors that are models where there are some; the others stay simple bodies


def shape(one: Shape, assets: Sequence[Asset]) -> Shape:
    """Choose what is drawn; it depends on the look alone.

    Args:
        one: a distractor or a backdrop, which stays.
        assets: of the sort shape, at least one.

    Returns:
        The body, where and as large as it was.
    """
    rng = rng_for(0, "asset", "shape", " ".join(f"{part:.9g}" for part in (*one.look.size, *one.look.colour)))
    if not one.flies or rng.random() >= SHARE:
        return one
    chosen = sorted(assets, key=lambda asset: asset.id)[int(rng.integers(len(assets)))]
    return replace(one, look=replace(one.look, asset=chosen.id))
