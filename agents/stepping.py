"""One step of many environments: kernels that act, move, judge, reset and observe, environment by environment."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from agents.actions import WALK_PUSH, pushed, steered
from agents.changing import KEEP
from agents.drivers import TEMPER, attends, rule_acceleration
from agents.fetching import fetch_ahead, fetch_paths, fetch_world
from agents.judging import REACHED, RUNNING, TIMEOUT, Verdicts, judge
from agents.overtaking import change_lanes
from agents.resetting import RESPAWN, STOP, Play, begin, blur, look, place_again
from agents.rewards import SUCCESS
from agents.strolling import PATHS, Stroll, plan_stroll, set_out, stroll_on
from agents.walkers import walk_acceleration
from sim.abreast import Changes, move_over, own_way, way_of
from sim.bodies import Bodies, Sight
from sim.egoview import ALONG, GAP, PACE, ego_view, look_ahead, on_route
from sim.halts import note_halt
from sim.kernels import drive, inner, released, wrap
from sim.lights import run_lights
from sim.logs import REACT, REPLAY, RULES, Log, put
from sim.replay import follow, reaction
from sim.tables import Tables, place_on
from sim.tracks import KINEMATIC, roll
from sim.trailers import pull
from sim.world import F4

STRIDE = 1.45  # m that a person moves in two steps at an ordinary pace; for the gait in pictures alone


class Batch(NamedTuple):
    """All that a step needs; see the parts."""

    tables: Tables
    bodies: Bodies
    sights: Sight  # (E, A) and (E, G)
    play: Play
    verdicts: Verdicts
    views: F4  # (E, N, F) observations
    final: F4  # (E, N, F) last observations of the episode that ended last in each row
    place: F4  # (E, A, 2) m to the left of the path and rad against it
    ahead: F4  # (E, A, 4) what `sim.egoview.look_ahead` worked out for vehicles after the step before
    wish: F4  # (E, A, 2) controls of this step: acceleration in m/s2 and front wheel angle in rad
    slip: F4  # (E, A) rad, slip angle at the centre of mass, of the dynamic single-track model
    traits: F4  # (E, A, 3) of drivers, see `agents.drivers`
    log: Log  # of the scenes
    stroll: Stroll
    changes: Changes  # of lanes
    since: F4  # (E, A) s, when vehicles came to their last halt at a stop sign


@inner
def sight_of(sights, e):  # type: ignore[no-untyped-def]
    """The sight of one environment."""
    return Sight(
        sights.cosine[e], sights.sine[e], sights.dx[e], sights.dy[e], sights.crossing[e], sights.on[e],
        sights.shown[e], sights.left[e],
    )  # fmt: skip


@released
def sort_by_scene(scene, start, order):  # type: ignore[no-untyped-def]
    """Order in which environments are advanced: those that play one scene together, for its tables are then at hand.

    Args:
        scene: (E,) that is played.
        start: (P + 1,) used to count.
        order: (E,) filled.
    """
    start[:] = 0
    for e in range(len(scene)):
        start[scene[e] + 1] += 1
    for p in range(1, len(start)):
        start[p] += start[p - 1]
    for e in range(len(scene)):
        order[start[scene[e]]] = e
        start[scene[e]] += 1


@released
def step_range(batch, near, order, actions, fresh, low, high):  # type: ignore[no-untyped-def]
    """Advance environments order[low] .. order[high - 1] in place, or begin new episodes in them.

    Args:
        batch: `Batch`.
        near: `Near`, room for one world.
        order: (E,) environments.
        actions: (E, N, 2); with (E, 0, 2) the rules decide for everybody.
        fresh: begin new episodes instead of a step.
        low: first place.
        high: after the last one.
    """
    for i in range(low, high):
        e = order[i]
        if i + 2 < high:
            fetch_world(order[i + 2], batch)
        if i + 1 < high:
            fetch_paths(order[i + 1], batch)
        p, sight, wish = batch.play.scene[e], sight_of(batch.sights, e), batch.wish[e]
        if not fresh:
            decide(p, e, batch, actions, sight, wish)
            move(p, e, batch, sight, wish)
            batch.bodies.time[e] += batch.play.dt
            run_controller(p, e, batch)
            batch.play.step[e] += 1
            look(p, e, batch, sight, near)
            judge(p, e, batch, sight, near)
        finish(p, e, batch, sight, near, fresh, actions.shape[1] == 0)


@inner
def run_controller(p, e, batch):  # type: ignore[no-untyped-def]
    """Advance the controller of the traffic lights, where the scene has one."""
    tables, bodies = batch.tables, batch.bodies
    if tables.lights.rows[p, 1] > 0:
        run_lights(
            p, e, tables.lights, tables.stop_at, tables.stop_group, tables.crossing, tables.size, tables.vehicle,
            tables.desired, bodies.position, bodies.heading, bodies.travelled, bodies.alive, batch.play.dt,
            bodies.control[e],
        )  # fmt: skip


@inner
def decide(p, e, batch, actions, sight, wish):  # type: ignore[no-untyped-def]
    """Fill the controls of everybody: acceleration in m/s2 and front wheel angle in rad."""
    tables, bodies, play, since = batch.tables, batch.bodies, batch.play, batch.since[e]
    for a in range(tables.exists.shape[1]):
        if not bodies.alive[e, a] or tables.path[p, a] < 0:
            continue
        n, ahead = play.row_of[p, a], batch.ahead[e, a]
        if n >= 0 and play.active[e, n] and actions.shape[1] > 0:
            act(p, e, a, n, batch, actions, sight, wish)
            if play.lanes != KEEP:  # who is driven from outside keeps to the route
                batch.changes.state[e, a] = 0.0
        elif n < 0 and batch.log.mode[p] == REACT:
            wish[a, 0] = reaction(batch.log, p, e, a, bodies.time[e], ahead[GAP], ahead[PACE], tables, bodies)
        elif (n < 0 and batch.log.mode[p] == REPLAY) or strolls(p, a, n, batch):
            continue
        elif tables.vehicle[p, a]:
            if attends(e, a, batch):
                temper = batch.traits[e, a, TEMPER]
                wish[a, 0] = rule_acceleration(p, e, a, ahead, temper, play.lag, since, tables, bodies, sight)
            wish[a, 1] = ahead[ALONG]
        else:
            wish[a, 0] = walk_acceleration(p, e, a, play.dt, tables, bodies, sight)


@inner
def strolls(p, a, n, batch):  # type: ignore[no-untyped-def]
    """Whether an actor is a person who walks freely: nobody's row, not recorded."""
    free = batch.play.people != PATHS and n < 0 and batch.log.mode[p] == RULES
    return free and not batch.tables.vehicle[p, a]


@inner
def act(p, e, a, n, batch, actions, sight, wish):  # type: ignore[no-untyped-def]
    """Controls of a controlled actor: its action, late and off by what the episode drew."""
    tables, bodies, play = batch.tables, batch.bodies, batch.play
    line, delay = play.line[e, n], play.delay[e]
    for k in range(line.shape[0] - 1, 0, -1):
        line[k, 0], line[k, 1] = line[k - 1, 0], line[k - 1, 1]
    line[0, 0], line[0, 1] = actions[e, n, 0], actions[e, n, 1]
    first, second = line[delay, 0], line[delay, 1]
    if not tables.vehicle[p, a]:
        wish[a, 0] = min(max(first, np.float32(-1.0)), np.float32(1.0)) * np.float32(WALK_PUSH)
        return
    push = pushed(first)
    wish[a, 0] = push * (play.gains[e, 0] if push > 0 else play.gains[e, 1])
    wish[a, 1] = play.gains[e, 2] * steered(second, batch.ahead[e, a, ALONG], bodies.speed[e, a], tables.base[p, a])


@inner
def move(p, e, batch, sight, wish):  # type: ignore[no-untyped-def]
    """Move everybody by one step, and take those away who reach the end of their path without being controlled."""
    tables, bodies = batch.tables, batch.bodies
    for a in range(tables.exists.shape[1]):
        if tables.tow[p, a, 0] >= 0:
            continue
        x, y, there = bodies.position[e, a, 0], bodies.position[e, a, 1], bodies.alive[e, a]
        n = batch.play.row_of[p, a]
        if batch.log.mode[p] != RULES and n < 0:
            move_recorded(p, e, a, batch, wish)
        elif there and tables.path[p, a] >= 0 and (n < 0 or batch.play.active[e, n]):
            move_one(p, e, a, n, batch, wish)
        sight.dx[a] = bodies.position[e, a, 0] - x if there else np.float32(0.0)
        sight.dy[a] = bodies.position[e, a, 1] - y if there else np.float32(0.0)
        trailer = tables.tow[p, a, 1]
        if trailer >= 0:
            move_trailer(p, e, trailer, batch, sight)


@inner
def move_trailer(p, e, t, batch, sight):  # type: ignore[no-untyped-def]
    """Move a trailer after its tractor, which may lie before or behind it in the order of actors."""
    bodies = batch.bodies
    x, y = bodies.position[e, t, 0], bodies.position[e, t, 1]
    pull(p, e, t, batch.play.dt, batch.tables, bodies)
    sight.dx[t], sight.dy[t] = bodies.position[e, t, 0] - x, bodies.position[e, t, 1] - y


@inner
def move_one(p, e, a, n, batch, wish):  # type: ignore[no-untyped-def]
    """Move an actor that follows a path, of row n if it is controlled, by one step."""
    tables, bodies, dt = batch.tables, batch.bodies, batch.play.dt
    before = bodies.speed[e, a]
    if strolls(p, a, n, batch):
        distance = stroll_on(p, e, a, dt, batch.stroll, tables, bodies)
        bodies.gait_phase[e, a] = (bodies.gait_phase[e, a] + distance / STRIDE) % 1.0
        if bodies.travelled[e, a] >= tables.length[tables.path[p, a]]:
            bodies.alive[e, a] = False
        return
    if tables.vehicle[p, a]:
        if batch.play.dynamics == KINEMATIC:
            base = tables.base[p, a] * (batch.play.gains[e, 3] if n >= 0 else np.float32(1.0))
            x, y, turn, v, steer, rate, distance = drive(
                bodies.position[e, a, 0], bodies.position[e, a, 1], bodies.heading[e, a], before,
                bodies.steering[e, a], wish[a, 0], wish[a, 1], base, dt,
            )  # fmt: skip
        else:
            x, y, turn, v, steer, rate, batch.slip[e, a] = roll(
                batch.play.dynamics, bodies.position[e, a, 0], bodies.position[e, a, 1], bodies.heading[e, a], before,
                bodies.steering[e, a], bodies.yaw_rate[e, a], batch.slip[e, a], wish[a, 0], wish[a, 1],
                tables.track[p, a], dt,
            )  # fmt: skip
            distance = np.float32(0.5) * (before + v) * dt
        bodies.steering[e, a], bodies.yaw_rate[e, a] = steer, rate
        bodies.heading[e, a] = wrap(turn)
        bodies.position[e, a, 0], bodies.position[e, a, 1] = x, y
        bodies.travelled[e, a] += distance
        s, offset, error = on_route(p, e, a, tables, bodies)
        bodies.travelled[e, a] = s
        batch.place[e, a, 0], batch.place[e, a, 1] = offset, error
        if batch.play.lanes != KEEP:
            move_over(batch.changes.state[e, a], distance, dt, tables.size[p, a, 0])
    else:
        v = min(max(np.float32(0.0), before + wish[a, 0] * dt), np.float32(3.0))
        distance = np.float32(0.5) * (v + before) * dt
        bodies.travelled[e, a] += distance
        x, y, along = place_on(tables, tables.path[p, a], bodies.travelled[e, a])
        bodies.position[e, a, 0], bodies.position[e, a, 1], bodies.heading[e, a] = x, y, along
        bodies.gait_phase[e, a] = (bodies.gait_phase[e, a] + distance / STRIDE) % 1.0
    bodies.acceleration[e, a] = (v - before) / dt
    bodies.speed[e, a] = v
    if tables.vehicle[p, a]:
        note_halt(
            p, e, a, tables.halt, tables.stop_at, tables.size, bodies.speed, bodies.travelled, bodies.time,
            bodies.halted, batch.since,
        )  # fmt: skip
    if n < 0 and bodies.travelled[e, a] >= tables.length[tables.path[p, a]]:
        bodies.alive[e, a] = False


@inner
def move_recorded(p, e, a, batch, wish):  # type: ignore[no-untyped-def]
    """Move an actor as it was recorded, or along its recorded path as it reacts."""
    bodies, dt, log = batch.bodies, batch.play.dt, batch.log
    time, before = bodies.time[e] + dt, bodies.travelled[e, a]
    if log.mode[p] == REACT and batch.tables.path[p, a] >= 0:
        follow(log, p, e, a, wish[a, 0], time, dt, bodies)
    else:
        put(log, p, e, a, time, dt, bodies)
    way = max(bodies.travelled[e, a] - before, np.float32(0.0))
    bodies.gait_phase[e, a] = (bodies.gait_phase[e, a] + way / STRIDE) % 1.0


@inner
def finish(p, e, batch, sight, near, fresh, ruled):  # type: ignore[no-untyped-def]
    """End episodes, keep their last observations, begin new ones where that is wanted, and observe."""
    play, verdicts = batch.play, batch.verdicts
    late = play.step[e] >= play.limit and not fresh
    ended, running = False, fresh
    for n in range(play.slots.shape[1]):
        if fresh or not play.active[e, n]:
            continue
        if late and verdicts.outcome[e, n] == RUNNING:
            end_late(p, e, n, batch)
        running |= verdicts.outcome[e, n] == RUNNING
        ended |= verdicts.outcome[e, n] != RUNNING
    over = late or not (running or play.consequence == RESPAWN or not ended)
    for last in (True, False):  # what is seen at the end of episodes, then what everybody sees
        if last and not ended:
            continue
        if not last and (fresh or (over and play.autoreset)):
            begin(e, batch, sight, near)
            p = play.scene[e]
            if play.people != PATHS:
                set_out(p, e, batch.stroll, batch.tables, batch.bodies)
        elif not last and ended:
            put_away(p, e, over, batch, sight)
            look(p, e, batch, sight, near)
        observe_rows(p, e, last, batch, sight, near)
    if play.people != PATHS and batch.log.mode[p] == RULES:
        plan_stroll(
            p, e, play.people, play.dt, play.row_of, batch.stroll, batch.tables, batch.bodies, sight, near
        )  # fmt: skip
    if play.lanes != KEEP and batch.log.mode[p] == RULES:
        change_lanes(p, e, ruled, batch, sight, near)


@inner
def put_away(p, e, over, batch, sight):  # type: ignore[no-untyped-def]
    """Put actors whose episodes ended back on their routes, or take them out of the traffic."""
    play = batch.play
    for n in range(play.slots.shape[1]):
        if play.active[e, n] and batch.verdicts.outcome[e, n] != RUNNING:
            if play.consequence == RESPAWN and not over:
                place_again(p, e, n, batch, sight)
            else:
                retire(p, e, n, batch)


@inner
def observe_rows(p, e, last, batch, sight, near):  # type: ignore[no-untyped-def]
    """Work out what lies ahead of every vehicle, and fill the observations of the controlled actors.

    Args:
        p: scene.
        e: environment.
        last: only of those whose episodes ended, as their last observations.
        batch: `Batch`.
        sight: `Sight` of the world.
        near: `Near` of the world.
    """
    tables, bodies, play = batch.tables, batch.bodies, batch.play
    for a in range(tables.exists.shape[1]):
        n = play.row_of[p, a]
        acts = n >= 0 and play.active[e, n]
        if not last and a + 1 < tables.exists.shape[1]:
            fetch_ahead(p, e, a + 1, batch)
        if last and not (acts and batch.verdicts.outcome[e, n] != RUNNING):
            continue
        if not bodies.alive[e, a] or tables.path[p, a] < 0:
            continue
        place, ahead = batch.place[e, a], batch.ahead[e, a]
        if tables.vehicle[p, a] and (acts or batch.log.mode[p] != REPLAY):
            way = own_way()
            if play.lanes != KEEP:
                way = way_of(batch.changes.state[e, a], bodies.speed[e, a], tables.size[p, a, 0])
            look_ahead(p, e, a, place[0], place[1], play.lag, way, tables, bodies, sight, near, ahead)
        if acts:
            out = batch.final[e, n] if last else batch.views[e, n]
            ego_view(p, e, a, place[0], place[1], ahead, tables, bodies, sight, near, out)
            if play.noise[e] > 0.0:
                blur(e, n, a, play, out)
    for n in range(play.slots.shape[1]):
        if not (last or play.active[e, n]):
            batch.views[e, n] = 0.0


@inner
def retire(p, e, n, batch):  # type: ignore[no-untyped-def]
    """Take the actor of a row out of the traffic: where wrecks stay, who failed stands where it is from now on."""
    a, bodies = batch.play.slots[p, n], batch.bodies
    failed = batch.verdicts.outcome[e, n] not in (REACHED, TIMEOUT)
    batch.play.active[e, n] = False
    bodies.alive[e, a] = batch.play.consequence == STOP and failed
    bodies.speed[e, a], bodies.acceleration[e, a], bodies.yaw_rate[e, a] = 0.0, 0.0, 0.0
    trailer = batch.tables.tow[p, a, 1]
    if trailer >= 0:
        bodies.alive[e, trailer], bodies.speed[e, trailer] = bodies.alive[e, a], 0.0


@inner
def end_late(p, e, n, batch):  # type: ignore[no-untyped-def]
    """End an episode at its time limit: a success for who is as far as a recording asks for, else it is cut."""
    verdicts, play = batch.verdicts, batch.play
    if batch.bodies.travelled[e, play.slots[p, n]] >= batch.log.goal[p]:
        verdicts.outcome[e, n], verdicts.terminated[e, n] = REACHED, True
        verdicts.terms[e, n, SUCCESS] = play.weights[SUCCESS]
        verdicts.reward[e, n] += play.weights[SUCCESS]
    else:
        verdicts.outcome[e, n], verdicts.truncated[e, n] = TIMEOUT, True


@released
def rule_range(batch, out, low, high):  # type: ignore[no-untyped-def]
    """Fill (E, N, 2) accelerations in m/s2 and front wheel angles in rad of the rule-based drivers and walkers."""
    tables, bodies, play = batch.tables, batch.bodies, batch.play
    for e in range(low, high):
        p, sight = play.scene[e], sight_of(batch.sights, e)
        for n in range(play.slots.shape[1]):
            a = play.slots[p, n]
            if a < 0 or not play.active[e, n]:
                continue
            if tables.vehicle[p, a]:
                temper = batch.traits[e, a, TEMPER]
                out[e, n, 0] = rule_acceleration(
                    p, e, a, batch.ahead[e, a], temper, play.lag, batch.since[e], tables, bodies, sight
                )
                out[e, n, 1] = batch.ahead[e, a, ALONG]
            else:
                out[e, n, 0] = walk_acceleration(p, e, a, play.dt, tables, bodies, sight)
