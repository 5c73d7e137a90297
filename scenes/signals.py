"""Traffic light heads: what one looks like, and how common each look is."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

RGB = tuple[float, float, float]

HOUSINGS = ("box", "lobed", "sections")
VISORS = ("tunnel", "cutaway", "cap", "none")
MOUNTS = ("side", "mast", "span", "top")
SECTIONS = ("red", "yellow", "flash", "green")  # "flash" is a second yellow lens, for the flashing arrow alone
SYMBOLS = (
    "ball", "arrow-left", "arrow-up", "arrow-right", "chevron-left", "chevron-up", "chevron-right",
    "man-standing", "man-walking", "hand", "walker",
)  # fmt: skip

# Linear RGB of lit LED signals: regions of ITE VTCSH-LED circular signals, moved towards what cameras record.
LAMP_COLOURS: dict[str, RGB] = {"red": (1.0, 0.03, 0.025), "yellow": (1.0, 0.30, 0.015), "green": (0.01, 0.85, 0.50)}


@dataclass(frozen=True)
class SignalLook:
    """A head of lenses: red, yellow, green from the top, or what `sections` says."""

    housing: str = "box"  # a name of HOUSINGS: one box, three round lobes, three stacked boxes
    colour: RGB = (0.02, 0.022, 0.022)  # linear RGB of the housing
    roughness: float = 0.55
    lens: float = 0.3  # m, diameter: 0.2 or 0.3 are the standard sizes
    spacing: float = 0.35  # m between lens centres
    width: float = 0.34  # m, housing without backplate
    depth: float = 0.2  # m, housing without visors
    margin: float = 0.03  # m of housing above and below the outer sections
    backplate: float = 0.0  # m that a backplate stands out on every side; 0 = none
    backplate_colour: RGB = (0.015, 0.015, 0.015)
    border: float = 0.0  # m, width of a bright border on the backplate; 0 = none
    border_colour: RGB = (0.6, 0.45, 0.03)
    visor: str = "cutaway"  # a name of VISORS
    visor_length: float = 0.2  # m
    door_colour: RGB = (0.02, 0.022, 0.022)  # front doors around the lenses
    symbols: tuple[str, str, str] = ("ball", "ball", "ball")  # names of SYMBOLS: red, yellow, green
    led: bool = True  # dots of light, else the smooth gradient of a bulb
    led_rings: int = 7  # rings of dots
    lamps: tuple[RGB, RGB, RGB] = (
        LAMP_COLOURS["red"],
        LAMP_COLOURS["yellow"],
        LAMP_COLOURS["green"],
    )  # linear RGB, lit
    off_tints: tuple[RGB, RGB, RGB] = (
        (0.05, 0.01, 0.01),
        (0.06, 0.035, 0.01),
        (0.01, 0.04, 0.035),
    )  # linear, dark lens
    strength: float = 8.0  # radiance of the lit lens; a white wall in full sun reflects about 1
    falloff: float = 0.5  # 0 even disc .. 1 hot centre and dark rim
    mount: str = "side"  # a name of MOUNTS
    mount_side: int = 1  # +1 bracket to the left of the head (its own y), -1 to the right
    mount_colour: RGB = (0.12, 0.12, 0.12)
    sections: tuple[str, ...] = ("red", "yellow", "green")  # names of SECTIONS, from the top, or from the left
    horizontal: bool = False  # sections side by side, the first at the left of who faces them (MUTCD 2009, 4D.09)
    square: bool = False  # lenses, as of lights for people in North America

    @property
    def length(self) -> float:
        """Extent of the housing along its sections, m."""
        return len(self.sections) * self.spacing + 2.0 * self.margin

    @property
    def half(self) -> float:
        """Half the height of the housing, m."""
        return 0.5 * (self.width if self.horizontal else self.length)

    @property
    def half_width(self) -> float:
        """Half the width of the housing, m."""
        return 0.5 * (self.length if self.horizontal else self.width)

    @property
    def size(self) -> tuple[float, float, float]:
        """Depth with visors, width, height of housing and backplate, m (no mount)."""
        reach = 0.0 if self.visor == "none" else self.visor_length
        plate = 2.0 * self.backplate
        return self.depth + reach, 2.0 * self.half_width + plate, 2.0 * self.half + plate


def _sample_tone(rng: np.random.Generator) -> RGB:
    """Paint of a housing: mostly black, also dark green, grey, sun-bleached, brown, yellow."""
    tone = str(rng.choice(["black", "green", "grey", "pale", "brown", "yellow"], p=[0.5, 0.13, 0.17, 0.09, 0.07, 0.04]))
    light = float(np.exp(rng.normal(0.0, 0.3)))
    base = {
        "black": (0.012, 0.0125, 0.013),
        "green": (0.012, 0.032, 0.022),
        "grey": (0.075, 0.077, 0.08),
        "pale": (0.28, 0.28, 0.275),
        "brown": (0.05, 0.03, 0.02),
        "yellow": (0.55, 0.33, 0.02),
    }[tone]
    red, green, blue = (float(np.clip(light * channel, 0.004, 0.7)) for channel in base)
    return red, green, blue


def _sample_symbols(rng: np.random.Generator) -> tuple[str, str, str]:
    """Lens symbols: balls, three equal arrows, or one arrow among balls."""
    if rng.random() < 0.68:
        return ("ball", "ball", "ball")
    direction = str(rng.choice(["left", "up", "right"], p=[0.4, 0.4, 0.2]))
    arrow = f"{rng.choice(['arrow', 'chevron'], p=[0.6, 0.4])}-{direction}"
    if rng.random() < 0.65:
        return (arrow, arrow, arrow)
    return ("ball", "ball", arrow)


def _sample_lamps(rng: np.random.Generator) -> tuple[RGB, RGB, RGB]:
    """Lit colours: red may lean to pink or orange, yellow to orange, green from green to cyan.

    A blown-out red turns pink or white in photographs, never yellow: its green stays near its blue.
    """
    pink = float(rng.uniform(0.0, 0.12) if rng.random() < 0.4 else rng.uniform(0.0, 0.04))
    green = 0.02 + float(rng.uniform(0.0, 0.07) if rng.random() < 0.3 else 0.01)
    amber = float(np.exp(rng.uniform(np.log(0.16), np.log(0.42))))
    cyan = float(rng.uniform(0.35, 0.85))
    return (
        (1.0, green, green * float(rng.uniform(0.6, 1.1)) + pink),
        (1.0, amber, float(rng.uniform(0.005, 0.05))),
        (float(rng.uniform(0.0, 0.04)), 0.85, 0.85 * cyan),
    )


def _sample_off_tint(rng: np.random.Generator, colour: RGB, strong: bool) -> RGB:
    """Dark lens: nearly black glass, or clearly tinted where daylight enters it."""
    amount = float(rng.uniform(0.04, 0.14) if strong else rng.uniform(0.008, 0.04))
    grey = float(rng.uniform(0.004, 0.02))
    red, green, blue = (grey + amount * channel for channel in colour)
    return red, green, blue


def sample_signal(rng: np.random.Generator) -> SignalLook:
    """Draw a traffic light head.

    Args:
        rng: source of randomness.

    Returns:
        The look.
    """
    housing = str(rng.choice(HOUSINGS, p=[0.5, 0.22, 0.28]))
    lens = 0.3 if rng.random() < 0.72 else 0.2
    spacing = lens * float(rng.uniform(1.1, 1.22))
    colour = _sample_tone(rng)
    backplate = float(rng.uniform(0.1, 0.2)) if housing != "lobed" and rng.random() < 0.35 else 0.0
    shade = float(np.exp(rng.normal(0.0, 0.25)))
    red, green, blue = (min(0.7, channel * shade) for channel in colour)
    lamps = _sample_lamps(rng)
    strong = bool(rng.random() < 0.3)
    mount_grey = float(np.exp(rng.uniform(np.log(0.02), np.log(0.35))))
    first, second, third = (_sample_off_tint(rng, lamp, strong) for lamp in lamps)
    visor = str(rng.choice(VISORS, p=[0.3, 0.42, 0.23, 0.05]))
    border_yellow = bool(rng.random() < 0.7)
    return SignalLook(
        housing=housing,
        colour=colour,
        roughness=float(rng.uniform(0.35, 0.8)),
        lens=lens,
        spacing=spacing,
        width=lens * float(rng.uniform(1.08, 1.45) if housing == "box" else rng.uniform(1.1, 1.2)),
        depth=float(rng.uniform(0.13, 0.24)),
        margin=float(rng.uniform(0.0, 0.05)),
        backplate=backplate,
        backplate_colour=(0.012, 0.012, 0.013) if rng.random() < 0.8 else colour,
        border=float(rng.uniform(0.02, 0.06)) if backplate and rng.random() < 0.35 else 0.0,
        border_colour=(0.62, 0.45, 0.02) if border_yellow else (0.7, 0.7, 0.7),
        visor=visor,
        visor_length=lens * float(rng.uniform(0.45, 1.0)),
        door_colour=colour if rng.random() < 0.75 else (red, green, blue),
        symbols=_sample_symbols(rng),
        led=bool(rng.random() < 0.7),
        led_rings=int(rng.integers(5, 10)),
        lamps=lamps,
        off_tints=(first, second, third),
        strength=float(np.exp(rng.uniform(np.log(1.4), np.log(40.0)))),
        falloff=float(rng.uniform(0.1, 0.9)),
        mount=str(rng.choice(MOUNTS, p=[0.35, 0.35, 0.15, 0.15])),
        mount_side=int(rng.choice([-1, 1])),
        mount_colour=(mount_grey, mount_grey, mount_grey * float(rng.uniform(0.9, 1.15))),
    )


def sample_walk_signal(rng: np.random.Generator, look: SignalLook) -> SignalLook:
    """Draw the light for people that goes with the lights for vehicles of a place.

    Either a standing and a walking man in round lenses, red above green (Vienna Convention 1968, article 24), or an
    orange hand above a white walker in square ones (MUTCD 2009, 4E.04).

    Args:
        rng: source of randomness.
        look: of the heads for vehicles.

    Returns:
        The look.
    """
    hand = bool(rng.random() < 0.35)
    lens = float(rng.choice([0.3, 0.4] if hand else [0.2, 0.2, 0.3]))
    orange, white = (1.0, 0.22, 0.012), (0.85, 0.85, 0.8)
    return replace(
        look, housing="sections" if look.housing == "sections" else "box", lens=lens, width=1.2 * lens,
        spacing=1.16 * lens, depth=min(look.depth, 0.18), backplate=0.0, border=0.0,
        visor=str(rng.choice(["none", "cap"] if hand else ["cutaway", "cap"])), visor_length=0.45 * lens, square=hand,
        symbols=("hand", "ball", "walker") if hand else ("man-standing", "ball", "man-walking"),
        lamps=(orange, look.lamps[1], white) if hand else look.lamps, sections=("red", "green"), mount="side",
        horizontal=False, strength=min(look.strength, 14.0), falloff=min(look.falloff, 0.4),
    )  # fmt: skip
