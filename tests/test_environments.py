"""Batched environments: contracts of their faces, exact repetition, outcomes, rewards, drivers without training."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import skidpad
from agents.environments import Environments
from agents.episodes import VARIED, Randomisation
from agents.judging import OUTCOMES, TIMEOUT
from agents.measure import Rate, measure
from agents.rewards import TERMS, Weights
from scenes.errors import SceneError
from scenes.files import load
from tests.sizes import size

ROOT = Path(__file__).resolve().parent.parent
SCENES = ("crossing-practice", "junction-practice")
EPISODES, POOL = size((100, 16), (300, 48))


def digest(core: Environments, steps: int, world: int = 0) -> str:
    """Hash of what world `world` of a core sees and gets for mixed actions."""
    text = hashlib.sha256(np.ascontiguousarray(core.reset(3)[world]).tobytes())
    for k in range(steps):
        actions = core.rule_actions()
        actions[..., 1] += 0.4 * np.sin(0.1 * k)
        actions[..., 0] += 0.5 * np.sin(0.03 * k)
        step = core.step(actions)
        for part in (step.observations, step.rewards, step.terms, step.terminated, step.truncated):
            text.update(np.ascontiguousarray(part[world]).tobytes())
    return text.hexdigest()


@pytest.mark.parametrize("name", ["skidpad/Drive-v0", "skidpad/Crossing-v0"])
def test_the_checkers_of_gymnasium_and_stable_baselines3_pass(name: str) -> None:
    from stable_baselines3.common.env_checker import check_env as check_for_sb3

    env = gymnasium.make(name, pool=2).unwrapped
    check_env(env, skip_render_check=True)
    check_for_sb3(env)


def test_any_scene_file_is_an_environment_and_mistakes_are_named() -> None:
    env = gymnasium.make("skidpad:skidpad/Scene-v0", scene="street", pool=1)
    env.reset(seed=0)
    _, reward, _, _, info = env.step(env.action_space.sample())
    assert reward == pytest.approx(sum(info[name] for name in TERMS), abs=1e-6)
    assert {f"skidpad/{name}-v0" for name in ("Drive", "Crossing", "Scene")} == set(skidpad.ENVIRONMENTS)
    with pytest.raises(SceneError, match=r"nosuch\.yaml: no such file"):
        gymnasium.make("skidpad/Scene-v0", scene="nosuch.yaml")
    with pytest.raises(ValueError, match="scene: give a scene file"):
        gymnasium.make("skidpad/Scene-v0")
    with pytest.raises(gymnasium.error.NameNotFound, match="Drive"):
        gymnasium.make("skidpad/Driv-v0")
    with pytest.raises(SceneError, match="no moving vehicle"):
        Environments("pavement", pool=1)


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("controlled", ["ego", "cars"])
def test_a_world_is_the_same_alone_and_in_a_batch(scene: str, controlled: Any) -> None:
    many = Environments(scene, 5, controlled=controlled, pool=3, randomise=VARIED, time_limit=12.0)
    alone = Environments(scene, 1, controlled=controlled, pool=3, randomise=VARIED, time_limit=12.0, first=3)
    assert digest(many, 250, world=3) == digest(alone, 250) != digest(many, 250, world=2)


SCRIPT = """
from tests.test_environments import Environments, digest
core = Environments("junction-practice", 64, pool=3, controlled="cars", time_limit=12.0)
assert core.threads == {threads}
print(digest(core, 200, slice(None)))
"""


def test_one_thread_and_two_give_the_same() -> None:
    found = []
    for threads in (1, 2):
        environment = os.environ | {"NUMBA_NUM_THREADS": str(threads)}
        script = SCRIPT.format(threads=threads)
        run = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stderr
        found.append(run.stdout)
    assert found[0] == found[1] and len(found[0]) > 60


def test_automatic_resets_are_repeated_exactly_and_the_last_observation_is_kept() -> None:
    env = gymnasium.make_vec(
        "skidpad/Crossing-v0", num_envs=8, vectorization_mode="vector_entry_point", pool=3, time_limit=4.0
    )
    mode = env.metadata["autoreset_mode"]
    assert mode is gymnasium.vector.AutoresetMode.SAME_STEP
    runs = []
    for _ in range(2):
        text = hashlib.sha256(env.reset(seed=11)[0].tobytes())
        ended = 0
        for _ in range(100):
            seen, rewards, terminated, truncated, infos = env.step(np.zeros((8, 2), np.float32))
            text.update(seen.tobytes() + rewards.tobytes())
            done = terminated | truncated
            assert not (terminated & truncated).any()
            if done.any():
                assert np.array_equal(infos["_final_obs"], done)
                for e in np.flatnonzero(done):
                    assert not np.array_equal(infos["final_obs"][e], seen[e])
                    text.update(infos["final_obs"][e].tobytes())
                ended += int(done.sum())
        assert ended > 15
        runs.append(text.hexdigest())
    assert runs[0] == runs[1]


def test_terminated_and_truncated_are_told_apart_and_terms_sum_to_the_reward() -> None:
    core = Environments("crossing-practice", 64, pool=8, time_limit=9.0, autoreset=False)
    core.reset(0)
    outcomes = np.zeros(64, int)
    while core.batch.play.active.any():
        step = core.step(np.zeros((64, 1, 2), np.float32))
        assert step.terms.sum(-1) == pytest.approx(step.rewards, abs=1e-5)
        late = step.outcome == TIMEOUT
        assert np.array_equal(step.truncated, late)
        assert np.array_equal(step.terminated, (step.outcome > 0) & ~late)
        assert not step.terms[~step.active].any()
        outcomes[(step.outcome > 0)[:, 0]] = step.outcome[step.outcome > 0]
    assert {OUTCOMES[k] for k in outcomes} == {"person_hit", "success", "timeout"}


def test_events_are_worth_their_weights() -> None:
    weights = Weights(progress=0.0, comfort=0.0, near_miss=0.0, wrong_way=0.0, waiting=0.0)
    core = Environments("junction-practice", 32, pool=4, weights=weights)
    core.reset(1)
    seen = set()
    for _ in range(300):
        step = core.step(np.zeros((32, 1, 2), np.float32))
        for e in np.flatnonzero(step.terminated[:, 0]):
            name = OUTCOMES[step.outcome[e, 0]]
            assert step.rewards[e, 0] == pytest.approx(getattr(weights, name))
            seen.add(name)
    assert {"red_light", "success"} <= seen


def test_a_car_that_steers_away_leaves_the_road() -> None:
    core = Environments("crossing-practice", 4, pool=2, autoreset=False)
    core.reset(0)
    for _ in range(60):
        step = core.step(np.full((4, 1, 2), (0.0, 1.0), np.float32))
        for e in np.flatnonzero(step.outcome[:, 0]):
            assert OUTCOMES[step.outcome[e, 0]] == "off_road"
    assert not core.batch.play.active.any()


def test_constant_speed_hits_people_and_the_rule_based_driver_does_not() -> None:
    constant = measure("crossing-practice", "constant", episodes=EPISODES, pool=POOL)
    rule = measure("crossing-practice", "rule", episodes=EPISODES, pool=POOL)
    assert constant.rates["person_hit"].value >= 0.30
    assert rule.rates["person_hit"].count == 0 and rule.rates["success"].count == EPISODES


def test_rule_based_drivers_pass_the_junction() -> None:
    rule = measure("junction-practice", "rule", episodes=150, pool=32)
    assert rule.rates["success"].value > 0.9 and rule.rates["red_light"].count == 0
    random = measure("junction-practice", "random", episodes=40, pool=4)
    assert random.rates["success"].value < 0.1


def test_an_alert_driver_can_always_avoid_people() -> None:
    """Full braking as soon as somebody is on the crossing or heads to it, else wished speed: nobody is hit."""
    from sim.egoview import FIELDS

    approached, occupied = FIELDS.index("approached"), FIELDS.index("occupied")
    speed, desired, crossing = (FIELDS.index(name) for name in ("speed", "desired_speed", "crossing"))

    def alert(core: Environments, step: int) -> np.ndarray:
        view = core.observations
        near = (view[..., crossing] < 0.62) & ((view[..., approached] > 0) | (view[..., occupied] > 0))  # 16 m
        push = np.where(near, -1.0, np.where(view[..., speed] < view[..., desired], 0.5, 0.0))
        return np.stack([push, np.zeros_like(push)], -1)

    found = measure("crossing-practice", "alert", alert, episodes=EPISODES, pool=POOL)
    assert found.rates["person_hit"].count == 0


def test_people_do_not_block_each_other() -> None:
    core = Environments("junction-practice", 6, pool=6, time_limit=120.0)
    core.reset(0)
    play, tables = core.batch.play, core.pool.tables
    core.batch = core.batch._replace(play=play._replace(autoreset=False))
    still = np.zeros(core.batch.bodies.speed.shape, int)
    for _ in range(900):
        core.step(np.full((6, 1, 2), -1.0, np.float32))  # the ego stands
        walks = core.batch.bodies.alive & ~tables.vehicle[play.scene] & (tables.path[play.scene] >= 0)
        still = np.where(walks & (core.batch.bodies.speed < 0.05), still + 1, 0)
        assert still.max() < 450  # nobody waits longer than a cycle of the lights


def test_randomisation_changes_what_it_says() -> None:
    plain = Environments("crossing-practice", 16, pool=2)
    noisy = Environments("crossing-practice", 16, pool=2, randomise=Randomisation(noise=(0.05, 0.05)))
    difference = noisy.reset(0) - plain.reset(0)
    assert 0.02 < difference.std() < 0.06
    late = Environments("crossing-practice", 16, pool=2, randomise=Randomisation(delay=(3.0, 3.0)))
    brake = np.full((16, 1, 2), (-1.0, 0.0), np.float32)
    late.reset(0), plain.reset(0)
    for k in range(6):
        late.step(brake)
        plain.step(brake)
        egos = late.pool.slots[late.batch.play.scene][:, 0]
        push = late.batch.bodies.acceleration[np.arange(16), egos]
        assert np.allclose(push, 0.0 if k < 3 else -7.0, atol=1e-3), k
    empty = Environments("junction-practice", 8, pool=2, randomise=Randomisation(absent=(1.0, 1.0)))
    empty.reset(0)
    assert empty.batch.bodies.alive.sum() == 8
    with pytest.raises(ValueError, match=r"randomisation delay: \(0.0, 9.0\) is not a range within \[0.0, 3.99\]"):
        Randomisation(delay=(0.0, 9.0))


def test_wilson_intervals() -> None:
    assert Rate(0, 500).interval == pytest.approx((0.0, 0.00762), abs=1e-4)
    assert Rate(250, 500).interval == pytest.approx((0.4564, 0.5436), abs=1e-3)
    assert str(Rate(5, 100)) == "5.0 % [2.2, 11.2]"


def test_the_vec_env_hands_over_every_car_all_the_time() -> None:
    from agents.sb3 import DriveVecEnv

    env = DriveVecEnv(Environments("junction-practice", 4, controlled="cars", pool=2, time_limit=20.0))
    env.seed(3)
    env.reset()
    ended = 0
    for _ in range(300):
        seen, rewards, dones, infos = env.step(0.3 * np.ones((env.num_envs, 2), np.float32))
        assert np.all(np.abs(seen).sum(1) > 0) and rewards.shape == dones.shape
        for i in np.flatnonzero(dones):
            assert {"terminal_observation", "TimeLimit.truncated", "outcome", "terms", "episode"} <= set(infos[i])
            assert infos[i]["episode"]["r"] == pytest.approx(sum(infos[i]["terms"].values()))
            ended += 1
    assert ended > 50
    with pytest.raises(ValueError, match="respawn"):
        DriveVecEnv(Environments("junction-practice", 4, controlled="cars", pool=2, consequence="remove"))


def test_pettingzoo_accepts_the_street() -> None:
    pytest.importorskip("pettingzoo")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # its own tests import its own old names
        from pettingzoo.test import parallel_api_test, parallel_seed_test

    from agents.pettingzoo import StreetEnv

    parallel_api_test(StreetEnv("junction-practice", time_limit=20.0), num_cycles=300)
    parallel_seed_test(lambda: StreetEnv("crossing-practice", time_limit=10.0), num_cycles=60)
    env = StreetEnv()
    env.reset(seed=0)
    kinds = {name.split("_")[0] for name in env.agents}
    assert kinds == {"car", "person"} and len(env.agents) > 10


def test_a_camera_looks_at_what_happens() -> None:
    from skidpad.camera import DashCamera

    env = gymnasium.make("skidpad/Crossing-v0", observer=DashCamera(), pool=2)
    first, _ = env.reset(seed=0)
    assert first.shape == (48, 64, 3) and first.dtype == np.uint8 and first.std() > 10
    again, _ = env.reset(seed=0)
    assert np.array_equal(first, again)
    for _ in range(10):
        seen, *_ = env.step(np.array([0.0, 0.0], np.float32))
    assert not np.array_equal(seen, first)
    assert (seen[-1, :, 0] == 255).sum() > 10


def test_egos_of_scene_files_take_their_turns() -> None:
    turns = set()
    for k in range(8):
        scene = load("junction-practice").sample(k)
        ego = next(actor for actor in scene.actors if actor.id == scene.ego)
        first, last = ego.path[1] - ego.path[0], ego.path[-1] - ego.path[-2]
        turn = np.sign(np.round(first[0] * last[1] - first[1] * last[0], 3))
        assert turn == {"straight": 0.0, "left": 1.0, "right": -1.0}[str(scene.values["ego.turn"])]
        turns.add(turn)
        assert scene.cameras[0].mount == scene.ego
    assert len(turns) == 3


def test_speeding_costs_and_hurrying_does_not_pay() -> None:
    core = Environments("crossing-practice", 8, pool=4)
    core.reset(1)
    speeding, progress = TERMS.index("speeding"), TERMS.index("progress")
    for _ in range(25):
        step = core.step(np.tile(np.float32([1.0, 0.0]), (8, 1, 1)))
        scene, rows = core.batch.play.scene, np.arange(8)
        slots = core.pool.slots[scene, 0]
        wished, speed = core.pool.tables.desired[scene, slots], core.batch.bodies.speed[rows, slots]
        going = ~(step.terminated | step.truncated)[:, 0]
        fast = going & (speed > 1.06 * wished)
        assert (step.terms[fast, 0, speeding] < 0).all() and (
            step.terms[going & (speed < wished), 0, speeding] == 0
        ).all()
        most = Weights().progress * wished * 0.1
        assert step.terms[fast, 0, progress] == pytest.approx(most[fast], rel=1e-3)
    assert fast.any()
