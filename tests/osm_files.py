"""An OpenStreetMap extract written for tests: a junction with lights, a side street, a roundabout, a one-way street."""

from __future__ import annotations

import math

LATITUDE, LONGITUDE = 48.1, 11.5  # degrees, of node c
METRES = 111_200.0  # m per degree of latitude, about


def node(name: str, x: float, y: float, **tags: str) -> str:
    """A node at metres east and north of node c."""
    latitude = LATITUDE + y / METRES
    longitude = LONGITUDE + x / (METRES * math.cos(math.radians(LATITUDE)))
    inner = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
    return f'<node id="{name}" lat="{latitude:.9f}" lon="{longitude:.9f}">{inner}</node>\n'


def way(name: str, nodes: str, **tags: str) -> str:
    inner = "".join(f'<nd ref="{ref}"/>' for ref in nodes.split())
    inner += "".join(f'<tag k="{k.replace("__", ":")}" v="{v}"/>' for k, v in tags.items())
    return f'<way id="{name}">{inner}</way>\n'


def town() -> str:
    """A street with four lanes along x, side streets across it, a roundabout in the east."""
    text = node("w", -180, 0) + node("c", 0, 0, highway="traffic_signals") + node("x", 70, 0, highway="crossing")
    text += node("n", 0, 150) + node("s", 10, -150) + node("t", -90, 0) + node("u", -95, 120) + node("v", -40, 140)
    ring = [(180 + 18 * math.cos(a), 18 * math.sin(a)) for a in (k * math.pi / 4 for k in range(8))]
    text += "".join(node(f"r{k}", *spot) for k, spot in enumerate(ring))
    text += node("e", 300, 0) + node("rn", 180, 130) + node("f1", -80, 30) + node("f2", -20, 60)
    ways = way("1", "w t c x r4", highway="secondary", lanes="4", maxspeed="50", sidewalk="both", width="13")
    ways += way("2", "n c s", highway="residential", maxspeed="30 mph", sidewalk="both")
    ways += way("3", "t u v n", highway="residential", oneway="yes", lanes="1", maxspeed="30")
    ways += way("4", "r4 r5 r6 r7 r0 r1 r2 r3 r4", highway="secondary", junction="roundabout", lanes="1")
    ways += way("5", "r0 e", highway="tertiary", lanes="2") + way("6", "r2 rn", highway="residential")
    ways += (
        way("7", "f1 f2", highway="footway")
        + way("8", "f1 w", highway="proposed")
        + way("9", "f1 f2", waterway="ditch")
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6">\n{text}{ways}</osm>\n'
