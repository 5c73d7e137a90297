"""A driver that sees pictures: it is saved, loaded and refused, and acts the same bytes again."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from agents.environments import Environments
from agents.imitation import Lessons, look
from agents.measure import EPISODE_SEED, HELD_OUT
from agents.runs import POLICY, RUN, RunError, read_arrays, read_json, write_arrays, write_json
from agents.trained import load_driver
from renderers.assemble import StageBuilder
from renderers.raster import RasterRenderer
from renderers.views import resolve_camera
from scenes.cameras import DASH
from scenes.types import Camera, CameraChain
from skidpad.camera import FAST
from skidpad.seeing import Look, load_seeing, train_camera
from skidpad.takes import episode

pytestmark = pytest.mark.untraced  # many samples: see CONTRIBUTING.md

LESSONS = Lessons(envs=3, rounds=2, epochs=1, last_epochs=1, batch=8)
LOOK = Look(32, 24, 60.0)


def taught(folder: Path) -> Path:
    train_camera("Crossing", folder, 24, lessons=LESSONS, look=LOOK, pool=2, episodes=1, seed=4)
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return taught(tmp_path_factory.mktemp("seeing") / "run")


def test_equal_seeds_teach_equal_drivers_and_finished_runs_are_kept(run: Path, tmp_path: Path) -> None:
    again = taught(tmp_path / "again")
    assert (again / POLICY).read_bytes() == (run / POLICY).read_bytes()
    assert read_json(run / "evaluation.json", "run folder")["drivers"]["camera"]["rates"]["success"]["of"] == 1
    with pytest.raises(RunError, match="finished"):
        taught(again)
    with pytest.raises(RunError, match=r"frames: the run there has 24, not 30"):
        train_camera("Crossing", again, 30, lessons=LESSONS, look=LOOK, pool=2, episodes=1, seed=4)


def test_a_loaded_driver_acts_the_same_alone_and_in_a_batch(run: Path) -> None:
    driver = load_seeing(run)
    core = Environments("crossing-practice", 3, pool=2)
    core.reset(1)
    pictures = look(core, driver.observer, np.arange(3))
    assert pictures.shape == (3, 24, 32)
    together = driver.actions(pictures)
    assert (np.abs(together) <= 1.0).all()
    assert np.array_equal(together, np.concatenate([driver.actions(one[None]) for one in pictures]))
    assert np.array_equal(together, load_seeing(run)(core, 0)[:, 0])


def test_its_episodes_are_played(run: Path) -> None:
    core = Environments("crossing-practice", 1, scene_seed=HELD_OUT, autoreset=False, first=2)
    core.reset(EPISODE_SEED)
    driver = load_seeing(run)
    for step in range(6):
        core.step(driver(core, step))
    played = episode(run, 2, 0.65)
    assert len(played.states) == 7
    assert np.array_equal(played.states[-1].position, core.state(0).position)


def test_broken_and_foreign_folders_are_refused(run: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no such run folder"):
        load_seeing(tmp_path / "nowhere")
    with pytest.raises(RunError, match="this version drives with ego"):
        load_driver(run)
    broken = shutil.copytree(run, tmp_path / "broken")
    recipe, arrays = read_json(broken / RUN, "run folder"), read_arrays(broken / POLICY, "run folder")
    for view in (None, {"name": "ego"}, recipe["view"] | {"width": 3}, recipe["view"] | {"fov": "wide"}):
        write_json(broken / RUN, recipe | {"view": view})
        with pytest.raises(RunError, match="view"):
            load_seeing(broken)
    write_json(broken / RUN, recipe)
    for name, value in (("head.0.bias", np.zeros(3, np.float32)), ("head.2.bias", np.full(2, np.nan, np.float32))):
        write_arrays(broken / POLICY, arrays | {name: value})
        with pytest.raises(RunError, match=name):
            load_seeing(broken)
    (broken / POLICY).write_bytes(b"no arrays")
    with pytest.raises(RunError, match="not safetensors"):
        load_seeing(broken)


def test_coarse_stages_look_like_fine_ones() -> None:
    core = Environments("crossing-practice", 1, pool=1)
    core.reset(0)
    scene, state = core.scene(0), core.state(0)
    mount = scene.actors[core.egos(0)[0]].id
    camera = Camera(0, 64, 48, 46.0, np.array([DASH, 0.0, 1.35]), 0.0, -0.07, 0.0, CameraChain(), mount)
    view, renderer = resolve_camera(camera, scene, state), RasterRenderer(FAST)
    coarse, fine = (renderer.render(StageBuilder(scene, k).at(state, view, mount)[0], view) for k in (True, False))
    assert (np.abs(1.0 / coarse.depth - 1.0 / fine.depth) <= 0.02 / fine.depth + 1e-4).mean() > 0.95
    assert np.abs(coarse.rgb - fine.rgb).mean() < 0.05 * fine.rgb.mean()
