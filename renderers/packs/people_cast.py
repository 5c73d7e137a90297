"""Who is in the people pack: seventy-two people of all ages, builds and skins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scenes.seeds import pick, rng_for

SIZE = 72
AGES = ("child",) * 5 + ("teen",) * 4 + ("adult",) * 20 + ("senior",) * 7  # of every 36 people
SKINS = ("caucasian", "caucasian", "caucasian", "asian", "african", "caucasian", "asian", "african")
MALE_SUITS = (
    "male_casualsuit01", "male_casualsuit02", "male_casualsuit03", "male_casualsuit04", "male_casualsuit05",
    "male_casualsuit06", "male_elegantsuit01", "male_worksuit01", "male_elegantsuit01", "male_casualsuit02",
)  # fmt: skip
FEMALE_SUITS = (
    "female_casualsuit01", "female_casualsuit02", "female_elegantsuit01", "female_sportsuit01", "male_casualsuit02",
    "female_casualsuit02", "male_casualsuit06", "female_elegantsuit01", "male_casualsuit04", "female_casualsuit01",
)  # fmt: skip
MALE_HAIR = {"short01": 0.26, "short02": 0.3, "short04": 0.28, "short03": 0.06, "": 0.1}
FEMALE_HAIR = {"bob01": 0.2, "bob02": 0.18, "long01": 0.2, "ponytail01": 0.18, "Braid01": 0.08, "short03": 0.16}


@dataclass(frozen=True)
class Member:
    """One person of the pack."""

    sex: str
    age_group: str
    build: float  # 0 slim .. 1 heavy
    tone: str  # caucasian, asian, african
    phenotype: Mapping[str, float]  # of anny
    skin: str
    suit: str
    shoes: str
    hair: str  # "" = bald
    eyes: str
    brows: str
    hat: str  # colour of the fedora, "" = none


def _member(number: int) -> Member:
    rng = rng_for(0, "people pack", number)
    sex = "male" if number % 2 == 0 else "female"
    group, tone = AGES[(number // 2) % len(AGES)], SKINS[int(rng.integers(len(SKINS)))]
    build = float(rng.beta(1.8, 2.4))
    age = {"child": (0.38, 0.5), "teen": (0.54, 0.61), "adult": (0.64, 0.82), "senior": (0.86, 0.98)}[group]
    phenotype = {
        "gender": float(rng.uniform(0.0, 0.12) if sex == "male" else rng.uniform(0.88, 1.0)),
        "age": float(rng.uniform(*age)), "height": float(rng.uniform(0.35, 0.65)), "weight": 0.25 + 0.6 * build,
        "muscle": float(rng.uniform(0.35, 0.65)), "proportions": float(rng.uniform(0.4, 0.7)),
        "cupsize": float(rng.uniform(0.3, 0.65)), "firmness": float(rng.uniform(0.4, 0.7)),
        "african": 0.0, "asian": 0.0, "caucasian": 0.0, tone: 1.0,
    }  # fmt: skip
    years = "old" if group == "senior" else "middleage" if group == "adult" and phenotype["age"] > 0.74 else "young"
    hair = pick(rng, MALE_HAIR if sex == "male" else FEMALE_HAIR)
    if tone == "african" and rng.random() < 0.4:
        hair = "afro01"
    if group in ("child", "teen") and not hair:
        hair = "short02"
    suits = MALE_SUITS if sex == "male" else FEMALE_SUITS
    hat = "grey" if sex == "male" and group == "senior" and rng.random() < 0.4 else ""
    eyes = str(rng.choice(["brown", "blue", "green"], p=[0.6, 0.25, 0.15]))
    return Member(
        sex, group, round(build, 3), tone, phenotype, f"{years}_{tone}_{sex}", suits[(number // 2) % len(suits)],
        f"shoes0{int(rng.integers(1, 7))}", "" if hat else hair, eyes,
        f"eyebrow{int(rng.integers(1, 13)):03d}", hat,
    )  # fmt: skip


CAST: Mapping[str, Member] = {f"person-{number:02d}": _member(number) for number in range(SIZE)}
