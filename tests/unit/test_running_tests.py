# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make test`: what it runs, and that no failure of it is lost, with a program in the place of pytest."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]


def run(directory: Path, of_unit: int, of_integration: int, *arguments: str) -> tuple[int, list[list[str]]]:
    """Run the script with a pytest that ends as it is told; return its end and what it was called with."""
    calls = directory / "calls"
    program = directory / "python"
    program.write_text(
        f'#!/bin/sh\necho "$*" >>"{calls}"\n'
        f'case "$*" in *tests/unit*) exit {of_unit};; *) echo "second"; exit {of_integration};; esac\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    done = subprocess.run(
        [TOP / ".ci" / "tests", program, *arguments], cwd=TOP, check=False, capture_output=True, text=True
    )
    assert done.stdout.count("second") == (0 if arguments else 1)
    return done.returncode, [line.split() for line in calls.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("of_unit", "of_integration", "fails"), [(0, 0, False), (1, 0, True), (0, 1, True), (1, 1, True), (0, 5, True)]
)
def test_all_of_them(tmp_path: Path, of_unit: int, of_integration: int, fails: bool) -> None:
    end, calls = run(tmp_path, of_unit, of_integration)
    assert bool(end) == fails
    first, second = sorted(calls, key=lambda call: "tests/unit" not in call)
    beside = first[first.index("tests/unit") + 1 :]
    assert beside and all((TOP / path).exists() for path in beside)
    assert "tests/integration" in second
    assert [word.removeprefix("--ignore=") for word in second if word.startswith("--ignore=")] == beside


@pytest.mark.parametrize("end", [0, 1, 5])
def test_those_that_the_arguments_select_are_one_run_which_ends_with_5_where_there_are_none(
    tmp_path: Path, end: int
) -> None:
    assert run(tmp_path, end, 9, "-k", "smtp_last") == (
        end,
        [["-m", "pytest", "tests/unit", "tests/integration", "-k", "smtp_last"]],
    )


def test_make_runs_the_script() -> None:
    made = subprocess.run(
        ["make", "-n", "-o", "collection", "test", "ARGS=-k smtp_last"],
        cwd=TOP,
        check=True,
        capture_output=True,
        text=True,
    )
    assert made.stdout.rstrip().endswith('python" -k smtp_last'), made.stdout
