"""People of asset packs: fitted to a skeleton and dressed in a look's colours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from renderers.glb import Model
from renderers.kept import kept
from renderers.mesh import Mesh, Texture, merge
from renderers.packed import packed
from renderers.people_bags import bag_parts
from renderers.people_extras import collar_parts
from renderers.people_fabric import palette as fabrics
from renderers.people_form import Part, SkinnedMesh, join
from renderers.people_headwear import covering
from renderers.people_limbs import arm_part
from renderers.people_sizes import ARMS, COLLARS, TRUNK
from renderers.people_skin import blend
from renderers.people_torso import clearance as coat_clearance
from renderers.people_torso import top_part
from renderers.people_umbrella import umbrella_parts
from scenes.catalogue import asset
from scenes.people import PersonLook
from scenes.seeds import rng_for
from sim.people_rotate import aligned
from sim.people_skeleton import ARM, BONES, CHEST, HEAD, LEG, NECK, PELVIS, SIDES, SPINE, Skeleton

Array = NDArray[np.float64]

GREY = 0.5  # linear mean of a texture whose own colours were taken out
BELOW_SKIN = 0.012  # m that the skeleton's eyes lie behind the face's surface
# upper garments that packs have not: people of packs wear built-in ones
COATS = (
    "jacket", "hoodie", "anorak", "coat", "cardigan", "puffer", "denim_jacket", "leather_jacket", "raincoat", "hi_vis",
)  # fmt: skip
COVERED = (PELVIS, SPINE, CHEST, *(ARM[side] + k for side in SIDES for k in range(2)))
ORIGINAL = 0.3  # share of people in the clothes' own colours


def packed_mesh(look: PersonLook, detail: int) -> SkinnedMesh:
    """Build a pack's person in the rest pose of our skeleton.

    Args:
        look: with the id of an asset.
        detail: 0 finest, 1, 2.

    Returns:
        The skinned mesh.

    Raises:
        AssetError: the asset is not there or broken.
    """
    model = packed(look.asset)
    level = model.levels[detail]
    assert level.bones is not None and level.weights is not None
    coated = look.top.style in COATS
    skeleton = Skeleton(look, coat_clearance(look) if coated else clearance(look))
    moves = fitting(skeleton)
    points, normals = np.empty_like(level.mesh.positions), np.empty_like(level.mesh.normals)
    blend(
        level.mesh.positions, level.mesh.normals, level.bones, level.weights, moves.astype(np.float32), points, normals
    )
    mesh = dyed(replace(level.mesh, positions=points, normals=normals), model, look, skeleton)
    mesh, worn = covering(mesh, model, skeleton, detail, coated)
    body = SkinnedMesh(mesh, level.bones, level.weights, skeleton, look)
    parts = [*bag_parts(skeleton, detail), *umbrella_parts(skeleton, detail), *worn]
    if coated:
        body = replace(body, mesh=without_top(body, model))
        parts = [*coat_parts(skeleton, detail), *parts]
    return together(body, join(parts, fabrics(), skeleton)) if parts else body


def without_top(body: SkinnedMesh, model: Model) -> Mesh:
    """What shows beside a coat: no upper garment of the pack's, and no skin of trunk and arms."""
    mesh = body.mesh
    main = body.bones[np.arange(len(body.bones)), body.weights.argmax(1)]
    covered = np.isin(main, COVERED)[mesh.triangles].all(1)
    roles = np.array(model.roles)[mesh.materials]
    kept = (roles != "top") & ~((roles == "skin") & covered)
    return replace(mesh, triangles=mesh.triangles[kept], materials=mesh.materials[kept])


def coat_parts(skeleton: Skeleton, detail: int) -> list[Part]:
    """A built-in coat or jacket."""
    parts = [top_part(skeleton, *TRUNK[detail])]
    parts += [arm_part(skeleton, side, *ARMS[detail]) for side in SIDES]
    return parts + collar_parts(skeleton, COLLARS[detail])


def together(first: SkinnedMesh, second: SkinnedMesh) -> SkinnedMesh:
    """Two skinned meshes of one skeleton as one."""
    bones, weights = (
        np.concatenate([getattr(one, name) for one in (first, second)]) for name in ("bones", "weights")
    )  # fmt: skip
    return replace(first, mesh=merge([first.mesh, second.mesh]), bones=bones, weights=weights)


def clearance(look: PersonLook) -> float:
    """Half-width (m) of the clothed hips that the arms must clear."""
    details = asset(look.asset).details
    return float(details["hips"] * look.height / (details["vertex"] - details["sole"]))


def fitting(skeleton: Skeleton) -> Array:
    """Affine moves that bring a pack's rest pose onto a skeleton's.

    Every bone keeps its joint; limbs are turned and stretched along themselves, the trunk along z, head and feet so
    that chin, vertex, soles and tips of the shoes come where the skeleton has them.

    Args:
        skeleton: of a look with an asset.

    Returns:
        (19, 3, 4) skeleton_from_asset of each bone.
    """
    details = asset(skeleton.look.asset).details
    theirs, ours = np.array(details["joints"]), skeleton.joints
    size = skeleton.height / (details["vertex"] - details["sole"])
    linear, origin, target = np.empty((len(BONES), 3, 3)), theirs.copy(), ours.copy()
    linear[:] = size * np.eye(3)
    for bone, above in ((PELVIS, SPINE), (SPINE, CHEST), (CHEST, NECK), (NECK, HEAD)):
        ratio = (ours[above, 2] - ours[bone, 2]) / (theirs[above, 2] - theirs[bone, 2])
        linear[bone] = np.diag([size, size, ratio])
    shoulder = ours[ARM[1], 1] / theirs[ARM[1], 1]
    linear[CHEST, 1, 1] = 0.5 * (size + shoulder)
    for side in SIDES:
        arm, leg = ARM[side], LEG[side]
        for bone in (arm, arm + 1, leg, leg + 1):
            linear[bone] = stretched(theirs[bone + 1] - theirs[bone], ours[bone + 1] - ours[bone], size)
        linear[arm + 2] = size * orthonormal(linear[arm + 1])
        foot(skeleton, details, linear, origin, target, leg)
    ratio = skeleton.head_height / (details["vertex"] - details["chin"])
    linear[HEAD] = ratio * np.eye(3)
    origin[HEAD] = details["eyes"][0], 0.0, details["chin"]
    target[HEAD] = skeleton.face[1, 0] + BELOW_SKIN, 0.0, skeleton.chin
    moves = np.empty((len(BONES), 3, 4))
    moves[:, :, :3] = linear
    moves[:, :, 3] = target - np.einsum("bij,bj->bi", linear, origin)
    return moves


def foot(skeleton: Skeleton, details, linear: Array, origin: Array, target: Array, leg: int) -> None:  # type: ignore[no-untyped-def]
    """Soles on the ground, heel and tip where the gait rolls over them. Writes into the arrays."""
    heel, _, tip = skeleton.foot
    ankle = np.array(details["joints"])[leg + 2]
    long = (tip - heel) / (details["tip"] - details["heel"])
    high = skeleton.ankle / (ankle[2] - details["sole"])
    for bone in (leg + 2, leg + 3):
        linear[bone] = np.diag([long, linear[PELVIS, 0, 0], high])
        origin[bone] = ankle
        target[bone] = skeleton.joints[leg + 2]
        target[bone, 0] += heel + long * (ankle[0] - details["heel"])


def stretched(old: Array, new: Array, size: float) -> Array:
    """(3, 3) turn of one limb onto another, stretched along itself and scaled across."""
    along = old / np.linalg.norm(old)
    ratio = float(np.linalg.norm(new) / np.linalg.norm(old))
    stretch = size * np.eye(3) + (ratio - size) * np.outer(along, along)
    return aligned(old, new, np.array([1.0, 0.0, 0.0])) @ stretch


def orthonormal(matrix: Array) -> Array:
    """The rotation nearest to a matrix."""
    u, _, v = np.linalg.svd(matrix)
    return np.asarray(u @ v)


def dyed(mesh: Mesh, model: Model, look: PersonLook, skeleton: Skeleton) -> Mesh:
    """Give clothes and hair the colours of the look; some people wear what their pack gave them."""
    own = rng_for(look.seed, "dye").random() < ORIGINAL
    colours = np.ones_like(mesh.colours)
    palette = list(mesh.palette)
    for k, role in enumerate(model.roles):
        here = np.zeros(len(mesh.positions), bool)
        here[mesh.triangles[mesh.materials == k].reshape(-1)] = True
        colour = colour_of(role, look, mesh.positions[here], skeleton, own)
        texture = palette[k].texture
        if colour is None or texture is None:
            continue
        palette[k] = replace(palette[k], texture=grey(texture), colour=(1.0 / GREY,) * 3)
        colours[here] = colour
    return replace(mesh, colours=colours.astype(np.float32), palette=tuple(palette))


def colour_of(role: str, look: PersonLook, points: NDArray[np.float32], skeleton: Skeleton, own: bool) -> Array | None:
    """(V, 3) linear RGB of a piece, or None where it keeps its own colours."""
    if role in ("hair", "brows"):
        return np.broadcast_to(np.array(look.head.hair_colour), points.shape)
    if role == "hat":
        return np.broadcast_to(np.array(look.head.headwear_colour), points.shape)
    if own or role not in ("top", "bottom", "shoes"):
        return None
    if role == "shoes":
        return np.broadcast_to(np.array(look.bottom.shoe_colour), points.shape)
    if role == "bottom":
        return np.broadcast_to(np.array(look.bottom.colour), points.shape)
    return patterned(look, points, skeleton)


def patterned(look: PersonLook, points: NDArray[np.float32], skeleton: Skeleton) -> Array:
    """(V, 3) colours of the upper garment: large patches only, vertices are too far apart for stripes."""
    top, share = look.top, skeleton.share(points[:, 2].astype(np.float64))
    second = np.zeros(len(points), bool)
    if top.pattern == "yoke":
        second = share > 0.78
    elif top.pattern == "sleeves":
        second = np.abs(points[:, 1]) > 0.9 * abs(float(skeleton.joints[ARM[1], 1]))
    return np.where(second[:, None], np.array(top.second), np.array(top.colour))


@kept
def grey(texture: Texture) -> Texture:
    """A texture without its colours: brightness against its own mean, folds and seams."""
    linear = (texture.pixels / 255.0) ** 2.2 @ np.array([0.2126, 0.7152, 0.0722])
    seen = np.ones(linear.shape, bool) if texture.alpha is None else texture.alpha > 127
    middle = max(float(np.median(linear[seen])) if seen.any() else 1.0, 0.004)
    detail = np.clip(GREY * (linear / middle) ** 0.8, 0.0, 1.0)
    pixels = (255.0 * detail ** (1 / 2.2)).astype(np.uint8)
    return Texture(f"{texture.key}-grey", np.broadcast_to(pixels[..., None], (*pixels.shape, 3)), texture.alpha)
