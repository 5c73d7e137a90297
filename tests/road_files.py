"""OpenDRIVE files written for tests, and where the maps of others are found on a developer's machine."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("SKIDPAD_MAPS", ROOT.parent / "shared"))
OPENDRIVE = sorted(SHARED.rglob("*.xodr"))
SUMO = sorted(SHARED.rglob("*.net.xml"))
COMMONROAD = sorted(SHARED.glob("**/commonroad/*.xml"))
NONE_HERE = f"no maps in {SHARED.name}: set SKIDPAD_MAPS to a folder with OpenDRIVE, SUMO and CommonRoad files"


def geometry(s: float, x: float, y: float, hdg: float, length: float, shape: str) -> str:
    return f'<geometry s="{s}" x="{x}" y="{y}" hdg="{hdg}" length="{length}">{shape}</geometry>'


def lane(number: int, kind: str = "driving", width: str | float = 3.5, more: str = "", link: str = "") -> str:
    """A lane; `width` is a number, or elements of one's own."""
    wide = f'<width sOffset="0" a="{width}" b="0" c="0" d="0"/>' if isinstance(width, float) else width
    return f'<lane id="{number}" type="{kind}"><link>{link}</link>{wide}{more}</lane>'


def section(left: str = "", right: str = "", s: float = 0.0, centre: str = "") -> str:
    middle = f'<center><lane id="0" type="none">{centre}</lane></center>'
    return f'<laneSection s="{s}"><left>{left}</left>{middle}<right>{right}</right></laneSection>'


def two_way(link: str = "") -> str:
    """One lane each way."""
    return section(lane(1, link=link), lane(-1, link=link))


def road(
    number: str, plan: str, sections: str, length: float, link: str = "", more: str = "", junction: str = "-1",
    rule: str = "RHT",
) -> str:  # fmt: skip
    """A road; `more` stands before its lanes, objects and signals after `|`."""
    before, _, after = more.partition("|")
    return (
        f'<road id="{number}" length="{length}" junction="{junction}" rule="{rule}"><link>{link}</link>{before}'
        f"<planView>{plan}</planView><lanes>{sections}</lanes>{after}</road>"
    )


def straight(number: str, length: float = 100.0, x: float = 0.0, y: float = 0.0, hdg: float = 0.0, **keys: str) -> str:
    """A straight road with one lane each way, unless `sections` says otherwise."""
    sections = keys.pop("sections", None) or two_way()
    return road(number, geometry(0, x, y, hdg, length, "<line/>"), sections, length, **keys)


def opendrive(body: str, header: str = 'revMajor="1" revMinor="6"') -> str:
    return f'<?xml version="1.0"?>\n<OpenDRIVE>\n<header {header}/>\n{body}\n</OpenDRIVE>\n'


def pair(before: int, after: int) -> str:
    return f'<predecessor id="{before}"/><successor id="{after}"/>'


def crossroads() -> str:
    """Road 1 from the west and road 2 to the east (drawn westwards), joined by roads 10 and 11 in junction 5.

    Road 10 is driven along s by lane -1 from 1 to 2; road 11, drawn the same way, holds the lane back, 1.
    """
    west = straight("1", 80.0, -90.0, link='<successor elementType="junction" elementId="5"/>')
    east = straight("2", 80.0, 90.0, hdg=3.141592653589793, link='<successor elementType="junction" elementId="5"/>')
    link = (
        '<predecessor elementType="road" elementId="1" contactPoint="end"/>'
        '<successor elementType="road" elementId="2" contactPoint="end"/>'
    )
    there = straight(
        "10", 20.0, -10.0, link=link, junction="5", sections=section("", lane(-1, link=pair(-1, 1)))
    )  # fmt: skip
    back = straight("11", 20.0, -10.0, link=link, junction="5", sections=section(lane(1, link=pair(1, -1)), ""))
    connections = (
        '<connection id="0" incomingRoad="1" connectingRoad="10" contactPoint="start"><laneLink from="-1" to="-1"/>'
        '</connection><connection id="1" incomingRoad="2" connectingRoad="11" contactPoint="end">'
        '<laneLink from="-1" to="1"/></connection>'
    )
    return west + east + there + back + f'<junction id="5" name="">{connections}</junction>'


def light(number: int, s: float, t: float, orientation: str = "+", more: str = "") -> str:
    return (
        f'<signal id="{number}" s="{s}" t="{t}" zOffset="3" dynamic="yes" type="1000001" country="OpenDRIVE" '
        f'orientation="{orientation}" hOffset="0">{more}</signal>'
    )
