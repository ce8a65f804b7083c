# Each target does all the set-up that it needs: a virtual environment with pinned packages.
PYTHON ?= python3
CORES ?= $(shell nproc 2>/dev/null || echo 2)
VENV := .venv
RUN := $(VENV)/bin/python
READY := $(VENV)/ready
# Goes on also after a kill, which leaves Snakemake's lock and jobs that run on without it.
SNAKEMAKE := $(RUN) -m mlpstudy resume

# Each job is a process of its own: what one has compiled the next one reads, whatever the
# environment says of it.
unexport PYTHONDONTWRITEBYTECODE

CHROMIUM := $(or $(MLPSTUDY_CHROMIUM),$(shell command -v chromium || command -v chromium-browser || command -v google-chrome))
APT := apt-get -qq -o Acquire::Retries=0 -o Acquire::http::Timeout=20

.PHONY: report smoke pdf provenance test browser bench chaos cluster lint words setup

# What the span is for: profiles/default. Ctrl-C waits for the end of one.
report: $(READY)
	$(SNAKEMAKE) --cores $(CORES) --max-jobs-per-timespan 100/5s

smoke: $(READY)
	$(SNAKEMAKE) --cores $(CORES) --config size=smoke

# The report as a PDF, printed by Chromium; the report's settings are those of config/config.yaml.
pdf: report
	$(RUN) -m mlpstudy pdf

# Snakemake's own report: every figure with the job, the code and the inputs behind it.
provenance: report
	$(SNAKEMAKE) --cores $(CORES) --report results/provenance.html

test: $(READY) browser
	$(RUN) -m pytest --numprocesses $(CORES) --dist worksteal

# Some tests open the page in Chromium. Debian's is installed where that takes no password; where
# it cannot be, those tests are skipped, and the last line of the tests says so.
browser:
	@if [ -z "$(CHROMIUM)" ] && [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
		echo "installing Debian's Chromium, for the tests of the page"; \
		export DEBIAN_FRONTEND=noninteractive; \
		($(APT) update && $(APT) install --no-install-recommends chromium) > /dev/null 2>&1 || true; \
	fi

bench: $(VENV)/bench
	$(RUN) -m benchmarks

# Kills, flipped bits and full disks over a small sweep, an hour or two; writes benchmarks/chaos.md.
chaos: $(READY)
	$(RUN) -m benchmarks.chaos

# A SLURM of this machine alone with harm done to it, and the workflow with no shared filesystem: as
# root on Debian, some 30 minutes; writes docs/cluster-injections.md.
cluster: $(READY)
	$(RUN) tests/cluster/apart.py
	$(RUN) tests/cluster/slurm.py --to docs/cluster-injections.md

$(VENV)/bench: $(READY) benchmarks/requirements.txt
	$(RUN) -m pip install --quiet --disable-pip-version-check --requirement benchmarks/requirements.txt
	@touch $@

lint: $(READY)
	$(RUN) -m ruff check src tests benchmarks
	$(RUN) -m ruff format --check src tests benchmarks
	$(RUN) -m snakefmt --check Snakefile workflow
	$(RUN) -m mypy
	$(RUN) -m snakemake --lint

# The messages of the code into the French catalogue, where a new one waits for its French.
words: $(READY)
	$(VENV)/bin/pybabel --quiet extract --mapping-file pyproject.toml --add-location file \
		--output $(VENV)/mlpstudy.pot src/mlpstudy
	$(VENV)/bin/pybabel --quiet update --domain mlpstudy --no-fuzzy-matching --ignore-obsolete --width 100 \
		--ignore-pot-creation-date --input-file $(VENV)/mlpstudy.pot --output-dir src/mlpstudy/words/locale

setup: $(READY)

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mlpstudy needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	$(RUN) -m mlpstudy.core.native
	@touch $(READY)
