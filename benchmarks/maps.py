"""Time to import maps: `python -m benchmarks.maps [FOLDER]`.

Each OpenDRIVE file of the folder is imported whole, beside two yardsticks: reading the same file with the standard
library's ElementTree, and pyxodr (PyPI, MIT), where it is installed, making all roads and lane boundaries at its own
resolution of 0.1 m (it makes no links between lanes, no ground, paint, crossings or lights).
"""

from __future__ import annotations

import math
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

from scenes.opendrive_network import opendrive_map
from scenes.road_map import RoadMap
from scenes.xmlfile import read_xml

REPEATS = 3
ROADS = 620  # of the file that is written where no folder is given: about 1 MB
PIECES = ("<line/>", '<arc curvature="0.02"/>', '<spiral curvStart="0.02" curvEnd="-0.01"/>')


def best(work: Callable[[], object]) -> float:
    """Least processor time of a few runs, s."""
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def written(folder: Path) -> Path:
    """An OpenDRIVE file of about 1 MB: many roads with curves, four lanes and marks."""
    width = '<width sOffset="0.0000000000000000e+00" a="3.5000000000000000e+00" b="0.0" c="0.0" d="0.0"/>'
    mark = '<roadMark sOffset="0.0" type="broken" weight="standard" color="standard" width="0.12" laneChange="both"/>'
    roads = []
    for k in range(ROADS):
        parts = "".join(
            f'<geometry s="{40 * j}" x="{(k % 25) * 300 + 40 * j}" y="{(k // 25) * 100}" hdg="{0.1 * j}" length="40">'
            f"{shape}</geometry>"
            for j, shape in enumerate(PIECES)
        )
        lanes = {
            side: "".join(f'<lane id="{n}" type="driving" level="false"><link/>{width}{mark}</lane>' for n in numbers)
            for side, numbers in (("left", (2, 1)), ("center", (0,)), ("right", (-1, -2)))
        }
        section = "".join(f"<{side}>{text}</{side}>" for side, text in lanes.items())
        roads.append(
            f'<road id="{k}" length="120" junction="-1"><link/><planView>{parts}</planView>'
            f'<lanes><laneSection s="0">{section}</laneSection></lanes></road>'
        )
    path = folder / "written.xodr"
    path.write_text(f'<OpenDRIVE><header revMajor="1" revMinor="6"/>{"".join(roads)}</OpenDRIVE>', encoding="utf-8")
    return path


def imported(path: Path) -> RoadMap:
    """The whole import, without the memory of `scenes.maps.read_map`."""
    return opendrive_map(read_xml(path), "")


def by_pyxodr(path: Path) -> int:
    """Number of lane boundaries that pyxodr makes."""
    from pyxodr.road_objects.network import RoadNetwork

    roads = RoadNetwork(str(path)).get_roads()
    lanes = [lane for road in roads for section in road.lane_sections for lane in section.lanes]
    return sum(lane.boundary_line is not None for lane in lanes)


def main() -> None:
    """Measure and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        given = sorted(Path(sys.argv[1]).rglob("*.xodr")) if len(sys.argv) > 1 else [written(Path(folder))]
        print(f"{'file':32s} {'kB':>6s} {'lanes':>6s} {'CPU s':>9s} {'plain XML':>10s} {'pyxodr':>8s}")
        for path in given:
            lanes = len(imported(path).network.lanes)
            ours = best(lambda path=path: imported(path))
            plain = best(lambda path=path: ElementTree.parse(path))
            try:
                theirs = best(lambda path=path: by_pyxodr(path))
            except Exception:
                theirs = math.nan
            size = path.stat().st_size / 1000
            print(
                f"{path.name:32s} {size:6.0f} {lanes:6d} {ours:9.2f} {ours / plain:9.0f}x"
                f" {'-' if math.isnan(theirs) else f'{ours / theirs:.1f}x':>8s}"
            )


if __name__ == "__main__":
    main()
