"""A commented scene file to start from."""

from __future__ import annotations

import re
from pathlib import Path

from scenes.compose import FORMAT

STARTER = f"""\
# A scene says what may be there; skidpad draws sample after sample from it. Every key: docs/scenes.md
format: {FORMAT}
description: "NAME: a street with a zebra crossing."

# What this file builds on, if anything; what stands below wins over it.
# extends: library/street
# include: [mine/cameras.yaml]
presets: [clear-noon]

start_time: {{uniform: [0, 8]}}  # a random number; without the braces always the same

roads:
  layout: street
  length: {{uniform: [100, 160]}}
  lane_width: {{uniform: [2.8 m, 350 cm]}}  # units may be written
  crossing: zebra
  surface: {{choice: {{asphalt-new: 1, asphalt-old: 3}}}}  # values and their weights
  # arithmetic on other values
  pavement: {{expression: "clamp(roads.lane_width - 0.5, 2, 4)"}}

light:
  condition: {{choice: {{day: 3, overcast: 1}}}}  # wins over the preset

people:
  density: {{uniform: [5, 40]}}
  warmth: {{given: {{light.condition: {{day: {{uniform: [0, 0.5]}}, else: 0.9}}}}}}  # coats when there is no sun

vehicles:
  speed: {{truncated_normal: [40 km/h, 8 km/h, 20 km/h, 60 km/h]}}  # drawn for every vehicle
  spacing: {{once: {{uniform: [10, 60]}}}}  # drawn once for all vehicles of a sample

cameras:
  - {{kind: dash, fov: {{normal: [60, 5]}}}}
  - {{kind: pavement, at: {{uniform: [-25, 25]}}, side: {{sequence: [left, right]}}}}  # by turns

# How often numbers rise and fall together; conditions that every sample must meet.
copulas:
  - {{of: [people.density, vehicles.spacing], correlation: -0.6}}  # busy pavements, busy lanes
constraints:
  - people.density < 35 or vehicles.spacing > 12
"""
NAME = re.compile(r"[A-Za-z0-9][\w.-]*")


def start(name: str, folder: Path) -> Path:
    """Write a scene file to start from.

    Args:
        name: of the scene, without a suffix.
        folder: where to write it.

    Returns:
        The new file.

    Raises:
        ValueError: no name for a file, or the file is there already.
    """
    stem = name.removesuffix(".yaml")
    if not NAME.fullmatch(stem) or len(stem) > 100:
        raise ValueError(f"{name!r}: a scene's name has letters, digits, dots, dashes and underscores")
    file = folder / f"{stem}.yaml"
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(STARTER.replace("NAME", stem))
    except FileExistsError:
        raise ValueError(f"{file}: is there already") from None
    return file
