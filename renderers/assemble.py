"""From a scene and its state to a stage: builds meshes, poses people and vehicles, resolves cameras."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from renderers.buildings import building_mesh
from renderers.frame import View
from renderers.geometry import CASTER_REACH, in_reach
from renderers.ground import ground_mesh
from renderers.kept import Pool, kept
from renderers.keypoints import body_of
from renderers.labels import Subject
from renderers.lamps_placed import lamps_of
from renderers.mesh import Mesh, merge, moved
from renderers.people import Gait, SkinnedMesh, gait_moves, person_mesh, pose_person
from renderers.people_company import company, seated
from renderers.people_skin import skinned
from renderers.people_umbrella import with_canopy
from renderers.plates_seen import plate_corners
from renderers.props import prop_mesh
from renderers.props_packed import sign_support
from renderers.relief import actor_pose, ground_on, house_on, on_relief, prop_pose, shear_at
from renderers.riders import ridden
from renderers.rigid import box_of, empty_handed, limp_pose
from renderers.shapes import shape_mesh, shape_pose
from renderers.signals import signal_mesh
from renderers.signs_placed import placed_sign, sign_ids
from renderers.stage import Instance, Stage
from renderers.vehicles_inside import inside_mesh
from renderers.vehicles_moving import vehicle, vehicle_rig
from renderers.vehicles_paint import painted
from renderers.vehicles_rig import rolling
from renderers.vehicles_signs import signs_of
from renderers.views import resolve_camera
from scenes.cycles import CycleLook
from scenes.geometry import (
    posed,
    quadruple,
    quaternion_of,
    triple,
    world_from_model,
)
from scenes.kinds import VEHICLES, Kind
from scenes.people import PersonLook
from scenes.relief import raised
from scenes.signals import SignalLook
from scenes.types import Actor, Scene, Signal
from scenes.vehicles import VehicleLook
from sim.lights import state_of
from sim.masses import LOOSE_MASSES
from sim.people_company import HIPS, gait_of
from sim.people_joints import limp_moves
from sim.people_ride import Ride
from sim.turn_signals import Turning, turnings
from sim.world import State

DETAIL_HEIGHTS = (110.0, 40.0)  # px; smaller things are drawn with detail 1, then 2
COARSEST_DETAIL = 2
PROP_DETAILS = (14.0, 40.0)  # m, props farther away are drawn with detail 1, then 2
PROP_RADIUS = 7.0  # m around a prop's foot; trees are the largest
PROP_REACH = 16.0  # m behind and beside the camera within which props throw shadows into the picture
ACTOR_REACH = 12.0  # m, the same for actors
STRIDES = 8  # poses of a stride on coarse stages
RIDDEN = 1.75  # m, of a bicycle with its rider
COARSE = Pool(320_000_000)  # people of coarse stages: those of 64 scenes that are played in turns


class StageBuilder:
    """Builds the stages of one scene; meshes that never change are built once."""

    def __init__(self, scene: Scene, coarse: bool = False) -> None:
        """Build the ground.

        Args:
            scene: whose stages are built.
            coarse: for many small pictures: surroundings are one mesh, strides have STRIDES poses, which are kept.
        """
        self.scene, self.coarse = scene, coarse
        self._everything: Instance | None = None
        self._ground = Instance(ground_on(ground_mesh(scene.roads), scene.roads.relief), np.eye(4), Kind.ROAD)
        self._houses: dict[tuple[int, bool], Instance] = {}  # by position in the scene, and whether only massing
        self._props: dict[int, Instance] = {}  # by position in the scene
        self._signs = {} if coarse else sign_ids(scene)  # by position in the scene
        self._turns: dict[int, tuple[Turning, ...]] = {}  # of vehicles, by position in the scene
        self._views = [resolve_camera(camera, scene, None) for camera in scene.cameras]
        self._details: dict[int, int] = {}  # of the stage at hand, see `at`

    def _surroundings(self, view: View, state: State) -> list[Instance]:
        """Buildings and props that the view may need; built when they are first wanted."""
        if self.coarse and state.rigid is None:
            if self._everything is None:
                self._everything = self._united()
            return [self._everything]
        wanted = [self._ground]
        for k, building in enumerate(self.scene.buildings):
            radius = 0.5 * float(np.linalg.norm(building.size)) + 4.0
            middle = raised(building.position, self.scene.roads.relief) + np.array([0.0, 0.0, building.size[2] / 2])
            if in_reach(middle, radius, view, CASTER_REACH):
                wanted.append(self._building(k, massing=not in_reach(middle, radius, view, 0.0)))
        for k, prop in enumerate(self.scene.props):
            loose = state.rigid is not None and prop.look.model in LOOSE_MASSES
            pose = posed(state.rigid.props[0, k, :3], state.rigid.props[0, k, 3:]) if state.rigid and loose else None
            place = raised(prop.position, self.scene.roads.relief) if pose is None else pose[:3, 3]
            if in_reach(place + np.array([0.0, 0.0, 2.0]), PROP_RADIUS, view, PROP_REACH):
                fixed = self._prop(k)
                wanted.append(fixed if pose is None else replace(fixed, world_from_model=pose, track=f"prop {k}"))
        wanted += [Instance(shape_mesh(one.look), shape_pose(one), Kind.UNLABELLED) for one in self.scene.shapes]
        return wanted

    def _united(self) -> Instance:
        """Ground, buildings and props in one mesh in the world's frame; of classes only materials' own are kept."""
        scene, lamps = self.scene, self.scene.light.lamps_on
        meshes = [self._ground.mesh]
        for house in scene.buildings:
            meshes.append(moved(*house_on(building_mesh(house, lamps, False), house, scene.roads.relief)))
        for prop in scene.props:
            pose, slant = prop_pose(prop, scene.roads.relief)
            meshes.append(moved(prop_mesh(prop.look, lamps, 1), pose @ slant))
        for shape in scene.shapes:
            meshes.append(moved(shape_mesh(shape.look), shape_pose(shape)))
        return Instance(merge(meshes), np.eye(4), Kind.BUILDING)

    def _building(self, k: int, massing: bool) -> Instance:
        if (k, massing) not in self._houses:
            building = self.scene.buildings[k]
            mesh = building_mesh(building, self.scene.light.lamps_on, massing)
            self._houses[k, massing] = Instance(*house_on(mesh, building, self.scene.roads.relief), Kind.BUILDING)
        return self._houses[k, massing]

    def _prop(self, k: int) -> Instance:
        if k not in self._props:
            prop = self.scene.props[k]
            relief = self.scene.roads.relief
            place = raised(prop.position, relief)
            near = min(float(np.linalg.norm(place - view.position)) for view in self._views)
            detail = sum(near >= limit for limit in PROP_DETAILS)
            lamps = self.scene.light.lamps_on
            mesh = sign_support(prop.look) if k in self._signs else prop_mesh(prop.look, lamps, detail)
            pose, slant = prop_pose(prop, relief)
            self._props[k] = Instance(mesh if relief is None else moved(mesh, slant), pose, prop.kind)
        return self._props[k]

    def at(
        self, state: State, view: View, hidden: int | None = None, details: dict[int, int] | None = None
    ) -> tuple[Stage, list[Subject]]:
        """Set the stage for one moment.

        Args:
            state: where everything is; its first world is this scene.
            view: the camera, for levels of detail.
            hidden: actor that carries the camera and is left out.
            details: levels of detail by position in the scene (of companions `~position`), which are kept to, and
                whose things are not left out; the others are chosen, and added.

        Returns:
            The stage and what may be labelled on it.
        """
        self._details = {} if details is None else details
        instances = self._surroundings(view, state)
        subjects: list[Subject] = []
        for k, actor in enumerate(self.scene.actors):
            if actor.id == hidden or not state.alive[0, k]:
                continue
            radius = 0.5 * float(np.linalg.norm(actor.size)) + (0.0 if actor.companion is None else 1.2)
            place = raised(state.position[0, k], self.scene.roads.relief)
            if k not in self._details and not in_reach(place, radius + 0.5, view, 0.0):
                if not in_reach(place, radius + 0.5, view, ACTOR_REACH):
                    continue
                self._details[k] = COARSEST_DETAIL  # nothing of it but its shadow can be in the picture
            for instance, subject in self._actor(k, actor, state, view):
                instances.append(instance)
                if subject and actor.kind in VEHICLES and not self.coarse:
                    subject = replace(subject, plates=plate_corners(instance.mesh, instance.world_from_model))
                subjects += [subject] if subject else []
            if actor.companion is not None:
                detail = self._detail(~k, actor.companion.size[2], place, view)
                for instance, subject in on_relief(company(self.scene, k, state, detail), self.scene.roads.relief):
                    instances.append(instance)
                    subjects += [subject] if subject else []
        for signal in self.scene.signals:
            instance, subject = self._signal(signal, state)
            instances.append(instance)
            subjects.append(subject)
        for k, number in self._signs.items():
            if in_reach(raised(self.scene.props[k].position, self.scene.roads.relief), PROP_RADIUS, view, PROP_REACH):
                instance, subject = placed_sign(self.scene, k, number)
                instances.append(instance)
                subjects.append(subject)
        stage = Stage(
            tuple(instances), self.scene.light, float(state.time[0]), self.scene.seed * 7919 + self.scene.sample,
            lamps_of(self.scene, state) if self.scene.light.condition == "night" else (), self.scene.roads.relief,
        )  # fmt: skip
        return stage, subjects

    def _detail(self, k: int, height: float, position: NDArray[np.floating], view: View) -> int:
        return self._details.setdefault(k, detail_for(height, position, view))

    def _actor(self, k: int, actor: Actor, state: State, view: View) -> list[tuple[Instance, Subject | None]]:
        if isinstance(actor.look, PersonLook):
            limp = state.rigid is not None and bool(state.rigid.limp[0, k])
            return (self._fallen if limp else self._person)(k, actor, actor.look, state, view)
        position, heading = state.position[0, k].astype(np.float64), float(state.heading[0, k])
        relief = self.scene.roads.relief
        pose, orientation = actor_pose(actor, position, heading, relief), None
        if relief is not None:
            orientation = quaternion_of(pose[:3, :3])
        if state.rigid is not None:
            orientation = state.rigid.orientation[0, k]
            pose = posed(position, orientation)
        if isinstance(actor.look, CycleLook):
            ride = Ride(*(float(row[0, k]) for row in (state.travelled, state.speed, state.steering, state.yaw_rate)))
            detail, signs = self._detail(k, RIDDEN, pose[:3, 3], view), signs_of(self.scene, k, state, self._ahead(k))
            return on_relief(ridden(actor, actor.look, ride, (position, heading), detail, signs), relief)
        detail = self._detail(k, actor.size[2], pose[:3, 3], view)
        mesh, known = self._vehicle(k, actor.look, state, detail)
        attributes = {"model": actor.look.model, "behaviour": actor.behaviour, **known}
        turn = None if orientation is None else quadruple(orientation)
        subject = Subject(
            actor.id, actor.kind, above(pose, actor.size[2] / 2), actor.size, heading, turn, attributes=attributes
        )
        hollow = None if self.coarse else inside_mesh(actor.look, detail, actor.behaviour != "parked")
        return [(Instance(mesh, pose, actor.kind, actor.id, inside=hollow), subject)]

    def _person(
        self, k: int, actor: Actor, look: PersonLook, state: State, view: View
    ) -> list[tuple[Instance, Subject | None]]:
        """Somebody who stands, walks or sits; coarse people have no keypoints."""
        position, heading = state.position[0, k].astype(np.float64), float(state.heading[0, k])
        relief, turn, pose = (
            self.scene.roads.relief,
            None,
            actor_pose(actor, position, heading, self.scene.roads.relief),
        )
        if state.rigid is not None:
            turn = quadruple(state.rigid.orientation[0, k])
            pose = posed(position, state.rigid.orientation[0, k])
        detail, centre = self._detail(k, actor.size[2], pose[:3, 3], view), above(pose, actor.size[2] / 2)
        gait, slope = gait_of(self.scene, state, k), np.eye(4)
        sitting = gait.behaviour == "sit"
        if sitting:
            pose = seated(actor, float(state.travelled[0, k]), position, heading)
            centre = triple(pose[:3, :3] @ np.array([-HIPS, 0.0, actor.size[2] / 2]) + pose[:3, 3])
        elif relief is not None:
            slope = shear_at(position, heading, relief)
        if self.coarse:
            mesh, body = strider(look, gait), None
        else:
            rest = person(look, detail)
            moves = gait_moves(rest.skeleton, gait)
            mesh, body = skinned(rest, moves), body_of(rest.skeleton.landmarks, moves, pose @ slope)
        attributes = {"age_group": look.age_group, "behaviour": "wheelchair" if sitting else actor.behaviour}
        size = actor.size
        if look.umbrella is not None:
            attributes["umbrella"] = "open" if look.umbrella.opened else "closed"
            size, middle = with_canopy(actor.size, look)
            centre = triple(pose[:3, :3] @ middle + pose[:3, 3])
        subject = Subject(actor.id, actor.kind, centre, size, heading, turn, attributes=attributes, body=body)
        if relief is not None and not sitting:
            mesh = moved(mesh, slope)
        found: list[tuple[Instance, Subject | None]] = [(Instance(mesh, pose, actor.kind, actor.id), subject)]
        return on_relief(found, relief) if sitting else found

    def _fallen(
        self, k: int, actor: Actor, look: PersonLook, state: State, view: View
    ) -> list[tuple[Instance, Subject | None]]:
        assert state.rigid is not None
        position, orientation = state.position[0, k].astype(np.float64), state.rigid.orientation[0, k]
        rest = person(empty_handed(look), self._detail(k, actor.size[2], position, view))
        moves, pose = limp_moves(rest.skeleton, state.rigid.joints[0, k]), limp_pose(rest, position, orientation)
        mesh = skinned(rest, moves)
        subject = Subject(
            actor.id, actor.kind, *box_of(mesh, pose), float(state.heading[0, k]), quadruple(orientation),
            attributes={"age_group": look.age_group, "behaviour": "fallen"},
            body=body_of(rest.skeleton.landmarks, moves, pose),
        )  # fmt: skip
        return [(Instance(mesh, pose, actor.kind, actor.id), subject)]

    def _ahead(self, k: int) -> tuple[Turning, ...]:
        """Turns on the path of a vehicle."""
        if k not in self._turns:
            self._turns[k] = turnings(self.scene.actors[k], self.scene.roads)
        return self._turns[k]

    def _vehicle(self, k: int, look: VehicleLook, state: State, detail: int) -> tuple[Mesh, dict[str, str]]:
        """The mesh of a vehicle, and what is known of its lamps and plate; on coarse stages wheels do not roll."""
        signs, known = signs_of(self.scene, k, state, self._ahead(k))
        steering = float(state.steering[0, k])
        if state.rigid is not None:
            return painted(rolling(vehicle_rig(look, detail), steering, state.rigid.joints[0, k]), look, signs), known
        if self.coarse:
            return vehicle(look, detail, signs, round(steering, 2), 0.0), known
        return vehicle(look, detail, signs, steering, float(state.travelled[0, k]) / look.wheel_radius), known

    def _signal(self, signal: Signal, state: State) -> tuple[Instance, Subject]:
        time = float(state.time[0])
        shown = state_of(self.scene, signal, time, None if state.control is None else state.control[0])
        lit = signal.lit_at(time, shown)
        section = "flash" if lit == "yellow" and shown != "yellow" and "flash" in signal.look.sections else lit
        place = raised(signal.position, self.scene.roads.relief)
        pose = world_from_model(place, signal.heading, signal.pitch, signal.roll)
        subject = Subject(
            signal.id, Kind.SIGNAL, triple(place), signal.look.size, signal.heading, None,
            shown, lit, {"style": signal.look.housing, "serves": "people" if signal.clearance > 0.0 else "vehicles"},
        )  # fmt: skip
        return Instance(signal_head(signal.look, section), pose, Kind.SIGNAL, signal.id), subject


def above(pose: NDArray[np.float64], height: float) -> tuple[float, float, float]:
    """The point at a height above the origin of a pose (4, 4), world, m."""
    return triple(pose[:3, :3] @ np.array([0.0, 0.0, height]) + pose[:3, 3])


@kept
def person(look: PersonLook, detail: int) -> SkinnedMesh:
    """Keep recently built people."""
    return person_mesh(look, detail)


def strider(look: PersonLook, gait: Gait) -> Mesh:
    """A coarse person in the nearest of STRIDES poses, at a speed that is a multiple of 0.5 m/s."""
    phase = round(gait.phase % 1.0 * STRIDES) % STRIDES / STRIDES
    near = replace(
        gait, phase=phase, speed=round(2.0 * gait.speed) / 2.0, left=coarsely(gait.left), right=coarsely(gait.right),
        head_turn=round(2.0 * gait.head_turn) / 2.0,
    )  # fmt: skip
    return kept_strider(look, near)


def coarsely(spot: tuple[float, float, float] | None) -> tuple[float, float, float] | None:
    """To 4 cm, so that poses meet again."""
    return None if spot is None else (round(25 * spot[0]) / 25, round(25 * spot[1]) / 25, round(25 * spot[2]) / 25)


@COARSE.keep
def kept_strider(look: PersonLook, gait: Gait) -> Mesh:
    """Keep recently posed coarse people, some 15 kB each."""
    return pose_person(kept_person(look), gait)


@COARSE.keep
def kept_person(look: PersonLook) -> SkinnedMesh:
    """Keep recently built coarse people; building one takes longer than two pictures."""
    return person_mesh(look, 2)


@kept
def signal_head(look: SignalLook, lit: str) -> Mesh:
    """Keep recently built signal heads."""
    return signal_mesh(look, lit)


def detail_for(height: float, position: NDArray[np.floating], view: View) -> int:
    """Level of detail from the height in the picture.

    Args:
        height: of the thing, m.
        position: (3,) world, m.
        view: the camera.

    Returns:
        0 (fine), 1 or 2.
    """
    distance = max(float(np.linalg.norm(position - view.position)), 0.5)
    pixels = view.focal * height / distance
    if pixels >= DETAIL_HEIGHTS[0]:
        return 0
    return 1 if pixels >= DETAIL_HEIGHTS[1] else COARSEST_DETAIL
