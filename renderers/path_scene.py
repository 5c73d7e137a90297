"""From world arrays to a Mitsuba scene: one mesh for all triangles that reflect alike, colours per triangle."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renderers.fill import F4
from renderers.frame import View
from renderers.geometry import Flat
from renderers.lamps import LANTERN, NEARBY, lobe_of
from renderers.materials import HALF, probed
from renderers.mesh import Ints
from renderers.shade import Lamps, Materials
from renderers.wet import GROUND, ROUGH
from scenes.geometry import triple

MATT = 0.8  # roughness from which on nothing mirrors, as in `renderers.points.gloss`
GRAIN = 0.05  # steps of roughness and reflectance that are told apart
LEAST_ROUGH = 0.08  # of highlights, as in `renderers.shade.ggx`
MOST_ALBEDO = 0.95
FILM = 0.4  # of the roughness of wet ground, which the rasteriser takes as the spread of slopes, is left
GLOWS = 0.02  # radiance from which on a surface is a source of light
TONE, DARK = 0.1, -1000  # steps of the logarithm of radiance that are told apart; no radiance
HEM = 4  # texels of an alpha map for one of the texture
OUT = (0.3, 0.15)  # m before a lantern and a low beam, outside of their bodies
LOBE_EDGE, LOBE_ANGLE = 192, 150.0  # of the picture that a lamp throws: px and degrees


@dataclass(frozen=True, eq=False)
class Group:
    """Triangles of one Mitsuba mesh."""

    triangles: Ints  # (N,) of the flat arrays
    rough: float
    metallic: float
    reflectance: float
    radiance: tuple[float, float, float]  # that it sends out
    sheet: int  # row of the alphas; -1 = no holes


def grouped(flat: Flat, mat: Materials, glow: F4, wet: bool) -> list[Group]:
    """Sort triangles by how they reflect.

    Args:
        flat: world arrays.
        mat: material table.
        glow: (T, 3) radiance.
        wet: whether a film of water lies on the ground.

    Returns:
        Groups that hold every triangle once, except for panes: nothing is drawn of them.
    """
    gloss = np.round(mat.gloss / GRAIN).astype(np.int64)
    gloss[mat.gloss[:, 0] >= MATT] = (round(1 / GRAIN), 0, 0)
    sheet = np.full(len(flat.corners), -1, np.int64)
    sheet[flat.cutouts.triangle] = flat.cutouts.sheet
    tones = np.where(glow.max(1, keepdims=True) > GLOWS, np.round(np.log(np.maximum(glow, 1e-3)) / TONE), DARK)
    shine = gloss[flat.material]
    filmed = GROUND[flat.kind] & (mat.gloss[flat.material, 0] < ROUGH) & wet
    shine[filmed, 0] = np.round(FILM * shine[filmed, 0]).astype(np.int64)
    shown = np.flatnonzero(flat.pane == 0)
    keys = np.column_stack([shine, tones.astype(np.int64), sheet])[shown]
    found, row = np.unique(keys, axis=0, return_inverse=True)
    order = shown[np.argsort(row.ravel(), kind="stable")].astype(np.int32)
    pieces = np.split(order, np.cumsum(np.bincount(row.ravel()))[:-1])
    return [
        Group(
            piece,
            max(float(key[0]) * GRAIN, LEAST_ROUGH),
            float(key[1]) * GRAIN,
            float(key[2]) * GRAIN,
            (0.0, 0.0, 0.0) if key[3] == DARK else triple(glow[piece].mean(0)),
            int(key[6]),
        )
        for key, piece in zip(found, pieces, strict=True)
    ]


def mesh_of(mi: Any, name: str, flat: Flat, group: Group, faces: dict[str, F4], parts: dict[str, Any]) -> Any:
    """Build a mesh.

    Args:
        mi: Mitsuba.
        name: of the mesh.
        flat: world arrays.
        group: its triangles.
        faces: (T, 3) by name: attributes of all triangles.
        parts: plugins that it has.
    """
    used, corners = np.unique(flat.corners[group.triangles], return_inverse=True)
    properties = mi.Properties()
    for key, plugin in parts.items():
        properties[key] = mi.load_dict(plugin)
    mesh = mi.Mesh(
        name, len(used), len(group.triangles), properties, has_vertex_normals=True, has_vertex_texcoords=True
    )
    values = mi.traverse(mesh)
    values["vertex_positions"] = flat.world[used].ravel()
    values["vertex_normals"] = flat.normals[used].ravel()
    values["vertex_texcoords"] = flat.uvs[used].ravel()
    values["faces"] = corners.astype(np.uint32).ravel()
    for key, value in faces.items():
        mesh.add_attribute(f"face_{key}", 3, np.ascontiguousarray(value[group.triangles], np.float32).ravel())
    values.update()
    return mesh


def scatters(mi: Any, group: Group, flat: Flat, glossy: bool) -> dict[str, Any]:
    """How a group reflects.

    Args:
        mi: Mitsuba.
        group: of triangles.
        flat: with the alphas.
        glossy: False leaves out all that mirrors.
    """
    colour = {"type": "mesh_attribute", "name": "face_albedo"}
    surface: dict[str, Any] = {"type": "diffuse", "reflectance": colour}
    if group.rough < MATT and glossy:
        surface = {
            "type": "principled", "base_color": colour, "roughness": group.rough, "metallic": group.metallic,
            "specular": min(group.reflectance / 0.08, 1.0),
        }  # fmt: skip
    elif group.metallic > 0.0:
        surface["reflectance"] = {**colour, "scale": 1.0 - group.metallic}
    surface = {"type": "twosided", "surface": surface}
    if group.sheet < 0:
        return surface
    edge, first = int(flat.alphas.size[group.sheet]), int(flat.alphas.offset[group.sheet, 0])
    alpha = flat.alphas.texels[first : first + edge * edge].reshape(edge, edge)
    opaque = np.asarray(probed(alpha, HEM) >= HALF, np.float32)
    holes = {
        "type": "bitmap", "bitmap": mi.Bitmap(opaque[..., None]), "raw": True, "filter_type": "nearest",
        "wrap_mode": "repeat",
    }  # fmt: skip
    return {"type": "mask", "opacity": holes, "surface": surface}


def sensor_of(mi: Any, view: View, centred: bool = False) -> dict[str, Any]:
    """A camera.

    Args:
        mi: Mitsuba.
        view: resolved camera.
        centred: rays go through the middles of pixels, one each.
    """
    world_from_camera = np.linalg.inv(view.camera_from_world) @ np.diag([-1.0, -1.0, 1.0, 1.0])
    sampler = {"type": "stratified", "sample_count": 1, "jitter": False} if centred else {"type": "independent"}
    return {
        "type": "perspective", "fov": math.degrees(2.0 * math.atan(view.width / 2.0 / view.focal)), "fov_axis": "x",
        "near_clip": 0.05, "far_clip": 2000.0, "to_world": mi.ScalarTransform4f(world_from_camera),
        "sampler": sampler, "film": {
            "type": "hdrfilm", "width": view.width, "height": view.height, "rfilter": {"type": "box"},
            "pixel_format": "rgb", "component_format": "float32",
        },
    }  # fmt: skip


def lamp_emitters(mi: Any, lamps: Lamps, eye: NDArray[np.float64]) -> dict[str, Any]:
    """Lamps as pictures that they throw, which hold their lobes.

    Args:
        mi: Mitsuba.
        lamps: near the camera.
        eye: (3,) optical centre, m; near lamps are looked at more often.
    """
    found = {}
    for k in range(len(lamps.place)):
        ahead = np.array([0.0, 0.0, -1.0])
        if lamps.sort[k] != LANTERN:
            ahead[:2] = lamps.axis[k, :2] / np.hypot(*lamps.axis[k, :2])
            ahead[2] = 0.0
        place = lamps.place[k] + OUT[int(lamps.sort[k])] * ahead
        helper = [1.0, 0.0, 0.0] if lamps.sort[k] == LANTERN else [0.0, 0.0, 1.0]
        pose = mi.ScalarTransform4f().look_at(place.tolist(), (place + ahead).tolist(), helper)
        far = float(np.linalg.norm(place - eye))
        found[f"lamp{k}"] = {
            "type": "projector", "to_world": pose, "fov": LOBE_ANGLE, "fov_axis": "x",
            "irradiance": {"type": "bitmap", "bitmap": mi.Bitmap(thrown(pose, lamps, k)), "raw": True},
            "sampling_weight": float(lamps.power[k].max()) / max(far, 8.0) ** 2 * NEARBY,
        }  # fmt: skip
    return found


def thrown(pose: Any, lamps: Lamps, k: int) -> F4:
    """(N, N, 3) what lamp k makes of a white wall 1 m before it, which is what Mitsuba's projector takes."""
    half = math.tan(math.radians(LOBE_ANGLE / 2.0))
    line = ((np.arange(LOBE_EDGE) + 0.5) / LOBE_EDGE * 2.0 - 1.0) * half
    x, y = np.meshgrid(-line, line)
    towards = np.stack([x, y, np.ones_like(x)], -1)
    towards /= np.linalg.norm(towards, axis=-1, keepdims=True)
    world = towards @ np.array(pose.matrix)[:3, :3].T
    axis, sort = lamps.axis[k], int(lamps.sort[k])
    lobe = np.array([lobe_of(sort, *axis, *direction) for direction in world.reshape(-1, 3)]).reshape(x.shape)
    return np.asarray((lobe * towards[..., 2] ** 3)[..., None] * lamps.power[k], np.float32)
