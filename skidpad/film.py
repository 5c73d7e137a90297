"""Films and film strips: pictures one after the other as MP4, GIF or one row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from scenes.wholefile import write_whole
from sim.world import State, World
from skidpad.topview import around, draw_top, ego_of, whole
from skidpad.topview_paint import Picture, lettering, write

VP9 = {"crf": "30", "b": "0", "deadline": "realtime", "cpu-used": "6", "row-mt": "1"}
BT709, LIMITED = 1, 1  # numbers of ITU-T H.273: colours and range of the samples, so that no player has to guess
GIF_FPS = 50.0  # a GIF counts hundredths of a second, and viewers slow down what is shorter than two


def check_film(out: Path, fps: float) -> None:
    """Refuse what cannot be written, before anything is drawn.

    Args:
        out: file to be written.
        fps: pictures per second.

    Raises:
        ValueError: an unknown ending, or too many pictures a second for it.
        RuntimeError: the library that writes it is not installed.
        OSError: there is no such folder.
    """
    if out.suffix.lower() not in WRITERS:
        raise ValueError(f"--out {out.name}: the ending {out.suffix!r} is none of {', '.join(WRITERS)}")
    if out.suffix.lower() == ".gif" and fps > GIF_FPS:
        raise ValueError(f"--fps {fps:g}: a GIF shows at most {GIF_FPS:g} pictures a second; use .mp4")
    if out.suffix.lower() == ".mp4" and find_spec("av") is None:
        raise RuntimeError(f"--out {out.name}: MP4 needs `pip install skidpad[film]`; .gif works without")
    if not out.resolve().parent.is_dir():
        raise FileNotFoundError(2, "no such folder", str(out.parent))


def write_film(out: str | Path, pictures: Iterable[Picture], fps: float) -> None:
    """Write a film, whole or not at all.

    Args:
        out: file to make or replace; its ending chooses the format.
        pictures: (H, W, 3) sRGB each, of one size, at least one.
        fps: pictures per second.

    Raises:
        ValueError, RuntimeError, OSError: see `check_film`.
    """
    out = Path(out)
    check_film(out, fps)
    partial = out.with_name(out.name + ".partial")
    try:
        WRITERS[out.suffix.lower()](partial, pictures, fps)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)


def write_mp4(path: Path, pictures: Iterable[Picture], fps: float) -> None:
    """VP9 in MP4: free of royalties, plays in every browser. Odd sizes grow by a pixel, as its colours need."""
    import av
    from av.video.reformatter import Colorspace

    stream = None
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as film:
        for picture in pictures:
            height, width = picture.shape[:2]
            even = np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
            if stream is None:
                stream = film.add_stream("libvpx-vp9", rate=Fraction(fps).limit_denominator(1000), options=VP9)
                stream.width, stream.height, stream.pix_fmt = even.shape[1], even.shape[0], "yuv420p"
                stream.codec_context.thread_count = 1
                stream.codec_context.colorspace = stream.codec_context.color_primaries = BT709
                stream.codec_context.color_trc, stream.codec_context.color_range = BT709, LIMITED
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(even), format="rgb24")
            film.mux(stream.encode(frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709)))
        if stream is not None:
            film.mux(stream.encode(None))


def write_gif(path: Path, pictures: Iterable[Picture], fps: float) -> None:
    """GIF that repeats; every picture has 256 colours of its own. Equal neighbours become one that stays longer."""
    frames = [
        Image.fromarray(picture).quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        for picture in pictures
    ]
    ends = np.floor(np.arange(len(frames) + 1) * 100.0 / fps + 0.5)  # hundredths of a second
    durations = [10 * int(d) for d in np.diff(ends)]
    frames[0].save(path, format="GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0)


WRITERS: dict[str, Callable[[Path, Iterable[Picture], float], None]] = {".mp4": write_mp4, ".gif": write_gif}


def write_png(out: str | Path, picture: Picture) -> None:
    """Write a picture (H, W, 3) sRGB as PNG, whole or not at all."""
    ok, data = cv2.imencode(".png", picture[..., ::-1])
    if not ok:
        raise RuntimeError(f"OpenCV could not encode a picture of shape {picture.shape}")
    write_whole(Path(out), data.tobytes())


def strip(pictures: Sequence[Picture], times: Sequence[float], height: int = 180, gap: int = 4) -> Picture:
    """Lay pictures out in a row with their times below.

    Args:
        pictures: (H, W, 3) sRGB each, at least one.
        times: s, one for each picture.
        height: of every picture in the strip, px.
        gap: px between pictures.

    Returns:
        The strip, (height + 20, W, 3).
    """
    columns = []
    for picture, time in zip(pictures, times, strict=True):
        width = round(picture.shape[1] * height / picture.shape[0])
        column = np.full((height + 20, width + gap, 3), 255, np.uint8)
        column[:height, :width] = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
        words = f"{time:.1f} s"
        write(column, words, (max(0, (width - lettering(words, 13).shape[1]) // 2), height + 2), (40, 44, 50), 13)
        columns.append(column)
    return np.asarray(np.concatenate(columns, axis=1)[:, :-gap], np.uint8)


def counted(
    pictures: Iterable[Picture], total: int, on_progress: Callable[[int, int], None] | None
) -> Iterator[Picture]:
    """Pass pictures on and tell how many there were."""
    for k, picture in enumerate(pictures, 1):
        yield picture
        if on_progress:
            on_progress(k, total)


def episodes(
    episode: Callable[[int], Iterable[tuple[World, State]]], count: int, *, b: int = 0, width: int = 480,
    height: int = 360, hold: int = 5,
) -> Iterator[Picture]:  # fmt: skip
    """Draw whole episodes from above, one after the other, for `write_film`.

    Args:
        episode: number of an episode -> its worlds and states in order, at least one.
        count: number of episodes.
        b: world that is shown.
        width: of a picture, px.
        height: of a picture, px.
        hold: how often the last picture of an episode is repeated.

    Yields:
        (H, W, 3) sRGB; the map follows the ego, see `ego_of`, which leaves a trail.
    """
    for number in range(count):
        trail, picture = [], np.zeros((height, width, 3), np.uint8)
        for world, state in episode(number):
            ego = ego_of(world.scenes[b])
            view = whole(world.scenes[b], width, height) if ego is None else around(state, b, ego, width, height)
            trail += [] if ego is None else [state.position[b, ego, :2].astype(np.float64)]
            been, title = np.array(trail) if trail else None, f"episode {number + 1}"
            picture = draw_top(world, state, b, view=view, ego=ego, trail=been, title=title)
            yield picture
        yield from (picture for _ in range(hold))
