"""A run of a scene to look at: from above, through a camera, or both; as a film, in a window, or in other viewers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from agents.recording import ENDING, Sample, write_recording
from agents.runs import FORMAT, write_json
from renderers.assemble import StageBuilder
from scenes.cameras import focal_of
from scenes.catalogue import choose_packs
from scenes.equip import equipped
from scenes.files import load
from scenes.types import Camera, CameraChain
from skidpad import takes
from skidpad.film import check_film, counted, write_film
from skidpad.render import shoot
from skidpad.rerun_file import check_rerun, write_rerun
from skidpad.takes import Run
from skidpad.topview import around, draw_top
from skidpad.topview_paint import Picture, Viewport, fit
from skidpad.window import check_display, show
from transfer.drives import lines_of, summary_of

Draw = Callable[[int], Picture]  # picture of a frame number


def play(
    file: str | Path,
    out: str | Path | None = None,
    *,
    record: str | Path | None = None,
    rerun: str | Path | None = None,
    metrics: str | Path | None = None,
    view: str = "top",
    seconds: float | None = None,
    fps: float = 10.0,
    sample: int = 0,
    seed: int = 0,
    follow: str | None = None,
    driver: str | None = None,
    assets: str = "auto",
    on_progress: Callable[[int, int], None] | None = None,
) -> list[str]:
    """Simulate a sample of a scene, or play a recording again, and show it.

    Args:
        file: scene file or library name, or the run folder of a training: its driver plays episode `sample` of the
            held-out scenes that `skidpad train` measures it in; every picture is a step of 0.1 s. Or a recording, of
            which every state is compared with what it was.
        out: film to write, .mp4 or .gif; None shows a window, unless another file is asked for.
        record: recording to write, .run.
        rerun: recording for the Rerun viewer to write, .rrd.
        metrics: metrics of the run's drives to write, .json.
        view: `top`, `camera` or `both`.
        seconds: length of the film; None = 10 s, of a recording all of it.
        fps: pictures per second.
        sample: number of the sample; of a recording of environments the world that is shown.
        seed: any integer.
        follow: id of an actor, `ego`, or `all`; None is the ego where there is one, and the scene's own camera.
        driver: of all moving vehicles, see `skidpad.drivers`; None = as the scene says.
        assets: see `scenes.catalogue.choose_packs`.
        on_progress: called with (pictures, all).

    Returns:
        What there is to say: that a recording came out as it was, and the table of metrics, line by line.

    Raises:
        SceneError: the scene file is wrong.
        ValueError: an argument or a recording is wrong.
        RuntimeError: a library or a display is missing.
        OSError: a file cannot be read or written.
    """
    check_outputs(file, {"--record": (record, ENDING), "--rerun": (rerun, ".rrd"), "--metrics": (metrics, ".json")})
    if out is not None:
        check_film(Path(out), fps)
    elif record is rerun is metrics is None:
        check_display()
    if rerun is not None:
        check_rerun(Path(rerun))
    run = run_of(
        file, sample=sample, seed=seed, seconds=seconds, fps=fps, follow=follow, driver=driver, assets=assets,
        recorded=record is not None,
    )  # fmt: skip
    said = [f"{file}: {run.recording.told}"] if run.recording and is_recording(file) else []
    if record is not None and run.recording is not None:
        write_recording(run.recording, Path(record))
    if rerun is not None:
        write_rerun(Path(rerun), run)
    if metrics is not None:
        summary = summary_of(run.measure())
        write_json(Path(metrics), {"format": FORMAT, "of": str(file), "metrics": summary})
        said += lines_of({Path(file).stem: summary})
    if out is not None:
        draw = VIEWS[view](run)
        count = len(run.states)
        write_film(out, counted(map(draw, range(count)), count, on_progress), fps)
    elif record is rerun is metrics is None:
        show(f"skidpad play {file}", {name: make(run) for name, make in VIEWS.items()}, view, len(run.states), fps)
    return said


def run_of(
    file: str | Path, *, sample: int, seed: int, seconds: float | None, fps: float, follow: str | None,
    driver: str | None, assets: str, recorded: bool,
) -> Run:  # fmt: skip
    """The run that `play` shows; see there."""
    if is_recording(file):
        if driver is not None or seed:
            raise ValueError(f"--driver, --seed: {file} is a recording, which plays as it was")
        return takes.replayed(Path(file), sample, seconds, fps, follow, choose_packs(assets))
    seconds = takes.SECONDS if seconds is None else seconds
    if Path(file).is_dir():
        if driver is not None or follow not in (None, "ego", "all"):
            raise ValueError(f"--driver, --follow: {file} is a run folder; its own driver plays, and is followed")
        return takes.episode(Path(file), sample, seconds, everybody=follow == "all")
    scene = equipped(load(file).sample(sample, seed=seed), choose_packs(assets))
    setup = Sample(str(file), sample, seed, driver) if recorded else None
    return takes.simulate(scene, seconds, fps, follow, driver, setup)


def is_recording(file: str | Path) -> bool:
    """Whether a file is a recording by its name; run folders may be called anything."""
    return Path(file).suffix == ENDING and not Path(file).is_dir()


def check_outputs(file: str | Path, outputs: Mapping[str, tuple[str | Path | None, str]]) -> None:
    """Refuse files that cannot be written, before anything is simulated.

    Args:
        file: what is played.
        outputs: option to file and the ending that it must have.

    Raises:
        ValueError: a wrong ending, or a recording of a recording.
        OSError: there is no such folder.
    """
    for option, (out, ending) in outputs.items():
        if out is None:
            continue
        if Path(out).suffix != ending:
            raise ValueError(f"{option} {out}: the ending {Path(out).suffix!r} is not {ending}")
        if not Path(out).resolve().parent.is_dir():
            raise FileNotFoundError(2, "no such folder", str(Path(out).parent))
        if option == "--record" and is_recording(file):
            raise ValueError(f"--record {out}: {file} is a recording already")


def top_view(run: Run, width: int = 640, height: int = 480) -> Draw:
    """Draw frames from above."""
    track = np.array([state.position[0, :, :2] for state in run.states], np.float64)  # (frames, A, 2)
    alive = np.array([state.alive[0] for state in run.states])
    everybody = fit(track[alive] if alive.any() else np.zeros((1, 2)), width, height)

    def draw(k: int) -> Picture:
        state, ego = run.states[k], run.ego
        view: Viewport = around(state, 0, ego, width, height) if run.near and ego is not None else everybody
        trail = None if ego is None else track[: k + 1, ego]
        return draw_top(run.world, state, 0, view=view, ego=ego, trail=trail)

    return draw


def camera_view(run: Run) -> Draw:
    """Draw frames through the scene's first camera, as `skidpad generate` does, or from behind the ego."""
    builder = StageBuilder(run.scene)

    def draw(k: int) -> Picture:
        return shoot(builder, camera_at(run, k), run.states[k], k).picture

    return draw


def both_views(run: Run) -> Draw:
    """Draw both, the map on the left as large as the camera's picture."""
    through, camera = camera_view(run), camera_at(run, 0)
    above = top_view(run, camera.width, camera.height)
    return lambda k: np.asarray(np.concatenate([above(k), through(k)], axis=1), np.uint8)


VIEWS: dict[str, Callable[[Run], Draw]] = {"top": top_view, "camera": camera_view, "both": both_views}


def camera_at(run: Run, k: int, width: int = 480, height: int = 360) -> Camera:
    """The scene's first camera, or a clean one behind and above the ego in frame k."""
    if not run.chase or run.ego is None:
        return run.scene.cameras[0]
    state, (length, _, tall) = run.states[k], run.scene.actors[run.ego].size
    heading, back = float(state.heading[0, run.ego]), 4.0 + 0.9 * length
    offset = np.array([-back * math.cos(heading), -back * math.sin(heading), tall + 1.4])
    place = state.position[0, run.ego].astype(np.float64) + offset
    return Camera(-1, width, height, focal_of(width, 62.0), place, heading, -0.2, 0.0, CameraChain())
