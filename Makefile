# Three environments, installed by hash: .venv/app holds what serving needs (and the tests' tools),
# never PyTorch; .venv/train holds what training and export need; .venv/batch holds Ray for the
# tests of the batch job. A stamp is touched when an environment is complete, so an interrupted
# installation is repeated, and a second run is quick.

PYTHON ?= python3
PORT ?= 8501
APP := .venv/app/bin/python
TRAIN := .venv/train/bin/python
BATCH := .venv/batch/bin/python
PIP := -m pip install --quiet --disable-pip-version-check
# Python compiles what is imported at its first start; pip would compile all, which takes longer.
LOCKED := $(PIP) --no-compile --only-binary :all: --no-deps --require-hashes -r
REPORTS := test-results
# Before commands that leave most of the processor to the tests, and end before these do.
BESIDE := nice
# Modules stay whole and in the order in which tests/conftest.py puts them.
PARALLEL := --numprocesses 2 --dist loadscope --no-loadscope-reorder
# Percent of the lines of app/ that its tests must run; 88 are run even without a browser.
FLOOR := 85
.DEFAULT_GOAL := help
# The tests start hundreds of programs, which would all compile again what they import.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: attack help run test test-most setup check check-code check-app check-train check-batch format lock coverage test-app test-train test-batch compile-train tools programs train export bench bench-page load fuzz image screenshots deploy publish audit clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

run: .venv/app/.served ## serve the page and the HTTP API on http://localhost:8501 (PORT=… for another)
	@$(APP) -m app serve --port "$(PORT)"

test: test-most test-batch test-train ## set up everything and run every test, skipping none that a package is missing for

# The app's tests as soon as they can begin, because they take longest, and wait much of it for
# browsers and servers. Meanwhile the other environments, and the checks of those that are complete.
# There are jobs for all, so that the app's tests never wait for one. Ray's tests come later, because
# they start so many processes that a page beside them takes over 20 s to open.
test-most:
	@$(MAKE) --no-print-directory --jobs 8 test-app setup check check-batch compile-train

setup: .venv/app/.tested .venv/train/.tested .venv/batch/.tested ## make all environments

check: check-code check-app check-train ## linters, types, and which package may import which

check-code: .venv/app/.tested
	$(APP) -m ruff check .
	$(APP) -m ruff format --check .
	.venv/app/bin/lint-imports --no-logo
	sh tests/tools/biome.sh

check-app: .venv/app/.tested
	$(BESIDE) $(APP) -m mypy --cache-dir .mypy_cache/app app deploy tests --exclude '^tests/(train|export)/|/(test_)?batch'

check-train: .venv/train/.tested
	$(BESIDE) $(TRAIN) -m mypy --cache-dir .mypy_cache/train train export tests/train tests/export

check-batch: .venv/batch/.tested
	$(BESIDE) $(BATCH) -m mypy --cache-dir .mypy_cache/batch deploy/batch.py deploy/batch_reader.py tests/deploy/test_batch.py

format: .venv/app/.tested ## put the code in its one format
	$(APP) -m ruff check --fix .
	$(APP) -m ruff format .
	sh tests/tools/biome.sh --write

tools: programs .venv/app/.tested ## fetch the programs that tests need: Chromium, ONNX Runtime for JavaScript, nginx
	sh tests/tools/chromium.sh $(APP)

# What needs no environment of Python, in turn, because Debian's tools wait for no other.
programs:
	sh tests/tools/chromium.sh
	sh tests/tools/nginx.sh
	sh tests/tools/onnxruntime_web.sh

test-app: tools ## the app's tests, where there is no PyTorch
	$(APP) -m pytest --require-all $(PARALLEL) tests/app tests/benchmarks tests/deploy tests/fuzz tests/support --ignore tests/deploy/test_batch.py --junitxml=$(REPORTS)/app.xml

# One thread for each worker: with more, two workers on two cores take several times as long.
test-train: .venv/train/.tested ## the tests of training and export
	OMP_NUM_THREADS=1 $(TRAIN) -m pytest --require-all $(PARALLEL) tests/train tests/export --junitxml=$(REPORTS)/train.xml

# Compiles what the tests of training import; otherwise each of their workers would compile it all.
compile-train: .venv/train/.tested
	@$(BESIDE) $(TRAIN) -m pytest -qq --collect-only tests/train tests/export >/dev/null

test-batch: .venv/batch/.tested ## the batch job's tests, on a small Ray cluster
	$(BATCH) -m pytest --require-all tests/deploy/test_batch.py --junitxml=$(REPORTS)/batch.xml

coverage: .venv/app/.tested ## measure which lines of app/ its tests run, and fail below the floor
	$(APP) -m pytest $(PARALLEL) --cov app --cov-fail-under $(FLOOR) --cov-report term-missing:skip-covered tests/app

train: .venv/train/.tested ## train the network: models/model.pth
	$(TRAIN) -m train

export: .venv/train/.tested ## export it: models/model.onnx and models/model.json
	$(TRAIN) -m export

bench: .venv/app/.tested ## measure what serving costs: models/bench.json, choices.json (FIELD=other models)
	$(APP) -m tests.benchmarks.serving --field $(FIELD)
	$(APP) -m tests.benchmarks.session_options

bench-page: .venv/app/.tested ## measure the time from the lifted pen to the reading in a browser: models/bench_page.json
	sh tests/tools/chromium.sh $(APP)
	$(APP) -m tests.benchmarks.page

load: .venv/app/.tested ## put twenty visitors and 200 API requests a second on the server, and kill one of two: models/load.json
	sh tests/tools/nginx.sh
	$(APP) -m tests.benchmarks.load
	$(APP) -m tests.benchmarks.replicas

attack: .venv/app/.tested ## attack page and service as strangers may, and time the guards: models/attack.json, guards.json
	$(APP) -m tests.benchmarks.attack
	$(APP) -m tests.benchmarks.guards

fuzz: .venv/app/.tested ## send 20,000 broken strokes, pictures, requests and messages: models/fuzz.json
	$(APP) -m tests.fuzz --figures models/fuzz.json

image: .venv/app/.tested ## replay the Dockerfile without Docker, in an empty folder as user 1000
	$(APP) -m tests.tools.run_dockerfile --python "$$(command -v $(PYTHON))"

screenshots: .venv/app/.tested ## take the pictures and the film of the page in app/images
	sh tests/tools/chromium.sh $(APP)
	$(APP) -m tests.tools.screenshots
	$(APP) -m tests.tools.recording

deploy: ## put it on a Hugging Face Space: SPACE=owner/name (DRY=1 lists the files)
	$(PYTHON) deploy/space.py $(if $(DRY),--dry) "$(SPACE)"

publish: ## put the models on the Hugging Face Hub: MODEL=owner/name (DRY=1 lists the files)
	$(PYTHON) deploy/hub.py $(if $(DRY),--dry) "$(MODEL)"

audit: ## look up the deployed packages in PyPI's list of known vulnerabilities
	$(PYTHON) -m venv .venv/audit
	.venv/audit/bin/python $(PIP) pip-audit==2.10.1
	.venv/audit/bin/python -m pip_audit --strict --disable-pip --require-hashes -r requirements-app.lock

clean: ## remove environments, caches and reports, but not runs/
	rm -rf .venv $(REPORTS) .import_linter_cache .mypy_cache .ruff_cache .pytest_cache

lock: ## resolve all requirements anew into the lock files (requirements-app.lock says how by itself)
	$(PYTHON) -m venv .venv/lock
	.venv/lock/bin/python $(PIP) uv==0.13.9
	$(RESOLVE) requirements-app.txt tests/requirements.txt -o tests/requirements.lock
	$(RESOLVE) requirements-train.txt tests/requirements.txt -o requirements-train.lock
	$(RESOLVE) requirements-batch.txt tests/requirements.txt -o requirements-batch.lock

# For every system and Python from the floor on; the versions of requirements-app.lock hold in all.
RESOLVE = .venv/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --only-binary :all: --no-annotate --constraint requirements-app.lock --custom-compile-command "make lock"

.venv/app/.served: requirements-app.lock
	@echo "Installing what the page needs into .venv/app, once: 380 MB, about half a minute."
	@$(PYTHON) -m venv --clear .venv/app
	@$(APP) $(LOCKED) requirements-app.lock
	@touch $@

.venv/app/.tested: .venv/app/.served tests/requirements.lock
	$(APP) $(LOCKED) tests/requirements.lock
	touch $@

.venv/train/.tested: requirements-train.lock
	@echo "Installing PyTorch and what else training needs into .venv/train: 6.7 GB, some minutes."
	$(PYTHON) -m venv --clear .venv/train
	$(BESIDE) $(TRAIN) $(LOCKED) requirements-train.lock
	touch $@

.venv/batch/.tested: requirements-batch.lock
	$(PYTHON) -m venv --clear .venv/batch
	$(BESIDE) $(BATCH) $(LOCKED) requirements-batch.lock
	touch $@
