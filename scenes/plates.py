"""Number plates: what those of several nations look like, and random text for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scenes.seeds import pick, rng_for

RGB = tuple[float, float, float]
DIGITS, FIRST = "0123456789", "123456789"


@dataclass(frozen=True)
class Plate:
    """What the plate of one vehicle says."""

    nation: str  # key of NATIONS
    text: str


@dataclass(frozen=True)
class Nation:
    """Plates of one nation.

    In a pattern A stands for one of `letters`, B for one of `others`, 9 for a digit, 1 for a digit but 0, # for one of
    `heads`; everything else stands for itself.
    """

    patterns: tuple[str, ...]
    letters: str  # without those that the nation leaves out
    front: RGB = (0.75, 0.75, 0.72)
    rear: RGB = (0.75, 0.75, 0.72)
    ink: RGB = (0.008, 0.008, 0.008)
    band: str = ""  # letters in a blue band at the left, "" = no band
    second_band: bool = False  # a blue one at the right, too
    seals: bool = False  # two round seals after the first group
    title: str = ""  # small words above the number
    size: tuple[float, float] = (0.52, 0.111)  # m
    front_size: tuple[float, float] | None = None  # m, where the front plate is another
    folded_size: tuple[float, float] = (0.18, 0.15)  # m, of motorcycles
    heads: tuple[str, ...] = ()
    others: str = ""
    barred: tuple[str, ...] = ()  # groups of letters that are not given
    left: bool = False  # whether traffic keeps to the left


CONSONANTS = "BCDFGHJKLMNPRSTVWXYZ"
AMERICAN = "ABCDEFGHJKLMNPRSTUVWXYZ"
FOOT = (0.305, 0.152)  # m, 12 by 6 inches
SMALL = (0.178, 0.102)  # m, 7 by 4 inches
YELLOW: RGB = (0.72, 0.46, 0.02)
# Patterns, left-out letters and sizes as the registration authorities publish them.
NATIONS: dict[str, Nation] = {
    "gb": Nation(("BB99 AAA", "BB99 AAA", "A999 AAA"), "ABCDEFGHJKLMNOPRSTUVWXYZ", rear=YELLOW, left=True,
                 others="ABCDEFGHJKLMNOPRSTUVWXY"),
    "au": Nation(("AA 99 AA", "AAA 99A"), "ABCDEFGHJKLMNPRSTUVWXYZ", (0.70, 0.50, 0.03), (0.70, 0.50, 0.03),
                 title="NSW", size=(0.372, 0.134), left=True),
    "de": Nation(("# AA 1999", "# AA 199", "# A 1999", "# AA 19"), "ABCDEFGHIJKLMNOPQRSTUVWXYZ", band="D", seals=True,
                 heads=("B", "M", "K", "F", "S", "H", "HH", "DD", "KA", "MS", "OL", "GT", "LEV", "ROW", "HSK"),
                 barred=("SS", "SA", "HJ", "KZ", "NS")),
    "fr": Nation(("AA-999-AA",), "ABCDEFGHJKLMNPQRSTVWXYZ", band="F", second_band=True, barred=("SS", "WW")),
    "nl": Nation(("AA-999-A", "9-AAA-99", "99-AAA-9"), "BDFGHJKLNPRSTVXZ", YELLOW, YELLOW, band="NL",
                 barred=("SS", "SD", "PVV", "KVT")),
    "it": Nation(("AA 999AA",), "ABCDEFGHJKLMNPRSTVWXYZ", band="I", second_band=True, front_size=(0.36, 0.11)),
    "es": Nation(("9999 AAA",), CONSONANTS, band="E"),
    "pl": Nation(("BA 99999", "BAA 99AA", "BAA A999"), "ACEFGHJKLMNPRSTUVWXY", band="PL", others="CEFGKLNOPRSTWZ"),
    "se": Nation(("AAA 999", "AAA 99A"), "ABCDEFGHJKLMNPRSTUWXYZ", band="S", barred=("APA", "ARG", "SEX", "XXX")),
    "us-ca": Nation(("1AAA999",), AMERICAN, ink=(0.01, 0.02, 0.14), title="CALIFORNIA", size=FOOT, folded_size=SMALL),
    "us-ny": Nation(("AAA-9999",), AMERICAN, (0.72, 0.42, 0.03), (0.72, 0.42, 0.03), (0.01, 0.02, 0.10),
                    title="NEW YORK", size=FOOT, folded_size=SMALL),
    "us-tx": Nation(("AAA-9999",), CONSONANTS, title="TEXAS", size=FOOT, folded_size=SMALL),
    "us-vt": Nation(("AAA 999",), AMERICAN, (0.005, 0.085, 0.035), (0.005, 0.085, 0.035), (0.72, 0.74, 0.70),
                    title="VERMONT", size=FOOT, folded_size=SMALL),
}  # fmt: skip
# Where the traffic keeps to the left, and to the right: which nation is at home there.
AT_HOME: dict[bool, dict[str, float]] = {
    True: {"gb": 0.75, "au": 0.25},
    False: {"de": 0.18, "fr": 0.14, "nl": 0.11, "it": 0.12, "es": 0.11, "pl": 0.09, "se": 0.07,
            "us-ca": 0.06, "us-ny": 0.04, "us-tx": 0.05, "us-vt": 0.03},
}  # fmt: skip


def plate_text(rng: np.random.Generator, nation: str) -> str:
    """Draw the letters and digits of a plate.

    Args:
        rng: source of every value.
        nation: key of NATIONS.

    Returns:
        The text.
    """
    row = NATIONS[nation]
    choices: dict[str, Sequence[str]] = {
        "A": row.letters, "B": row.others, "9": DIGITS, "1": FIRST, "#": row.heads,
    }  # fmt: skip
    while True:
        pattern = row.patterns[int(rng.integers(len(row.patterns)))]
        text = ""
        for sign in pattern:
            options = choices.get(sign, sign)
            text += options[int(rng.integers(len(options)))]
        groups = text.replace("-", " ").split(" ")
        if not set(groups[1:] if row.heads else groups) & set(row.barred):
            return text


def any_plate(seed: int, *address: int | str) -> Plate:
    """A plate of any nation for a vehicle that belongs to no scene.

    Args:
        seed: any integer.
        address: as in `scenes.seeds.rng_for`.

    Returns:
        The plate.
    """
    rng = rng_for(seed, "plate", *address)
    nation = pick(rng, AT_HOME[bool(rng.random() < 0.5)])
    return Plate(nation, plate_text(rng, nation))
