"""How finely the parts of built-in people are divided in the three levels of detail."""

from __future__ import annotations

# columns and row spacing (m) of the trunk, columns and rows of arms, legs, head, shoes, columns of collars
TRUNK = ((46, 0.023), (24, 0.055), (12, 0.14))
ARMS = ((10, 15), (7, 8), (4, 5))
LEGS = ((12, 19), (8, 9), (5, 5))
HEADS = ((28, 28), (14, 16), (8, 8))
SHOES = ((10, 10), (7, 7), (6, 6))
COLLARS = (20, 12, 6)
CURTAINS = ((14, 9), (8, 5), (4, 3))
