"""Make docs/library.md and its thumbnails: python -m docs.library. One picture of every scene in the library."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from scenes.files import library, load
from skidpad.render import render_sample

HERE = Path(__file__).parent
PICTURES = HERE / "images" / "library"
WIDTH, COLUMNS, SAMPLE = 320, 3, 3
HEAD = """# Library scenes

Scene files that come with the package, with sample 3 of each (seed 0). Give their name to `skidpad generate`, `play`
or `scene show`, build on them with `extends: library/NAME`, or read them in `scenes/library`.
Made by `python -m docs.library`.
"""


def main() -> None:
    """Draw what is missing, and write the page."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    cells = []
    for name in library():
        file = PICTURES / f"{name}.jpg"
        template = load(name)
        if not file.exists():
            shot = render_sample(template, SAMPLE, 0)[0]
            picture = cv2.imdecode(np.frombuffer(shot.jpeg, np.uint8), cv2.IMREAD_COLOR)
            size = (WIDTH, round(WIDTH * picture.shape[0] / picture.shape[1]))
            cv2.imwrite(
                str(file), cv2.resize(picture, size, interpolation=cv2.INTER_AREA), [cv2.IMWRITE_JPEG_QUALITY, 82]
            )
        cells.append(f"![{name}](images/library/{name}.jpg)<br>`{name}`: {template.spec.description}")
    cells += [""] * (-len(cells) % COLUMNS)
    rows = [f"| {' | '.join(cells[k : k + COLUMNS])} |" for k in range(0, len(cells), COLUMNS)]
    table = "\n".join(["| | | |", "|---|---|---|", *rows])
    (HERE / "library.md").write_text(f"{HEAD}\n{table}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
