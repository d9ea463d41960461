# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bytes to rendered file, against bare lxml parse + jsonschema validation + lxml serialisation of the same documents.

Paired: each round runs both on the same documents, one after the other; medians of the rounds are compared.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from jsonschema import Draft202012Validator
from lxml import etree

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.pox.reader import read
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.provisioning import AccountRequest, provision
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.interpretation import interpret
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.policy import Policy
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.validation import SCHEMA_PATH

ANSWERS = Path(__file__).resolve().parents[1] / "demo" / "answers"
ROUNDS = 60
REPEATS = 10
TARGET = 2.0


def main() -> None:
    """Print the medians and their ratio."""
    documents = {path.stem: path.read_bytes() for path in sorted(ANSWERS.glob("*.xml"))}
    meanings = {name: interpret(read(data, name)).settings.as_dict() for name, data in documents.items()}
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    validator = Draft202012Validator(json.loads(SCHEMA_PATH.read_text(encoding="utf-8")))

    def bare() -> None:
        for name, data in documents.items():
            root = etree.fromstring(data, parser)
            validator.validate(meanings[name])
            etree.tostring(root)

    def ours() -> None:
        for name, data in documents.items():
            request = AccountRequest(email=f"grace@{name}", document=data, source=name)
            plan = provision([request], ["thunderbird_autoconfig"], Policy())
            assert len(plan.files) == 1, plan.refused

    bare(), ours()
    pairs = [(timed(bare), timed(ours)) for _round in range(ROUNDS)]
    scale = 1e6 / REPEATS / len(documents)
    base = statistics.median(one for one, _other in pairs) * scale
    full = statistics.median(other for _one, other in pairs) * scale
    ratio = statistics.median(other / one for one, other in pairs)
    print(f"pipeline: bare lxml + jsonschema {base:.0f} us/document, whole way {full:.0f} us/document")
    print(f"pipeline: ratio {ratio:.2f} (target: at most {TARGET}), {ROUNDS} paired rounds of {REPEATS}")


def timed(function: Callable[[], None]) -> float:
    """Return the seconds that ``REPEATS`` calls take."""
    start = time.perf_counter()
    for _repeat in range(REPEATS):
        function()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
