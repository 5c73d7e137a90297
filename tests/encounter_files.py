"""CommonRoad files written for tests, and where the recorded ones are found on a developer's machine."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(os.environ.get("SKIDPAD_ENCOUNTERS", ROOT.parent / "shared" / "encounters" / "commonroad"))
RECORDED = sorted(FOLDER.glob("*.xml"))
NONE_HERE = f"no recorded encounters in {FOLDER.name}: set SKIDPAD_ENCOUNTERS to a folder of CommonRoad files"


def bound(tag: str, xs: tuple[float, ...], y: float) -> str:
    points = "".join(f"<point><x>{x}</x><y>{y}</y></point>" for x in xs)
    return f"<{tag}>{points}</{tag}>"


def lanelet(number: int, xs: tuple[float, ...], y: float, width: float = 3.5, more: str = "") -> str:
    """A straight lanelet along +x with its middle at y."""
    sides = bound("leftBound", xs, y + width / 2) + bound("rightBound", xs, y - width / 2)
    return f'<lanelet id="{number}">{sides}{more}<laneletType>urban</laneletType></lanelet>'


def state(tag: str, step: int, x: float, y: float, speed: float, heading: float = 0.0) -> str:
    return (
        f"<{tag}><position><point><x>{x}</x><y>{y}</y></point></position>"
        f"<orientation><exact>{heading}</exact></orientation><time><exact>{step}</exact></time>"
        f"<velocity><exact>{speed}</exact></velocity></{tag}>"
    )


def vehicle(number: int, kind: str, track: list[tuple[int, float, float, float]], size: tuple[float, float]) -> str:
    """An obstacle of version 2020a; track rows are step, x, y, speed."""
    shape = f"<shape><rectangle><length>{size[0]}</length><width>{size[1]}</width></rectangle></shape>"
    rest = "".join(state("state", *row) for row in track[1:])
    path = f"<trajectory>{rest}</trajectory>" if rest else ""
    return (
        f'<dynamicObstacle id="{number}"><type>{kind}</type>{shape}{state("initialState", *track[0])}{path}'
        "</dynamicObstacle>"
    )


def problem(x: float, y: float, speed: float, goal: str, step: int = 0) -> str:
    start = state("initialState", step, x, y, speed)
    return f'<planningProblem id="99">{start}<goalState>{goal}</goalState></planningProblem>'


def road(body: str, version: str = "2020a") -> str:
    root = f'<commonRoad commonRoadVersion="{version}" timeStepSize="0.1">'
    return f'<?xml version="1.0"?>\n{root}\n{body}\n</commonRoad>\n'


def straight(x: float, speed: float, steps: int, y: float = 0.0) -> list[tuple[int, float, float, float]]:
    """A track at constant speed."""
    return [(k, round(x + 0.1 * k * speed, 6), y, speed) for k in range(steps)]


REGION = (
    "<position><rectangle><length>4</length><width>3</width><orientation>0</orientation>"
    "<center><x>60</x><y>0</y></center></rectangle></position>"
)
UNTIL = "<time><intervalStart>30</intervalStart><intervalEnd>40</intervalEnd></time>"
LANES = (
    lanelet(1, (-30, 40, 80), 0.0, more='<successor ref="2"/><adjacentLeft ref="3" drivingDir="same"/>')
    + lanelet(2, (80, 150, 200), 0.0, more='<predecessor ref="1"/>')
    + lanelet(3, (-30, 40, 80), 3.5, more='<adjacentRight ref="1" drivingDir="same"/>')
)


def two_lanes(goal: str = REGION + UNTIL) -> str:
    """An ego at 10 m/s, a slower car ahead of it, and a lorry beside it that leaves early."""
    cars = vehicle(7, "car", straight(25.0, 8.0, 41), (4.5, 1.8))
    cars += vehicle(8, "truck", straight(-10.0, 9.0, 21, 3.5), (9.0, 2.5))
    return road(LANES + cars + problem(0.0, 0.0, 10.0, goal))
