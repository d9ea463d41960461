# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the archive of a copy of the collection, and run Galaxy's own importer on it: it must have no complaint.

    build/venv-…-importer/bin/python .ci/importer.py COPY build/importer

Everything that galaxy-importer can check without a container is on. Its exit code tells only of what makes an upload
impossible, so each of its warnings counts as well, but those of ``MEANT``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

CONFIG = """\
[galaxy-importer]
ansible_local_tmp = {place}/tmp
check_changelog = True
check_required_tags = True
offline_ansible_lint = True
run_ansible_doc = True
run_ansible_lint = True
run_ansible_test = False
run_flake8 = True
"""
"""run_ansible_test wants a container; `make sanity` runs those tests. require_v1_or_greater has to wait for a 1.0.0."""

MEANT = (
    # `ruff format` writes it so, and pycodestyle says of both that they are not PEP 8's.
    re.compile(r"WARNING: plugins/\S+: E203 whitespace before ':'"),
    re.compile(r"WARNING: plugins/\S+: W503 line break before binary operator"),
    # The documentation of filters is YAML, and the importer has flake8 read it as Python.
    re.compile(r"WARNING: plugins/filter/\w+\.yml:\S+ E999 .*"),
)
COMPLAINT = re.compile(r"(?:WARNING|ERROR|CRITICAL): ")
HEARD = ("Linting collection via ansible-lint", "Importer processing completed successfully")
"""Without these it has not done what it was called for: it only warns, and goes on, when a program is missing."""


def main() -> int:
    """Build, import, and say what is wrong."""
    collection, place = (Path(argument).resolve() for argument in sys.argv[1:])
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    config = place / "galaxy-importer.cfg"
    config.write_text(CONFIG.format(place=place), encoding="utf-8")
    # What is checked is the archive alone: no collection path, configuration or code of the checkout.
    ours = ("PYTHONPATH", "ANSIBLE_COLLECTIONS_PATH", "ANSIBLE_CONFIG")
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    environment["GALAXY_IMPORTER_CONFIG"] = str(config)
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])

    def run(*command: str) -> tuple[int, str]:
        done = subprocess.run(
            command,
            check=False,
            cwd=place,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
        )
        return done.returncode, done.stdout

    code, printed = run("ansible-galaxy", "collection", "build", str(collection), "--output-path", str(place))
    archives = list(place.glob("*.tar.gz"))
    if code or len(archives) != 1:
        print(printed)
        return 1
    code, printed = run(sys.executable, "-m", "galaxy_importer.main", archives[0].name)
    complaints = [
        line
        for line in printed.splitlines()
        if COMPLAINT.match(line) and not any(meant.fullmatch(line) for meant in MEANT)
    ]
    silent = [words for words in HEARD if words not in printed]
    if code or silent:
        print(printed)
    for line in complaints:
        print(line)
    print(f"{archives[0].name}: galaxy-importer ended with {code}, complaints: {len(complaints)}")
    return 1 if code or silent or complaints else 0


if __name__ == "__main__":
    sys.exit(main())
