"""Train a driver that sees small pictures, and measure it on held-out scenes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from agents.environments import Environments
from agents.imitation import VERSION, Lessons, SeeingDriver, Teacher, imitate, load_student
from agents.measure import Act, network_actions
from agents.runs import RUN, policy_digest, read_json
from agents.trained import load_driver
from agents.training import Progress
from scenes.files import load
from skidpad.camera import DashCamera
from skidpad.driving import Trained, check_seed, examined, recipe_of, scene_named


@dataclass(frozen=True)
class Look:
    """The dash camera of drivers; grey."""

    width: int = 96  # px
    height: int = 64  # px
    fov: float = 60.0  # degrees: a person 20 m ahead is 7 px tall


def camera_of(view: dict[str, Any]) -> DashCamera:
    """The camera that a run folder describes."""
    return DashCamera(int(view["width"]), int(view["height"]), float(view["fov"]), grey=True)


def load_seeing(folder: str | Path) -> SeeingDriver:
    """Read a driver that sees pictures.

    Raises:
        RunError: the folder is missing, broken, unfinished, or its driver sees something else.
    """
    return load_student(Path(folder), camera_of)


def driver_of(folder: Path) -> Act:
    """What the driver of a run folder does in environments, whether it sees numbers or pictures.

    Raises:
        RunError: the folder is missing, broken, unfinished, or of another version.
    """
    if folder.is_dir():
        view = read_json(folder / RUN, "run folder").get("view")
        if isinstance(view, dict) and view.get("name") == "camera":
            return load_seeing(folder)
    return network_actions(load_driver(folder).network)


def train_camera(
    env: str,
    out: str | Path,
    frames: int,
    *,
    teacher: str | Path | None = None,
    seed: int = 0,
    lessons: Lessons | None = None,
    look: Look | None = None,
    pool: int = 64,
    episodes: int = 150,
    on_progress: Progress | None = None,
) -> Trained:
    """Teach a driver that sees pictures what a driver does that sees the ego's view, and measure it.

    Args:
        env: see `skidpad.driving.scene_named`.
        out: run folder.
        frames: pictures that it learns from.
        teacher: run folder of the driver to imitate; default the rule-based driver.
        seed: of scenes, episodes and learning.
        lessons: how it is taught.
        look: its camera.
        pool: scenes that training draws from.
        episodes: of the evaluation.
        on_progress: called with (frames seen, frames, note).

    Returns:
        The run and how its driver fared beside the others.

    Raises:
        SceneError: the scene file is wrong or has nobody to control.
        RunError: the folder holds another run or a finished one, or the teacher's is broken.
        ValueError: an argument is out of range.
    """
    scene, folder, lessons = scene_named(env), Path(out), lessons or Lessons()
    check_seed(seed)
    decide = teacher_of(teacher)
    taught_by = "rule" if teacher is None else policy_digest(Path(teacher))
    view = {"name": "camera", "version": VERSION, **asdict(look or Look())}
    recipe = recipe_of(scene, load(scene).text, pool=pool, teacher=taught_by) | {"view": view}
    core = Environments(scene, lessons.envs, pool=pool, scene_seed=seed)
    imitate(
        core, camera_of(view), decide, folder, frames, recipe=recipe, lessons=lessons, seed=seed,
        on_progress=on_progress,
    )  # fmt: skip
    if on_progress:
        on_progress(frames, frames, f"{episodes} held-out episodes")
    return examined(folder, scene, "camera", load_seeing(folder), episodes)


def teacher_of(folder: str | Path | None) -> Teacher:
    """The driver of a run folder, or the rule-based one."""
    if folder is None:
        return Environments.rule_actions
    driver = load_driver(Path(folder))
    return lambda core: driver.actions(core.batch.views)
