"""Runs to look at: pictures from above, films that other programs can read, a window, clear errors."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import skidpad
from agents import POLICIES
from scenes.files import load
from scenes.types import Scene
from sim.rollout import rollout
from sim.world import State, World, compile_world
from skidpad.cli import app, main
from skidpad.drivers import driver
from skidpad.film import episodes, strip, write_film
from skidpad.playback import VIEWS
from skidpad.render import render_scene
from skidpad.takes import simulate
from skidpad.topview import around, draw_top, ego_of, whole
from skidpad.topview_actors import BRAKE_LAMP, EGO
from skidpad.topview_paint import Picture, Viewport, display, fit
from skidpad.window import Player, show

TINY = """\
format: 1
roads: {layout: street, length: 60, crossing: zebra}
buildings: {share: 0.4}
vehicles: {spacing: 18}
people: {density: 15}
cameras:
  - {kind: dash, at: -20, width: 96, height: 72}
"""


@pytest.fixture
def tiny(write_scene: Callable[..., Path]) -> Path:
    return write_scene(TINY, "tiny.yaml")


@pytest.fixture(scope="module")
def junction() -> tuple[Scene, World, list[State]]:
    scene = load("junction").sample(0)
    states = rollout([scene], POLICIES["rule"](), [scene.start_time, scene.start_time + 4.0])
    return scene, compile_world([scene]), states


def colour_at(picture: Picture, view: Viewport, point: np.ndarray) -> np.ndarray:
    x, y = view.pixels(point)
    return picture[int(y), int(x)].astype(int)


def near(colour: np.ndarray, wanted: tuple[int, int, int], tolerance: int = 30) -> bool:
    return bool(np.abs(colour - np.array(wanted)).max() <= tolerance)


# ---------------------------------------------------------------- from above


def test_everybody_is_drawn_where_they_are(junction: tuple[Scene, World, list[State]]) -> None:
    scene, world, (state, _) = junction
    ego = ego_of(scene)
    assert ego is not None
    view = around(state, 0, ego)
    nobody = State(**{**vars(state), "alive": np.zeros_like(state.alive)})
    full, empty = draw_top(world, state, view=view, ego=ego), draw_top(world, nobody, view=view)
    assert full.shape == (480, 640, 3) and full.dtype == np.uint8
    seen = 0
    for k, actor in enumerate(scene.actors):
        place = state.position[0, k, :2].astype(np.float64)
        if state.alive[0, k] and view.sees(place, -2.0):
            assert not near(colour_at(full, view, place), tuple(colour_at(empty, view, place)), 5), actor
            seen += 1
    assert seen > 5
    assert near(colour_at(full, view, state.position[0, ego, :2]), EGO)


def test_a_viewport_maps_metres_to_pixels() -> None:
    view = Viewport(640, 480, 10.0, (3.0, -2.0))
    assert view.pixels(np.array([3.0, -2.0])).tolist() == [320.0, 240.0]
    assert view.pixels(np.array([4.0, -1.0])).tolist() == [330.0, 230.0]  # east is right, north is up
    points = np.array([[-50.0, 0.0], [30.0, 20.0]])
    shown = fit(points, 640, 480).pixels(points)
    assert (shown > 0).all() and (shown < [640, 480]).all()


def test_the_ground_moves_with_the_viewport(junction: tuple[Scene, World, list[State]]) -> None:
    _, world, (state, _) = junction
    nobody = State(**{**vars(state), "alive": np.zeros_like(state.alive)})
    one = draw_top(world, nobody, view=Viewport(300, 300, 10.0, (0.0, 0.0)))
    other = draw_top(world, nobody, view=Viewport(300, 300, 10.0, (2.0, 1.0)))
    a, b = one[60:260, 60:280].astype(int), other[70:270, 40:260].astype(int)
    assert np.abs(a - b).mean() < 0.5


def test_signals_glow_in_the_colour_that_their_plan_shows(junction: tuple[Scene, World, list[State]]) -> None:
    scene, world, states = junction
    lamps = {"red": 0, "green": 1}
    seen = set()
    for state in states:
        for signal in scene.signals:
            lit = signal.lit_at(float(state.time[0]))
            view = Viewport(64, 64, 12.0, (float(signal.position[0]), float(signal.position[1])))
            colour = colour_at(draw_top(world, state, view=view), view, signal.position[:2])
            if lit in lamps:
                assert int(colour.argmax()) == lamps[lit]
                seen.add(lit)
    assert seen == {"red", "green"}


def test_brakes_light_up(junction: tuple[Scene, World, list[State]]) -> None:
    scene, world, (state, _) = junction
    ego = ego_of(scene)
    assert ego is not None

    def red(acceleration: float) -> int:
        pushed = State(**{**vars(state), "acceleration": np.full_like(state.acceleration, acceleration)})
        picture = draw_top(world, pushed, view=around(pushed, 0, ego, 100, 100, span=8.0), ego=ego)
        return int((np.abs(picture.astype(int) - BRAKE_LAMP).max(-1) < 20).sum())

    assert red(-3.0) > red(0.5) + 20


def test_pictures_depend_on_nothing_but_the_state(tiny: Path) -> None:
    def digest() -> str:
        run = simulate(load(tiny).sample(1, seed=2), 0.3, 10.0, None, "rule")
        pictures = [draw(run)(k) for draw in VIEWS.values() for k in range(3)]
        return hashlib.sha256(b"".join(picture.tobytes() for picture in pictures)).hexdigest()

    assert digest() == digest()


def test_the_whole_scene_fits(junction: tuple[Scene, World, list[State]]) -> None:
    scene, world, (state, _) = junction
    view = whole(scene)
    lanes = np.concatenate([lane.centre for lane in scene.roads.lanes])
    assert view.sees(lanes, 0.0).all()
    assert draw_top(world, state).shape == (480, 640, 3)


def test_world_b_of_a_batch_looks_like_the_world_alone(tiny: Path) -> None:
    scenes = [load(tiny).sample(k) for k in (0, 1)]
    times = [scenes[0].start_time]
    together, alone = rollout(scenes, POLICIES["rule"](), times)[0], rollout(scenes[1:], POLICIES["rule"](), times)[0]
    view = whole(scenes[1])
    a = draw_top(compile_world(scenes), together, 1, view=view)
    assert (a == draw_top(compile_world(scenes[1:]), alone, 0, view=view)).all()


# ---------------------------------------------------------------- through cameras


def test_the_camera_view_is_the_picture_of_a_dataset(tiny: Path) -> None:
    run = simulate(load(tiny).sample(0), 0.2, 10.0, None, "rule")
    picture = VIEWS["camera"](run)(1)
    shot = render_scene(run.scene, frames=2)[1]
    again = np.asarray(cv2.imdecode(np.frombuffer(shot.jpeg, np.uint8), cv2.IMREAD_COLOR))[..., ::-1]
    assert np.abs(again.astype(int) - picture).mean() < 6.0
    both = VIEWS["both"](run)(1)
    assert both.shape == (72, 192, 3) and (both[:, 96:] == picture).all()


def test_a_followed_actor_is_seen_from_behind(tiny: Path) -> None:
    scene = load(tiny).sample(0)
    ego = ego_of(scene)
    number = next(str(a.id) for k, a in enumerate(scene.actors) if a.behaviour == "drive" and k != ego)
    run = simulate(scene, 0.1, 10.0, number, "rule")
    assert run.chase and run.ego is not None and str(scene.actors[run.ego].id) == number
    assert VIEWS["camera"](run)(0).shape == (360, 480, 3)
    everybody = simulate(scene, 0.1, 10.0, "all", "rule")
    assert not everybody.chase and not everybody.near


# ---------------------------------------------------------------- films


def moving_square(count: int, height: int = 60, width: int = 80) -> Iterator[Picture]:
    for k in range(count):
        picture = np.full((height, width, 3), (40, 90, 160), np.uint8)
        picture[20:40, 5 + 4 * k : 25 + 4 * k] = (230, 40, 40)
        yield picture


def read_back(path: Path) -> list[Picture]:
    if path.suffix == ".gif":
        with Image.open(path) as film:
            pictures = []
            for k in range(getattr(film, "n_frames", 1)):
                film.seek(k)
                pictures.append(np.asarray(film.convert("RGB")))
            return pictures
    film, pictures = cv2.VideoCapture(str(path)), []
    while True:
        more, picture = film.read()
        if not more:
            return pictures
        pictures.append(np.asarray(picture[..., ::-1]))


@pytest.mark.parametrize("ending", [".mp4", ".gif"])
def test_films_can_be_read_by_others(ending: str, tmp_path: Path) -> None:
    out = tmp_path / f"film{ending}"
    write_film(out, moving_square(12), 10.0)
    pictures = read_back(out)
    assert len(pictures) == 12
    for picture, wanted in zip(pictures, moving_square(12), strict=True):
        assert picture.shape == wanted.shape and np.abs(picture.astype(int) - wanted).mean() < 6.0
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_a_gif_keeps_its_time_and_an_odd_film_grows_by_a_pixel(tmp_path: Path) -> None:
    write_film(tmp_path / "a.gif", moving_square(9), 30.0)
    with Image.open(tmp_path / "a.gif") as film:
        total = 0
        for k in range(film.n_frames):
            film.seek(k)
            total += film.info["duration"]
    assert total == 300
    write_film(tmp_path / "a.mp4", moving_square(3, 61, 81), 10.0)
    assert {picture.shape for picture in read_back(tmp_path / "a.mp4")} == {(62, 82, 3)}


@pytest.mark.parametrize("ending", [".mp4", ".gif"])
@pytest.mark.parametrize("problem", [KeyboardInterrupt, ValueError])
def test_a_film_that_is_stopped_leaves_nothing(ending: str, problem: type[BaseException], tmp_path: Path) -> None:
    def stopped() -> Iterator[Picture]:
        yield from moving_square(5)
        raise problem

    with pytest.raises(problem):
        write_film(tmp_path / f"film{ending}", stopped(), 10.0)
    assert list(tmp_path.iterdir()) == []


def test_a_strip_shows_pictures_and_times_in_a_row() -> None:
    row = strip(list(moving_square(3)), [0.0, 1.5, 3.0], height=60, gap=4)
    assert row.shape == (80, 3 * 84 - 4, 3)
    for k, picture in enumerate(moving_square(3)):
        assert (row[:60, 84 * k : 84 * k + 80] == picture).all()
        assert (row[60:, 84 * k : 84 * k + 80] < 128).any()  # the time below


def test_episodes_are_filmed_one_after_the_other(tiny: Path) -> None:
    def episode(number: int) -> Iterator[tuple[World, State]]:
        scene = load(tiny).sample(number)
        world = compile_world([scene])
        yield from ((world, state) for state in rollout([scene], POLICIES["rule"](), [0.1, 0.2, 0.3]))

    pictures = list(episodes(episode, 2, width=160, height=120, hold=2))
    assert len(pictures) == 2 * (3 + 2) and {picture.shape for picture in pictures} == {(120, 160, 3)}
    assert (pictures[2] == pictures[4]).all() and (pictures[4] != pictures[5]).any()


# ---------------------------------------------------------------- the command


def test_the_command_writes_films(tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "film.mp4"
    words = ["play", str(tiny), "--out", str(out), "--seconds", "0.6", "--view", "both", "--driver", "constant"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0 and result.output.splitlines()[-1] == str(out)
    assert [picture.shape for picture in read_back(out)] == [(72, 192, 3)] * 6
    skidpad.play(tiny, tmp_path / "b.gif", seconds=0.3, follow="all")
    assert [picture.shape for picture in read_back(tmp_path / "b.gif")] == [(480, 640, 3)] * 3


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["--out", "film.avi"], ("film.avi", ".mp4, .gif")),
        (["--out", "nowhere/film.mp4"], ("nowhere", "no such folder")),
        (["--out", "film.gif", "--fps", "60"], ("60", "50")),
        (["--out", "film.mp4", "--driver", "ruel"], ("ruel", "rule, constant", 'did you mean "rule"')),
        (["--out", "film.mp4", "--follow", "999"], ("999", "ids are 1 to")),
        ([], ("display", "--out")),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(
    words: list[str], parts: tuple[str, ...], tiny: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tiny.parent)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.argv", ["skidpad", "play", tiny.name, *words])
    with pytest.raises(SystemExit) as stop:
        main()
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("skidpad: ")]
    assert stop.value.code == 2 and len(lines) == 1 and all(part in lines[0] for part in parts)
    assert [path.name for path in tiny.parent.iterdir()] == [tiny.name]


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skidpad.film.find_spec", lambda name: None)
    with pytest.raises(RuntimeError, match=r"skidpad\[film\].*\.gif"):
        write_film(tmp_path / "film.mp4", moving_square(2), 10.0)


def test_drivers_have_names() -> None:
    assert all(driver(name) == policy() for name, policy in POLICIES.items())


# ---------------------------------------------------------------- the window


def test_keys_of_the_window() -> None:
    player = Player(("top", "camera"), "top", 20)
    assert player.wait(3.5).frame == 3.5
    assert player.wait(99.0) == Player(("top", "camera"), "top", 20, 19.0, running=False)
    paused = player.wait(3.5).press("space")
    assert not paused.running and paused.wait(9.0) == paused
    assert paused.press("right").frame == 4.0 and paused.press("left").frame == 2.0
    assert player.press("left").frame == 0.0 and not player.press("left").running
    assert player.wait(99.0).press("space") == Player(("top", "camera"), "top", 20)  # from the start again
    assert player.press("v").view == "camera" and player.press("v").press("v").view == "top"
    assert not player.press("q").open and player.press("x") == player


def test_the_window_plays_and_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setenv("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    pygame = pytest.importorskip("pygame")
    drawn: list[tuple[str, int]] = []

    def drawing(name: str, width: int) -> Callable[[int], Picture]:
        def draw(k: int) -> Picture:
            drawn.append((name, k))
            press = pygame.K_v if name == "top" else pygame.K_q
            if k == 2:
                pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=press))
            return np.full((48, width, 3), (200, 30, 30), np.uint8)

        return draw

    show("test", {"top": drawing("top", 64), "both": drawing("both", 128)}, "top", 3, 20.0)
    assert drawn[0] == ("top", 0) and drawn[-1] == ("both", 2) and len(drawn) == 4
    assert os.environ["SDL_VIDEODRIVER"] == "dummy"


def test_display_colours_are_srgb() -> None:
    assert display((0.0, 0.2140, 1.0)) == (0, 127, 255)
