"""People of the street: what they look like and how they are drawn at random."""

from __future__ import annotations

from scenes.people_look import (
    AGE_GROUPS,
    WORN,
    Bag,
    Body,
    Bottom,
    Head,
    Manner,
    PersonLook,
    Top,
    stride_length,
)  # fmt: skip
from scenes.people_sample import sample_person

__all__ = [
    "AGE_GROUPS",
    "WORN",
    "Bag",
    "Body",
    "Bottom",
    "Head",
    "Manner",
    "PersonLook",
    "Top",
    "sample_person",
    "stride_length",
]  # fmt: skip
