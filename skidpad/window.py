"""A window that plays a run. Keys: space pause, left and right one step, V view, Q quit."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec

from skidpad.topview_paint import Picture

SLOWEST = 500  # ms that pass at most while a picture is drawn; the first ones take longer
HELP = "space pause, left/right step, V view, Q quit"


@dataclass(frozen=True)
class Player:
    """What the window shows."""

    views: tuple[str, ...]  # names to choose from
    view: str
    count: int  # frames
    frame: float = 0.0  # number of the frame; its fraction is time that has passed since it came up
    running: bool = True
    open: bool = True

    def press(self, key: str) -> Player:
        """The player after a key, by pygame's name of it; unknown keys change nothing."""
        if key == "space":
            ended = not self.running and self.frame >= self.count - 1
            return replace(self, running=not self.running, frame=0.0 if ended else self.frame)
        if key in ("left", "right"):
            frame = int(self.frame) + (1 if key == "right" else -1)
            return replace(self, running=False, frame=float(min(max(frame, 0), self.count - 1)))
        if key == "v":
            after = (self.views.index(self.view) + 1) % len(self.views)
            return replace(self, view=self.views[after])
        return replace(self, open=False) if key in ("q", "escape") else self

    def wait(self, frames: float) -> Player:
        """The player after some time, in frames; it pauses on the last frame."""
        if not self.running:
            return self
        frame = min(self.frame + frames, self.count - 1.0)
        return replace(self, frame=frame, running=frame < self.count - 1)


def check_display() -> None:
    """Refuse to open a window where there can be none.

    Raises:
        RuntimeError: pygame or a display is missing.
    """
    if find_spec("pygame") is None:
        raise RuntimeError("a window needs `pip install skidpad[window]`; or write a film: --out film.mp4")
    named = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"))
    if sys.platform.startswith("linux") and not named:
        raise RuntimeError("there is no display for a window; write a film: --out film.mp4")


def show(title: str, views: Mapping[str, Callable[[int], Picture]], view: str, count: int, fps: float) -> None:
    """Play until the window is closed; frames that cannot be drawn in time are skipped.

    Args:
        title: of the window.
        views: name -> function that draws a frame.
        view: name of the first one.
        count: number of frames.
        fps: frames per second.

    Raises:
        RuntimeError: the window cannot be opened.
    """
    os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"
    import pygame

    player, shown, clock = Player(tuple(views), view, count), ("", -1), pygame.time.Clock()
    try:
        pygame.display.init()
        while player.open:
            wanted = (player.view, int(player.frame))
            if wanted != shown:
                paint(views[player.view](int(player.frame)))
                shown = wanted
            state = "" if player.running else " - paused"
            pygame.display.set_caption(f"{title} - {shown[1] + 1}/{count}{state} - {HELP}")
            player = player.wait(min(clock.tick(60), SLOWEST) * fps / 1000.0)
            for event in pygame.event.get():
                if event.type == pygame.QUIT:
                    player = replace(player, open=False)
                elif event.type == pygame.KEYDOWN:
                    player = player.press(pygame.key.name(event.key))
    except pygame.error as error:
        raise RuntimeError(f"the window cannot be opened: {error}; write a film: --out film.mp4") from None
    finally:
        pygame.display.quit()


def paint(picture: Picture) -> None:
    """Put a picture (H, W, 3) on the window, which takes its size."""
    import pygame

    size = (picture.shape[1], picture.shape[0])
    screen = pygame.display.get_surface()
    if screen is None or screen.get_size() != size:
        screen = pygame.display.set_mode(size)
    screen.blit(pygame.image.frombuffer(picture.tobytes(), size, "RGB"), (0, 0))
    pygame.display.flip()
