# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The answer that pox_info reads on the node may be whatever a user has put there."""

from __future__ import annotations

import os

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._answer import read_answer
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._errors import FileProblem

MOST = 1 << 20


def large(path):
    path.write_bytes(b"x" * (MOST + 1))


def sparse(path):
    path.write_bytes(b"")
    os.truncate(str(path), 1 << 40)


CASES = [
    (large, "it has 1048577 bytes, and no more than 1048576"),
    (sparse, "it has 1099511627776 bytes"),
    (lambda path: os.mkfifo(str(path)), "it is not a regular file"),
    (lambda path: os.symlink("/dev/zero", str(path)), "it is not a regular file"),
    (lambda path: path.mkdir(), "it is a directory. Name the file"),
    (lambda path: None, "no such file or directory"),
]


@pytest.mark.parametrize("prepare, words", CASES, ids=["large", "sparse", "FIFO", "device", "directory", "nothing"])
def test_what_is_no_answer_is_refused(tmp_path, prepare, words):
    prepare(tmp_path / "a.xml")
    with pytest.raises(FileProblem, match=words):
        read_answer(str(tmp_path / "a.xml"))


def test_an_answer_of_a_mebibyte_is_read(tmp_path):
    (tmp_path / "a.xml").write_bytes(b"x" * MOST)
    assert read_answer(str(tmp_path / "a.xml")) == b"x" * MOST
