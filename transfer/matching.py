"""Gives rendered crops the sizes and the blur of another set, so that accuracy can be told at equal image quality."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from transfer.crops import Crop, Image
from transfer.manifest import DatasetError

MIN_SIDE = 4  # px, no crop becomes smaller
MAX_SIGMA = 8.0  # px, strongest blur that is applied
STEPS = 12  # of the bisection for sigma: MAX_SIGMA / 2^12 = 2 milli-px
CONTRAST_FLOOR = 4.0  # grey levels^2; flat crops (night sky, plain road) have no sharpness to speak of


def sharpness(image: Image) -> float:
    """Variance of the Laplacian over the variance of the grey values: fine detail relative to contrast.

    Dividing by the contrast keeps dark pictures from counting as blurred (Pertuz et al. 2013 compare such measures).

    Args:
        image: (H, W, 3) sRGB.

    Returns:
        Dimensionless, about 0.01 (blurred) to 10 (noise).
    """
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return float(cv2.Laplacian(grey, cv2.CV_32F).var() / (grey.var() + CONTRAST_FLOOR))


def match(crops: Sequence[Crop], sizes: ArrayLike, blurs: ArrayLike) -> list[Crop]:
    """Resample crops to given distributions of height and sharpness.

    Values are matched rank by rank: the tallest crop gets the tallest of the wanted heights, the sharpest the
    greatest sharpness. So nothing is drawn at random, and as little as possible is changed. Crops are made smaller
    and blurred; none is sharpened, and one that is enlarged stays as soft as enlarging makes it. Match class by
    class: classes differ in size, and matching them together would carry the size of one into another.

    Args:
        crops: N crops of one class.
        sizes: (M,) wanted heights, px, a sample of their distribution.
        blurs: (K,) wanted `sharpness`, a sample of its distribution.

    Returns:
        N crops in the same order.

    Raises:
        DatasetError: no wanted values, or one is not positive and finite.
    """
    heights = spread(np.array([crop.image.shape[0] for crop in crops]), sizes, "size")
    resized = [resize(crop.image, round(float(height))) for crop, height in zip(crops, heights, strict=True)]
    wanted = spread(np.array([sharpness(image) for image in resized]), blurs, "blur")
    return [
        replace(crop, image=soften(image, float(target)))
        for crop, image, target in zip(crops, resized, wanted, strict=True)
    ]


def spread(values: NDArray[np.floating] | NDArray[np.integer], wanted: ArrayLike, what: str) -> NDArray[np.float64]:
    """Give each value the wanted value of its rank.

    Args:
        values: (N,) what is there.
        wanted: (M,) sample of the wanted distribution; quantiles between its values are interpolated.
        what: name for errors.

    Returns:
        (N,) wanted values in the order of `values`; equal ones keep their order.

    Raises:
        DatasetError: no wanted values, or one is not positive and finite.
    """
    sample = np.asarray(wanted, dtype=np.float64).ravel()
    if sample.size == 0 or not np.isfinite(sample).all() or (sample <= 0).any():
        raise DatasetError(f"match: the wanted {what} values need to be there, finite and > 0")
    ranks = np.empty(len(values), dtype=np.float64)
    ranks[np.argsort(values, kind="stable")] = (np.arange(len(values)) + 0.5) / max(1, len(values))
    return np.quantile(sample, ranks) if len(values) else ranks


def resize(image: Image, height: int) -> Image:
    """Scale a picture to a height (px), keeping its shape."""
    height = max(MIN_SIDE, height)
    width = max(MIN_SIDE, round(image.shape[1] * height / image.shape[0]))
    if (height, width) == image.shape[:2]:
        return image
    how = cv2.INTER_AREA if height < image.shape[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (width, height), interpolation=how), dtype=np.uint8)


def soften(image: Image, target: float) -> Image:
    """Blur a picture until its sharpness falls to a target; one that is no sharper comes back unchanged.

    Args:
        image: (H, W, 3) sRGB.
        target: wanted `sharpness`.

    Returns:
        (H, W, 3) sRGB.
    """
    if sharpness(image) <= target:
        return image
    low, high = 0.0, MAX_SIGMA
    for _ in range(STEPS):
        sigma = (low + high) / 2
        low, high = (sigma, high) if sharpness(blurred(image, sigma)) > target else (low, sigma)
    return blurred(image, high)


def blurred(image: Image, sigma: float) -> Image:
    """Gaussian blur with a standard deviation in px."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), dtype=np.uint8)
