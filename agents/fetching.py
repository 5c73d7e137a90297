"""What a step will soon need, asked for while it still works on something else: see `sim.kernels.fetch`."""

from __future__ import annotations

from agents.rewards import TERMS
from sim.ahead import TURN_AHEAD
from sim.egoview import SIZE
from sim.kernels import LINE, fetch, fetch_rows, inner

AHEAD = 60  # points of its path that are looked at for an actor


@inner
def fetch_world(e, batch):  # type: ignore[no-untyped-def]
    """Ask for the arrays of a world that will be advanced soon."""
    bodies, sights, verdicts, play = batch.bodies, batch.sights, batch.verdicts, batch.play
    actors, rows = bodies.speed.shape[1], play.slots.shape[1]
    fetch_rows(bodies.position, e, 3 * actors)
    for part in (
        bodies.heading, bodies.speed, bodies.acceleration, bodies.yaw_rate, bodies.steering, bodies.travelled,
        sights.cosine, sights.sine, sights.dx, sights.dy,
    ):  # fmt: skip
        fetch_rows(part, e, actors)
    fetch_rows(bodies.alive, e, actors)
    fetch_rows(batch.place, e, 2 * actors)
    fetch_rows(batch.ahead, e, 4 * actors)
    fetch_rows(batch.wish, e, 2 * actors)
    fetch_rows(play.line, e, play.line.shape[2] * 2 * rows)
    fetch_rows(verdicts.terms, e, len(TERMS) * rows)
    fetch_rows(verdicts.before, e, 2 * rows)
    fetch_rows(verdicts.reward, e, rows)
    fetch_rows(verdicts.outcome, e, rows)


@inner
def fetch_paths(e, batch):  # type: ignore[no-untyped-def]
    """Ask for the places on their paths of the actors of a world that will be advanced next."""
    tables, bodies, p = batch.tables, batch.bodies, batch.play.scene[e]
    for a in range(bodies.speed.shape[1]):
        r = tables.path[p, a]
        if r >= 0:
            k = tables.rows[r, 0] + min(max(int(bodies.travelled[e, a]), 0), tables.rows[r, 1] - 1)
            fetch(tables.line, 3 * k)
            fetch(tables.rim, 5 * k)


@inner
def fetch_ahead(p, e, a, batch):  # type: ignore[no-untyped-def]
    """Ask for the path ahead and the view of an actor that is observed next."""
    tables, r = batch.tables, batch.tables.path[p, a]
    if r < 0:
        return
    first, last = tables.rows[r, 0], tables.rows[r, 0] + tables.rows[r, 1] - 1
    k = min(first + max(int(batch.bodies.travelled[e, a]), 0), last)
    for i in range(k, min(k + AHEAD, last), LINE // 12):
        fetch(tables.line, 3 * i)
    fetch(tables.rim, 5 * k)
    fetch(tables.rim, 5 * min(k + TURN_AHEAD, last))
    n = batch.play.row_of[p, a]
    if n >= 0:
        start = (e * batch.play.slots.shape[1] + n) * batch.views.shape[2]
        for i in range(start, start + SIZE, LINE // 4):
            fetch(batch.views, i)
