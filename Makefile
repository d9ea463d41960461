# `make` tells the words. They need git, make and one Python >= 3.11 that can make virtual environments.
# What they make lies under build/.
#
#   PYTHON=/path/to/python3.12            another Python than the newest one found
#   ANSIBLE_CORE='ansible-core==2.18.*'   another ansible-core than the newest one for this Python
#   ARGS='-k smtp_last'                   more arguments for pytest (make test), or for the attacks (make hold)
#   CLIENTS='claws_mail sylpheed'         fewer clients than all (make lab, make lab-selftest)

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
.NOTPARALLEL:

PYTHON ?= $(shell .ci/pythons 3.14 3.13 3.12 3.11 | head -n 1 | cut -d ' ' -f 2-)
PYTHON := $(PYTHON)
ANSIBLE_CORE ?= ansible-core

# One virtual environment for each Python and ansible-core, one for the linters, and one for Galaxy's importer.
python := $(shell "$(PYTHON)" -c 'import sys; print("py%d.%d" % sys.version_info[:2])' 2>/dev/null)
core := $(shell printf '%s' '$(ANSIBLE_CORE)' | tr -c -s 'A-Za-z0-9.' '-' | sed 's/[.-]*$$//')
VENV := build/venv-$(python)-$(core)
LINT_VENV := build/venv-$(python)-lint
IMPORTER_VENV := build/venv-$(python)-importer

COLLECTION := build/collections/ansible_collections/mailfleet/autodiscover
SNAPSHOT := build/lint/ansible_collections/mailfleet/autodiscover

# Ansible wants a UTF-8 locale, and gets a configuration, a collection path and temporary directories of ours.
export LC_ALL := C.UTF-8
export PYTHONPATH := $(CURDIR)/build/collections
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/build/collections
export ANSIBLE_CONFIG := $(CURDIR)/tests/ansible.cfg
export ANSIBLE_HOME := $(CURDIR)/build/ansible
export ANSIBLE_LOCAL_TEMP := $(CURDIR)/build/ansible/tmp
export ANSIBLE_REMOTE_TEMP := $(CURDIR)/build/ansible/remote-tmp
export HYPOTHESIS_STORAGE_DIRECTORY := $(CURDIR)/build/hypothesis
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

HOLD := ansible_collections.mailfleet.autodiscover.tests.hold.run
LAB := ansible_collections.mailfleet.autodiscover.tests.lab.run

.PHONY: help demo test hold lab lab-selftest lint lint-code lint-docs format sanity importer corpus cases bench docs golden collection clean
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/ready collection ## provision a sample fleet under build/, show what was translated and what drifts
	@"$(VENV)/bin/python" tests/demo/run.py

test: $(VENV)/ready collection ## unit tests, then playbooks against this machine; needs no root and no mail client
	@.ci/tests "$(VENV)/bin/python" $(ARGS)

hold: $(VENV)/ready collection ## attack the installer as a local user would: links, races, kills and more; needs root
	@"$(VENV)/bin/python" -m $(HOLD) $(ARGS)

lab: $(VENV)/lab collection ## real mail clients against real mail servers; needs root on Debian, installs what is missing
	@"$(VENV)/bin/python" -m $(LAB) $(CLIENTS)

lab-selftest: $(VENV)/lab collection ## the lab with wrong settings put in: does each make its case fail?
	@"$(VENV)/bin/python" -m $(LAB) --selftest $(CLIENTS)

lint: ## all that can be checked without running it (also alone: lint-code lint-docs sanity)
	@"$(MAKE)" --keep-going lint-code lint-docs sanity

lint-code: $(LINT_VENV)/ready collection
	@PATH="$(CURDIR)/$(LINT_VENV)/bin:$$PATH"; end=0; \
		ruff format --check --quiet --output-format concise . || end=1; \
		ruff check --quiet --output-format concise . || end=1; \
		mypy --no-error-summary || end=1; \
		yamllint --strict . || end=1; \
		exit $$end

format: $(LINT_VENV)/ready ## put the code into the form that lint asks for
	@"$(LINT_VENV)/bin/ruff" check --quiet --fix-only .
	@"$(LINT_VENV)/bin/ruff" format --quiet .

lint-docs: $(LINT_VENV)/ready
	@.ci/snapshot "$(SNAPSHOT)"
	@PATH="$(CURDIR)/$(LINT_VENV)/bin:$$PATH" ANSIBLE_COLLECTIONS_PATH="$(CURDIR)/build/lint"; \
		cd "$(SNAPSHOT)"; end=0; \
		ansible-lint --strict -qq || end=1; \
		antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs=self --check-extra-docs-refs . || end=1; \
		antsibull-changelog lint || end=1; \
		exit $$end

sanity: $(VENV)/ready
	@.ci/snapshot "$(SNAPSHOT)"
	@"$(VENV)/bin/python" .ci/sanity.py "$(SNAPSHOT)"

importer: $(IMPORTER_VENV)/ready ## build the archive, and let galaxy-importer check it as Galaxy does
	@.ci/snapshot "$(SNAPSHOT)"
	@"$(IMPORTER_VENV)/bin/python" .ci/importer.py "$(SNAPSHOT)" build/importer

corpus: $(VENV)/ready collection
	@"$(VENV)/bin/python" .ci/corpus_check.py "$(CORPUS)"

cases: $(VENV)/ready collection
	@"$(VENV)/bin/python" .ci/cases_check.py "$(CASES)"

bench: $(VENV)/ready collection ## measure
	@for benchmark in tests/benchmarks/*.py; do "$(VENV)/bin/python" "$$benchmark" || exit 1; done

docs: $(VENV)/ready collection ## write the pages of docs/ that are made of the code
	@"$(VENV)/bin/python" docs/pages.py

golden: $(VENV)/ready collection ## write what each client gets for whole answers, which the tests compare
	@"$(VENV)/bin/python" -m ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.clients.golden

collection: $(COLLECTION) ## a collection path, build/collections, that holds this checkout

clean: ## remove build/
	@rm -rf build

$(COLLECTION):
	@mkdir -p "$(@D)"
	@ln -s ../../../.. "$@"

$(VENV)/ready: tests/requirements-test.txt meta/ee-requirements.txt
	@.ci/venv "$(@D)" "$(PYTHON)" '$(ANSIBLE_CORE)' -r tests/requirements-test.txt

$(VENV)/lab: $(VENV)/ready tests/requirements-lab.txt
	@"$(VENV)/bin/python" -m pip install -qq -r tests/requirements-lab.txt
	@touch "$@"

$(IMPORTER_VENV)/ready: tests/requirements-importer.txt
	@.ci/venv "$(@D)" "$(PYTHON)" -r tests/requirements-importer.txt

$(LINT_VENV)/ready: tests/requirements-lint.txt meta/ee-requirements.txt
	@.ci/venv "$(@D)" "$(PYTHON)" -r tests/requirements-lint.txt
