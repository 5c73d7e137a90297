"""Training goes on to the bit, run folders are checked, a trained driver answers the same alone and in a batch."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from agents.environments import Environments
from agents.network import Network
from agents.runs import POLICY, RUN, RunError, network_arrays, network_from, read_arrays, write_arrays, write_json
from agents.trained import load_driver
from agents.training import Settings, train
from sim.egoview import SIZE, VERSION

RECIPE = {"scene": "crossing-practice", "view": {"name": "ego", "version": VERSION, "size": SIZE}}
SETTINGS = Settings(envs=6, rollout=16, batch=48, epochs=2, hidden=(16, 16))
ROLLOUT = SETTINGS.envs * SETTINGS.rollout


def run(folder: Path, steps: int, **more: object) -> None:
    from agents.sb3 import DriveVecEnv

    env = DriveVecEnv(Environments("crossing-practice", SETTINGS.envs, pool=3))
    train(env, folder, steps, recipe=RECIPE, settings=SETTINGS, seed=3, **more)  # type: ignore[arg-type]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four rollouts in one go."""
    folder = tmp_path_factory.mktemp("runs") / "straight"
    run(folder, 4 * ROLLOUT)
    return folder


def test_twice_n_steps_are_2n_steps(straight: Path, tmp_path: Path) -> None:
    folder = tmp_path / "halves"
    run(folder, 2 * ROLLOUT)
    first = digest(folder / POLICY)
    run(folder, 4 * ROLLOUT)
    assert digest(folder / POLICY) == digest(straight / POLICY) != first
    rows = (folder / "progress.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in rows] == ["steps", *(str(k * ROLLOUT) for k in range(1, 5))]


def test_a_killed_training_goes_on_from_its_checkpoint(straight: Path, tmp_path: Path) -> None:
    class Killed(Exception):
        pass

    def kill(model: object, rollouts: int) -> None:
        if rollouts == 3:
            raise Killed

    folder = tmp_path / "killed"
    with pytest.raises(Killed):
        run(folder, 4 * ROLLOUT, checkpoint_every=2, on_rollout=kill)
    run(folder, 4 * ROLLOUT)
    assert digest(folder / POLICY) == digest(straight / POLICY)


def test_another_training_is_not_gone_on_with(straight: Path) -> None:
    from agents.sb3 import DriveVecEnv

    env = DriveVecEnv(Environments("crossing-practice", SETTINGS.envs, pool=3))
    with pytest.raises(RunError, match=r"seed: the run there has 3, not 4"):
        train(env, straight, 9, recipe=RECIPE, settings=SETTINGS, seed=4)
    other = Settings(envs=6, rollout=16, batch=48, epochs=2, hidden=(16, 16), discount=0.9)
    with pytest.raises(RunError, match=r"settings.discount: the run there has 0.995, not 0.9"):
        train(env, straight, 9, recipe=RECIPE, settings=other, seed=3)


def test_the_network_is_the_learners(straight: Path) -> None:
    import torch
    from safetensors.torch import load_file

    arrays = load_file(straight / "checkpoint.safetensors")
    views = torch.rand(5, SIZE) * 2 - 1
    hidden = views
    for k in (0, 2):
        name = f"net.mlp_extractor.policy_net.{k}"
        hidden = torch.tanh(hidden @ arrays[f"{name}.weight"].T + arrays[f"{name}.bias"])
    wanted = hidden @ arrays["net.action_net.weight"].T + arrays["net.action_net.bias"]
    found = load_driver(straight).network(views.numpy())
    assert np.allclose(found, wanted.numpy(), atol=1e-5)


def test_a_driver_answers_the_same_alone_and_in_a_batch(straight: Path) -> None:
    driver = load_driver(straight)
    views = np.random.default_rng(0).uniform(-1, 1, (64, 3, SIZE)).astype(np.float32)
    batch, _ = driver.act(views, None)
    for b in (0, 17, 63):
        alone, _ = driver.act(views[b : b + 1], None)
        assert np.array_equal(alone[0], batch[b])


def test_broken_run_folders_are_refused_with_one_clear_error(straight: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"no such run folder"):
        load_driver(tmp_path / "nothing")
    folder = tmp_path / "run"
    folder.mkdir()
    with pytest.raises(RunError, match=r"run\.json: no such file"):
        load_driver(folder)
    (folder / RUN).write_text("{\n oops")
    with pytest.raises(RunError, match=r"run\.json:2: not JSON"):
        load_driver(folder)
    content = json.loads((straight / RUN).read_text())
    write_json(folder / RUN, {**content, "format": 99})
    with pytest.raises(RunError, match=r"format: 99 cannot be read"):
        load_driver(folder)
    write_json(folder / RUN, {**content, "view": {"name": "ego", "version": 0, "size": SIZE}})
    with pytest.raises(RunError, match=r"view: .*'version': 0"):
        load_driver(folder)
    write_json(folder / RUN, content)
    (folder / POLICY).write_bytes((straight / POLICY).read_bytes()[:200])
    with pytest.raises(RunError, match=r"not safetensors"):
        load_driver(folder)
    arrays = read_arrays(straight / POLICY, "run")
    write_arrays(folder / POLICY, {**arrays, "actor.1.bias": np.full(16, np.nan, np.float32)})
    with pytest.raises(RunError, match=r"actor.1: holds values that are not finite"):
        load_driver(folder)
    write_arrays(folder / POLICY, {**arrays, "actor.1.weight": np.zeros((16, 4), np.float32)})
    with pytest.raises(RunError, match=r"actor.1: shapes do not fit"):
        load_driver(folder)


def test_networks_come_back_as_they_were_written(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    weights = tuple(rng.normal(size=shape).astype(np.float32) for shape in ((8, 5), (2, 8)))
    network = Network(weights, (np.zeros(8, np.float32), np.ones(2, np.float32)), np.full(2, 0.3, np.float32))
    write_arrays(tmp_path / "a.safetensors", network_arrays(network))
    again = network_from(read_arrays(tmp_path / "a.safetensors", "run"), tmp_path)
    assert again.sizes == (5, 8, 2)
    assert np.array_equal(again(np.ones((1, 5), np.float32)), network(np.ones((1, 5), np.float32)))


def test_a_trained_driver_drives_in_generated_data(
    straight: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import skidpad

    monkeypatch.chdir(tmp_path)
    shutil.copytree(straight, tmp_path / "runs" / "x")
    scene = tmp_path / "scene.yaml"
    text = "format: 1\nroads: {length: 80}\nstart_time: 2\nvehicles: {driver: %s}\ncameras: [{width: 96, height: 64}]\n"
    manifests = {}
    for name in ("rule", "runs/x"):
        scene.write_text(text % name)
        folder = skidpad.generate(scene, tmp_path / name.replace("/", "-"), 2, seed=1)
        manifests[name] = json.loads((folder / "manifest.json").read_text())
    assert manifests["runs/x"]["inputs"] == {"runs/x": digest(straight / POLICY)}
    pictures = [{n: d for n, d in m["files"].items() if n.startswith("images/")} for m in manifests.values()]
    assert pictures[0] != pictures[1]
    scene.write_text(text % "runs/y")
    with pytest.raises(RunError, match=r"runs/y: no such run folder"):
        skidpad.generate(scene, tmp_path / "none", 1)
    assert not (tmp_path / "none").exists()
    scene.write_text(text % "../runs/x")
    with pytest.raises(skidpad.SceneError, match=r"scene.yaml:4 .*rule, constant, bus, runs/NAME"):
        skidpad.load(scene)


def test_a_film_and_a_report_show_a_trained_driver(straight: Path, tmp_path: Path) -> None:
    import skidpad
    from agents.measure import measure
    from transfer.drives import summary_of
    from transfer.report_agent import agent_section, read_agent

    folder = tmp_path / "run"
    shutil.copytree(straight, folder)
    with pytest.raises(ValueError, match=r"--agent: .*run holds no finished training"):
        read_agent(folder)
    rate = {"share": 0.25, "low": 0.1, "high": 0.5, "count": 5}
    rates = dict.fromkeys(("success", "person_hit", "collision", "off_road", "red_light", "timeout"), rate)
    drivers = {"trained": {"rates": rates}, "rule": {"rates": rates}}
    write_json(folder / "evaluation.json", {"scene": "crossing-practice", "episodes": 20, "drivers": drivers})
    skidpad.play(folder, folder / "film.gif", seconds=0.5, sample=2)
    film = (folder / "film.gif").read_bytes()
    page = agent_section(read_agent(folder))
    assert page.count("25.0%") == 12 and "data:image/gif;base64," in page and "<polyline" in page
    assert "PDM score" not in page  # of a version without metrics
    figures = summary_of(measure("crossing-practice", "rule", episodes=4, pool=2).metrics)
    measured = {name: row | {"metrics": figures} for name, row in drivers.items()}
    write_json(folder / "evaluation.json", {"scene": "crossing-practice", "episodes": 4, "drivers": measured})
    page = agent_section(read_agent(folder))
    assert page.count("25.0%") == 12 and "<td>PDM score</td>" in page and page.count("<td>4</td>") == 2
    skidpad.play(folder, folder / "again.gif", seconds=0.5, sample=2)
    assert (folder / "again.gif").read_bytes() == film
    with pytest.raises(ValueError, match=r"--driver, --follow: .*its own driver plays"):
        skidpad.play(folder, tmp_path / "x.gif", driver="rule")
