"""Props: the table from model names to builders."""

from __future__ import annotations

from collections.abc import Callable

from renderers import props_barriers as barriers
from renderers import props_plants as plants
from renderers import props_poles as poles
from renderers import props_stalls as stalls
from renderers import props_street as street
from renderers.mesh import Mesh
from renderers.props_packed import packed_prop
from scenes.props import PropLook

# Things take whether lamps are on, plants take the level of detail.
THINGS: dict[str, Callable[[PropLook, bool], Mesh]] = {
    "street-lamp": poles.street_lamp,
    "lantern": poles.lantern,
    "sign-round": poles.sign,
    "sign-triangle": poles.sign,
    "sign-rectangle": poles.sign,
    "sign-direction": poles.sign,
    "sign-stop": poles.sign,
    "sign-post": poles.sign_post,
    "signal-pole": poles.signal_pole,
    "signal-mast": poles.signal_mast,
    "span-wire": poles.span_wire,
    "bollard": street.bollard,
    "litter-bin": street.litter_bin,
    "wheelie-bin": street.wheelie_bin,
    "post-box": street.post_box,
    "phone-box": street.phone_box,
    "bench": street.bench,
    "bus-shelter": street.bus_shelter,
    "cabinet": street.cabinet,
    "skip": street.skip,
    "parking-meter": street.parking_meter,
    "railing": barriers.railing,
    "fence": barriers.fence,
    "guard-rail": barriers.guard_rail,
    "stone-wall": barriers.masonry_wall,
    "brick-wall": barriers.masonry_wall,
    "works-barrier": barriers.works_barrier,
    "cone": barriers.cone,
    "scaffolding": barriers.scaffolding,
    "planter": stalls.planter,
    "bicycle-rack": stalls.bicycle_rack,
    "trolleys": stalls.trolleys,
    "billboard": stalls.billboard,
    "a-board": stalls.a_board,
    "cafe-table": stalls.cafe_table,
    "market-stall": stalls.market_stall,
}
PLANTS: dict[str, Callable[[PropLook, int], Mesh]] = {
    "bare-tree": plants.bare_tree,
    "leafy-tree": plants.leafy_tree,
    "conifer": plants.conifer,
    "hedge": plants.hedge,
    "shrub": plants.shrub,
}


def prop_mesh(look: PropLook, lamps_on: bool, detail: int = 0) -> Mesh:
    """Build a prop in its model frame: x forward (towards the road), origin on the ground below its middle.

    A signal mast stands at the origin and its arm reaches `length` along +x; a span wire hangs between
    poles at y = +-width / 2.

    Args:
        look: appearance.
        lamps_on: lamps, lit signs and cases glow.
        detail: 0 near, 1 far, 2 very far; of built-in things only plants differ, and 1 and 2 are the same.

    Returns:
        The mesh.

    Raises:
        ValueError: unknown model.
        AssetError: the asset is not installed.
    """
    if look.asset:
        return packed_prop(look, lamps_on, detail)
    if look.model in PLANTS:
        return PLANTS[look.model](look, min(detail, 1))
    if look.model not in THINGS:
        raise ValueError(f"prop model {look.model!r} is unknown; choose from {', '.join([*THINGS, *PLANTS])}")
    return THINGS[look.model](look, lamps_on)
