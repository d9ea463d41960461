# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A controller without one of the libraries: everything loads, and what needs the library says so in one sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from .documents import answer, plan, pop3, request, settings, smtp

PROGRAM = """
import json, sys

class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] == sys.argv[1]:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Finder)

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import AutodiscoverError
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import plan, request

document, settings, client = json.load(sys.stdin)
try:
    made = plan(request(document=document, settings=settings), clients=(client,))
    print(json.dumps([made.files, made.refused]))
except AutodiscoverError as error:
    print(json.dumps([type(error).__name__, error.code, str(error)]))
"""

ANSWER = answer(pop3(), smtp())


def without(library: str, *, document: str | None = None, client: str = "claws_mail") -> list[object]:
    """Plan one account in a Python that lacks ``library``: from ``document``, or from Settings; return what it says."""
    given = json.dumps([document, settings() if document is None else None, client])
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, library],
        input=given,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said: list[object] = json.loads(done.stdout)
    return said


def sentence(library: str, packages: str = "lxml jsonschema") -> list[object]:
    """Return the error for a missing library."""
    return [
        "LibraryMissing",
        "library",
        f"The Python library {library} is missing on the controller, where {sys.executable} says "
        f"\"No module named '{library}'\"; install it with: {sys.executable} -m pip install {packages}",
    ]


@pytest.mark.parametrize("library", ["lxml", "jsonschema"])
def test_an_answer_needs_both_libraries(library: str) -> None:
    assert without(library, document=ANSWER) == sentence(library)


def test_settings_need_lxml_for_files_in_xml_only() -> None:
    assert without("lxml", client="thunderbird_autoconfig") == sentence("lxml")
    assert without("lxml", client="claws_mail") == [plan(request(settings=settings())).files, []]


def test_settings_need_jsonschema() -> None:
    assert without("jsonschema", client="claws_mail") == sentence("jsonschema")


SIGNING = """
import sys

sys.modules["cryptography"] = None

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import AutodiscoverError
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.libraries import x509

try:
    x509.load_pem_x509_certificates(b"")
except AutodiscoverError as error:
    print(f"{type(error).__name__} {error.library}: {error}")
"""


def test_cryptography_is_missed_at_its_first_use_only() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SIGNING],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("LibraryMissing cryptography: The Python library cryptography is missing")
    assert done.stdout.endswith(f"install it with: {sys.executable} -m pip install cryptography\n")


def test_what_does_not_sign_does_not_load_cryptography() -> None:
    assert without("cryptography", client="claws_mail") == [plan(request(settings=settings())).files, []]
