"""PyBullet's TinyRenderer: the reference for opaque scenes. It knows one sun, one texture a body, no holes, no lamps.

What it cannot draw: anti-aliasing, leaves and other cut-outs (left out), haze, lamps, wet or snowed ground.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from renderers.fill import NEAR
from renderers.frame import Frame, View
from renderers.geometry import FAR, Flattener
from renderers.materials import LINEAR
from renderers.mesh import Material, Mesh, Texture
from renderers.raster import Drawn, built_in_sky, triangles_of
from renderers.sky_pictures import sky_picture
from renderers.stage import Stage, sun_vector
from scenes.geometry import quaternion_of
from sim.bullet_client import Client

NOTHING = -1  # of the segmentation
SHIFT = (1.0, 1.0)  # TinyRenderer looks through the corners of pixels, half a pixel from their centres


@dataclass(frozen=True, eq=False)
class Body:
    """The part of a mesh that one material covers."""

    mesh: Mesh
    number: int
    material: Material


class TinyRenderer:
    """TinyRenderer in a PyBullet world of its own.

    It keeps bodies between calls, so that only what is new is loaded: one per process.
    """

    def __init__(self) -> None:
        """Open a world.

        Raises:
            RuntimeError: PyBullet is not installed.
        """
        self.client: Any = Client()
        self.flattener = Flattener(cabins=False)
        self._bodies: dict[tuple[int, int], tuple[Body, ...]] = {}  # by mesh and by how many before wear the same
        self._textures: dict[str, int] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="skidpad-")

    def draw(self, stage: Stage, view: View) -> Drawn:
        """Draw one picture.

        Args:
            stage: meshes, light, time.
            view: resolved camera.

        Returns:
            The frame, whose normals follow from depth, with the rasteriser's geometry for labels.
        """
        flat = self.flattener.flatten(stage, view)
        triangles = triangles_of(flat, view)
        owners = self._place(stage)
        rgba, buffer, segments = self._shoot(stage, view)
        depth = (FAR * NEAR / (FAR - (FAR - NEAR) * buffer.astype(np.float64))).astype(np.float32)
        seen = segments != NOTHING
        rgb, sky = sky_picture(built_in_sky(stage.light), stage.seed, view)
        light = stage.light  # TinyRenderer's white is a wall in the open
        white = 0.5 * (np.array(light.zenith) + np.array(light.horizon)) + 0.6 * np.array(light.sun_colour)
        rgb[seen] = (LINEAR[rgba[..., :3]] * white.astype(np.float32))[seen]
        bodies, row = np.unique(segments, return_inverse=True)
        table = np.array([owners.get(int(body), (0, 0)) for body in bodies], np.int64)
        kinds, numbers = table[row.reshape(segments.shape)].transpose(2, 0, 1)
        frame = Frame(
            rgb=rgb,
            depth=np.where(seen, depth, np.float32(np.inf)),
            semantic=np.where(seen, kinds, sky).astype(np.uint8),
            instance=np.where(seen, numbers, 0).astype(np.uint16),
            normal=normals_of(np.where(seen, depth, np.float32(np.inf)), view),
            view=view,
            time=stage.time,
        )
        return Drawn(frame, flat, triangles)

    def _place(self, stage: Stage) -> dict[int, tuple[int, int]]:
        """Put all meshes where they are; kind and id by body."""
        owners: dict[int, tuple[int, int]] = {}
        used: Counter[int] = Counter()
        for item in stage.instances:
            bodies = self._bodies_of(item.mesh, used[id(item.mesh)])
            turn, place = quaternion_of(item.world_from_model[:3, :3]), item.world_from_model[:3, 3]
            for body in bodies:
                kind = item.kind if body.material.kind is None else body.material.kind
                self.client.resetBasePositionAndOrientation(body.number, place.tolist(), turn)
                owners[body.number] = (int(kind), item.id)
            used[id(item.mesh)] += 1
        for key in [key for key in self._bodies if key[1] >= used[key[0]]]:
            for body in self._bodies.pop(key):
                self.client.removeBody(body.number)
        return owners

    def _bodies_of(self, mesh: Mesh, number: int) -> tuple[Body, ...]:
        known = self._bodies.get((id(mesh), number))
        if known is None or known[0].mesh is not mesh:
            known = tuple(
                Body(mesh, self._load(mesh, row), mesh.palette[row])
                for row in np.unique(mesh.materials)
                if not _holed(mesh.palette[row])
            )
            if known:
                self._bodies[id(mesh), number] = known
        return known

    def _load(self, mesh: Mesh, row: int) -> int:
        """Make a body of the triangles that wear one material."""
        client, material = self.client, mesh.palette[row]
        chosen = mesh.triangles[mesh.materials == row]
        used, corners = np.unique(chosen, return_inverse=True)
        faces = corners.reshape(-1, 3)
        faces = np.concatenate([faces, faces[:, ::-1] + len(used)])  # it sees faces from the front alone: both sides
        colour = np.array(material.colour) * mesh.colours[used].mean(0) + np.array(material.emission)
        shape = client.createVisualShape(
            client.GEOM_MESH, vertices=np.tile(mesh.positions[used], (2, 1)).tolist(), indices=faces.ravel().tolist(),
            normals=np.concatenate([mesh.normals[used], -mesh.normals[used]]).tolist(),
            uvs=np.tile(mesh.uvs[used] * (1, -1), (2, 1)).tolist(),
            rgbaColor=[*np.clip(colour, 0.0, 1.0) ** (1 / 2.2), 1.0], specularColor=[0.0, 0.0, 0.0],
        )  # fmt: skip
        number: int = client.createMultiBody(0, baseVisualShapeIndex=shape)
        if material.texture is not None:
            client.changeVisualShape(number, -1, textureUniqueId=self._texture(material.texture))
        return number

    def _texture(self, texture: Texture) -> int:
        if texture.key not in self._textures:
            file = Path(self._folder.name) / f"{len(self._textures)}.png"
            cv2.imwrite(str(file), texture.pixels[..., ::-1])
            self._textures[texture.key] = self.client.loadTexture(str(file))
        return self._textures[texture.key]

    def _shoot(self, stage: Stage, view: View) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.int32]]:
        """Colours, depth buffer in [0, 1] and bodies, each (H, W, ...)."""
        client, light = self.client, stage.light
        gl_from_world = np.diag([1.0, -1.0, -1.0, 1.0]) @ view.camera_from_world
        lens = np.zeros((4, 4))
        lens[0, 0], lens[1, 1] = 2.0 * view.focal / view.width, 2.0 * view.focal / view.height
        lens[2, 2], lens[2, 3], lens[3, 2] = (FAR + NEAR) / (NEAR - FAR), 2.0 * FAR * NEAR / (NEAR - FAR), -1.0
        lens[0, 2], lens[1, 2] = SHIFT[0] / view.width, SHIFT[1] / view.height
        strong = max(light.sun_colour) > 0.0
        towards = sun_vector(light) if strong else np.array([0.0, 0.0, 1.0])
        found = client.getCameraImage(
            view.width, view.height, gl_from_world.T.ravel().tolist(), lens.T.ravel().tolist(),
            lightDirection=towards.tolist(), shadow=int(strong), lightAmbientCoeff=0.45, lightDiffuseCoeff=0.5,
            lightSpecularCoeff=0.0, renderer=client.ER_TINY_RENDERER,
        )  # fmt: skip
        shape = (view.height, view.width)
        return (
            np.asarray(found[2], np.uint8).reshape(*shape, 4),
            np.asarray(found[3], np.float32).reshape(shape),
            np.asarray(found[4], np.int32).reshape(shape),
        )


def _holed(material: Material) -> bool:
    return material.texture is not None and material.texture.alpha is not None


def normals_of(depth: NDArray[np.float32], view: View) -> NDArray[np.float32]:
    """Normals of the surface that a depth map shows.

    Args:
        depth: (H, W) m along the optical axis, inf where nothing is.
        view: its camera.

    Returns:
        (H, W, 3) unit, world, towards the camera; 0 where nothing is and at the picture's last row and column.
    """
    rows, columns = np.indices(depth.shape) + 0.5
    rays = np.stack([(columns - view.width / 2) / view.focal, (rows - view.height / 2) / view.focal,
                     np.ones(depth.shape)], axis=-1)  # fmt: skip
    seen = np.isfinite(depth)
    points = rays * np.where(seen, depth, 0.0)[..., None]
    normal = np.zeros((*depth.shape, 3))
    normal[:-1, :-1] = np.cross(points[1:, :-1] - points[:-1, :-1], points[:-1, 1:] - points[:-1, :-1])
    long = np.linalg.norm(normal, axis=-1, keepdims=True)
    normal = np.where(seen[..., None] & (long > 0.0), normal / np.maximum(long, 1e-12), 0.0)
    return (normal @ view.camera_from_world[:3, :3]).astype(np.float32)
