"""Models of asset packs, read when they are first drawn."""

from __future__ import annotations

from pathlib import Path

from renderers.glb import Model, read_glb
from renderers.kept import kept
from scenes.catalogue import AssetError, asset, file_digest


@kept
def packed(name: str) -> Model:
    """Read the model of an asset, once per process.

    Args:
        name: id of the asset, pack/name.

    Returns:
        The model.

    Raises:
        AssetError: the asset is not installed, or its file is not the one that was built.
    """
    return read_glb(checked(name))


def checked(name: str) -> Path:
    """The file of an asset, as it was built.

    Args:
        name: id of the asset, pack/name.

    Returns:
        The file.

    Raises:
        AssetError: the asset is not installed, or its file is not the one that was built.
    """
    found = asset(name)
    digest = file_digest(found.file) if found.file.is_file() else "missing"
    if digest != found.sha256:
        pack = name.partition("/")[0]
        raise AssetError(f"{found.file}: sha256 {digest}, expected {found.sha256}; skidpad assets build {pack}")
    return found.file
