# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A copy of the collection in; `ansible-test sanity` without containers, on every Python of this machine.

    build/venv-…/bin/python .ci/sanity.py build/lint/ansible_collections/mailfleet/autodiscover

All tests run on the Python that runs this file, in virtual environments of ansible-test's own making. Then compile and
import run on each other Python that this ansible-core supports and this machine has.
"""

from __future__ import annotations

import ast
import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

from ansible_test._internal.python_requirements import get_venv_packages

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent / "build" / "lint"
HOME = BUILD / "home"
PYTHONS = BUILD / "pythons"
VERSIONS = [f"3.{minor}" for minor in range(8, 16)]
THIS = f"{sys.version_info.major}.{sys.version_info.minor}"

GET_PIP = '''\
"""Stands in for get-pip.py: installs the pip that lies beside it."""
import os
import runpy
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "{wheel}"))
wanted = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
sys.argv[1:] = ["install", "--no-index", "--find-links", here] + wanted
runpy.run_module("pip", run_name="__main__", alter_sys=True)
'''


def main() -> int:
    """Run both halves, and say whether one failed."""
    collection = Path(sys.argv[1])
    prepare_home()
    prepare_pythons()
    whole = sanity(collection, "--venv", "--python", THIS)
    everywhere = sanity(collection, "--local", "--test", "compile", "--test", "import")
    return whole or everywhere


def prepare_home() -> None:
    """Make a home for ansible-test that has this user's settings of pip, and pip.

    ansible-test takes pip from a host of Ansible's own unless it lies in its cache. The index that everything else here
    comes from has pip as well.
    """
    settings = configparser.RawConfigParser()
    for line in run("env", "PIP_QUIET=0", sys.executable, "-m", "pip", "config", "list").splitlines():
        key, value = line.split("=", 1)
        section, _dot, name = key.rpartition(".")
        settings.read_dict({section.replace(":env:", "global"): {name: ast.literal_eval(value)}})
    settings.read_dict({"global": {"quiet": 2}})
    ours = HOME / ".config" / "pip" / "pip.conf"
    ours.parent.mkdir(parents=True, exist_ok=True)
    ours.touch(mode=0o600)  # the address of an index may hold a password
    with ours.open("w", encoding="utf-8") as file:
        settings.write(file)

    version = get_venv_packages(SimpleNamespace(version=THIS))["pip"]
    cache = HOME / ".ansible" / "test" / "cache"
    wheel = f"pip-{version}-py3-none-any.whl"
    if not (cache / wheel).exists():
        run(sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--dest", str(cache), f"pip=={version}")
    (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(GET_PIP.format(wheel=wheel), encoding="utf-8")


def prepare_pythons() -> None:
    """Make a directory with the Pythons that work, and none else: ansible-test believes every name that it finds."""
    shutil.rmtree(PYTHONS, ignore_errors=True)
    PYTHONS.mkdir(parents=True)
    for line in run(str(HERE / "pythons"), *VERSIONS).splitlines():
        version, path = line.split(" ", 1)
        (PYTHONS / f"python{version}").symlink_to(path)


def run(*command: str) -> str:
    """Run a command and return what it prints."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def sanity(collection: Path, *arguments: str) -> int:
    """Run ansible-test in the collection; returns its exit code."""
    binaries = Path(sys.executable).parent
    command = [str(binaries / "ansible-test"), "sanity", *arguments]
    print("ansible-test", *command[1:], flush=True)
    paths = [str(binaries), str(PYTHONS), *os.defpath.split(os.pathsep)]
    environment = os.environ | {"HOME": str(HOME), "PATH": os.pathsep.join(paths)}
    return subprocess.run(command, cwd=collection, env=environment, stdin=subprocess.DEVNULL, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
