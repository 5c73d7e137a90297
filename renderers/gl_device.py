"""An OpenGL device without a window: context, programs, buffers that grow, and textures of texels."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from functools import cached_property
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

ATLAS = 4096  # texels a row of the textures that hold all texels
NEEDS = 450
LOWER_LEFT, ZERO_TO_ONE, DEPTH_32F = 0x8CA1, 0x935F, 0x8CAC  # names of the OpenGL 4.5 core profile
SOFTWARE = ("llvmpipe", "softpipe", "swrast", "software")


class GlError(RuntimeError):
    """OpenGL cannot be used here; the message is one line that says why and what to do."""


class Device:
    """One context. It belongs to the thread that made it."""

    def __init__(self) -> None:
        """Open a context on a graphics card, or on the processor where there is none.

        Raises:
            GlError: moderngl, EGL or OpenGL 4.5 is missing.
        """
        hint = "; pip install skidpad[gl] and a driver (apt: libegl1 libgl1-mesa-dri), or take --renderer raster"
        try:
            import moderngl
        except ImportError as error:
            raise GlError(f"renderer gl: {error}{hint}") from None
        try:
            settings: Any = {"backend": "egl"}  # moderngl's annotation of these is too narrow
            self.context: Any = moderngl.create_context(standalone=True, require=NEEDS, **settings)
        except Exception as error:  # moderngl raises bare Exception
            raise GlError(f"renderer gl: no OpenGL {NEEDS / 100} through EGL ({error}){hint}") from None
        self.nearest = (moderngl.NEAREST, moderngl.NEAREST)
        self.depth_test = moderngl.DEPTH_TEST
        self._buffers: dict[str, Any] = {}
        # depth runs from 1 at the near plane to 0 at infinity, in floats: as exact far away as it is near
        self._call("glClipControl", LOWER_LEFT, ZERO_TO_ONE)
        self.context.depth_func = ">"

    @cached_property
    def name(self) -> str:
        """Of the graphics card, or of the software that stands for one."""
        return str(self.context.info["GL_RENDERER"])

    @property
    def software(self) -> bool:
        """Whether the processor draws."""
        return any(word in self.name.lower() for word in SOFTWARE)

    def _call(self, name: str, *numbers: int) -> None:
        load = ctypes.CDLL("libEGL.so.1").eglGetProcAddress
        load.restype, load.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
        ctypes.CFUNCTYPE(None, *[ctypes.c_uint] * len(numbers))(load(name.encode()))(*numbers)

    def source(self, *names: str, defines: Mapping[str, object]) -> str:
        """Shader text of some files of `renderers/glsl`."""
        head = ["#version 450", *(f"#define {name} {value}" for name, value in defines.items())]
        folder = files("renderers") / "glsl"
        return "\n".join([*head, *((folder / f"{name}.glsl").read_text(encoding="utf-8") for name in names)])

    def target(self, size: tuple[int, int], components: int) -> tuple[Any, Any]:
        """A texture of one integer or two to draw into, and its framebuffer with a depth buffer of 32-bit floats."""
        texture = self.context.texture(size, components, dtype="i4")
        texture.filter = self.nearest
        depth = self.context.depth_renderbuffer(size)
        self._call("glNamedRenderbufferStorage", depth.glo, DEPTH_32F, *size)
        return texture, self.context.framebuffer([texture], depth)

    def buffer(self, name: str, values: NDArray[Any]) -> Any:
        """The buffer of a name, filled; it grows by doubling."""
        data = np.ascontiguousarray(values)
        buffer = self.room(name, data.nbytes)
        if data.nbytes:
            buffer.write(data)
        return buffer

    def room(self, name: str, size: int) -> Any:
        """The buffer of a name, with room for at least `size` bytes."""
        found = self._buffers.get(name)
        if found is None or found.size < size:
            if found is not None:
                found.release()
            found = self._buffers[name] = self.context.buffer(reserve=max(64, 1 << max(size - 1, 1).bit_length()))
        return found


def graphics_card() -> bool:
    """Whether OpenGL draws on a graphics card here; False where there is none, or no OpenGL."""
    try:
        return not Device().software
    except GlError:
        return False


class Atlas:
    """Texels in a texture of ATLAS texels a row, uploaded as they come."""

    def __init__(self, device: Device, channels: int) -> None:
        self.device, self.channels = device, channels
        self.rows = self.known = 0
        self.texture: Any = None

    def update(self, texels: NDArray[np.uint8]) -> Any:
        """Bring the texture up to date.

        Args:
            texels: (N, channels) all texels; those known before have not changed.

        Returns:
            The texture.
        """
        rows = max(1, -(-len(texels) // ATLAS))
        if rows > self.rows:
            if self.texture is not None:
                self.texture.release()
            self.rows, self.known = 1 << (rows - 1).bit_length(), 0
            self.texture = self.device.context.texture((ATLAS, self.rows), self.channels, alignment=1)
            self.texture.filter = self.device.nearest
        first = self.known // ATLAS
        if len(texels) > self.known:
            part = np.zeros(((rows - first) * ATLAS, self.channels), np.uint8)
            part[: len(texels) - first * ATLAS] = texels[first * ATLAS :].reshape(-1, self.channels)
            self.texture.write(part.tobytes(), (0, first, ATLAS, rows - first), alignment=1)
            self.known = len(texels)
        return self.texture
