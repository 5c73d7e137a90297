# The commands that people and machines use. Every variable can be given on the command line: make demo SAMPLES=200

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet -c constraints.txt

# torch comes first and alone, so that its build can be chosen: make demo TORCH_FLAGS="--index-url ..."
TORCH ?= torch==2.13.0
TORCH_FLAGS ?=

WORKERS ?= $(shell env -u OMP_NUM_THREADS nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
SCENE ?= signals
SAMPLES ?= 72
FIXED_SAMPLES ?= 20
SEED ?= 0
SEEDS ?= 5
# the whole curve for the frozen network, the rendered crops alone for the tuned one; TUNED= runs every arm tuned
TUNING ?= --tuning frozen --tuning last
TUNED ?= --tuned-counts 0
# the environment and the transitions of the driver that is trained for the same report
AGENT ?= Crossing
STEPS ?= 700000
DEMO ?= demo

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install demo test pytest thorough lint format package bench clean

# One thread per process: threads spin on contended cores, and results do not depend on how many there are.
export OMP_NUM_THREADS ?= 1
export NUMBA_NUM_THREADS ?= 1

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## */  make \1\t/' | expand -t 16

# ---------------------------------------------------------------- environment
$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.torch: | $(BIN)/python
	$(PIP) $(TORCH_FLAGS) "$(TORCH)"
	@touch $@

$(VENV)/.installed: pyproject.toml constraints.txt $(VENV)/.torch
	$(PIP) -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(PIP) -e ".[dev]"
	@touch $@

install: $(VENV)/.installed  ## make the environment .venv

# ---------------------------------------------------------------- demo
demo: $(VENV)/.installed  ## from a scene file to a report measured on real photographs
	@$(MAKE) --no-print-directory --jobs 2 $(DEMO)/$(SCENE)-fixed/manifest.json $(DEMO)/$(AGENT)/film.gif
	$(BIN)/skidpad evaluate --synthetic $(DEMO)/$(SCENE) --fixed $(DEMO)/$(SCENE)-fixed --real embedded --task signals \
	  $(TUNING) $(TUNED) --seeds $(SEEDS) --workers $(WORKERS) --agent $(DEMO)/$(AGENT) --out $(DEMO)/report

# The manifest is written last, so a run that was stopped goes on where it was.
$(DEMO)/$(SCENE)/manifest.json: | $(VENV)/.installed
	$(BIN)/skidpad generate $(SCENE) --out $(DEMO)/$(SCENE) --samples $(SAMPLES) --seed $(SEED) --workers $(WORKERS) --assets builtin

$(DEMO)/$(SCENE)-fixed/manifest.json: | $(DEMO)/$(SCENE)/manifest.json
	$(BIN)/skidpad generate $(SCENE) --no-randomise --out $(DEMO)/$(SCENE)-fixed --samples $(FIXED_SAMPLES) --seed $(SEED) \
	  --workers $(WORKERS) --assets builtin

# Trained beside the datasets; its progress goes to a file, so that it does not disturb theirs.
$(DEMO)/$(AGENT)/film.gif: | $(VENV)/.installed
	@mkdir -p $(DEMO)
	$(BIN)/skidpad train --env $(AGENT) --out $(DEMO)/$(AGENT) --steps $(STEPS) --seed $(SEED) --episodes 200 \
	  > $(DEMO)/$(AGENT).log 2>&1 || { cat $(DEMO)/$(AGENT).log >&2; exit 1; }
	$(BIN)/skidpad play $(DEMO)/$(AGENT) --out $@ --seconds 20 2>> $(DEMO)/$(AGENT).log

# ---------------------------------------------------------------- gates
test: $(VENV)/.installed-dev  ## every gate: ruff, mypy, pytest with coverage
	@$(MAKE) --no-print-directory --jobs 2 lint pytest

pytest: $(VENV)/.installed-dev
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --cov --cov-report=term:skip-covered --durations=20

thorough: $(VENV)/.installed-dev  ## pytest with every sample, second and pixel that tests can look at
	THOROUGH=1 $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile

lint: $(VENV)/.installed-dev  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.installed-dev  ## let ruff put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

package: $(VENV)/.installed-dev  ## build sdist and wheel, install the wheel in an environment of its own, try it
	rm -rf dist build/wheel-env
	$(BIN)/python -m build --outdir dist .
	$(PYTHON) -m venv build/wheel-env
	build/wheel-env/bin/python -m pip --disable-pip-version-check install --quiet -c constraints.txt $(TORCH_FLAGS) "$(TORCH)"
	build/wheel-env/bin/python -m pip --disable-pip-version-check install --quiet -c constraints.txt dist/*.whl
	cd build/wheel-env && bin/skidpad doctor && bin/skidpad scene list

bench: $(VENV)/.installed-dev  ## measure renderer, lidar, environments, core and PPO beside PyBullet's, a bare kernel and highway-env
	$(BIN)/python -m benchmarks.render
	$(BIN)/python -m benchmarks.scaling
	$(BIN)/python -m benchmarks.environments
	$(BIN)/python -m benchmarks.core $(PROTOTYPES) $(if $(MAPS),--maps $(MAPS))
	$(BIN)/python -m benchmarks.training
	$(BIN)/python -m benchmarks.lidar
	$(BIN)/python -m benchmarks.scene_errors

clean:  ## remove the environment, caches and the demo's output
	rm -rf $(VENV) $(DEMO) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .coverage .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
