# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Blocks of lines in a file that people write too: theirs survives byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._blocks import Text

from .conftest import ADA, BOB

RC = "/home/ada/.muttrc"
OWN = b'# mine\nset realname="J\xfcrgen"\r\nset x=1'


def blocks(*pairs, path="{home:ada}/.muttrc", client="mutt", **more):
    return dict(more, path=path, client=client, blocks=[{"account": account, "text": text} for account, text in pairs])


def block(account, *lines, name="default"):
    """The bytes of a block."""
    label = f"mailfleet.autodiscover {name} {account}"
    return "".join(f"{line}\n" for line in (f"# BEGIN {label}", *lines, f"# END {label}")).encode()


@given(st.binary(max_size=60).filter(lambda data: b"mailfleet" not in data), st.text("ab #\n", max_size=20))
def test_what_is_added_can_be_taken_away_again(data, lines):
    text = Text(data, "x", "#", "default")
    closed = text.set(ADA, lines.encode())
    assert bytes(text).startswith(data)
    again = Text(bytes(text), "x", "#", "default")
    again.drop(ADA, closed, [])
    assert bytes(again) == data


def test_a_block_comes_and_goes(node):
    node.write(RC, OWN)
    task = blocks((ADA, "source a\n"))
    first = node.install([task], diff=True)
    assert first["changed"] and node.read(RC) == OWN + b"\n" + block(ADA, "source a")
    assert first["diff"][0]["after"] == "source a\n" and first["diff"][0]["before"] == ""
    before = node.snapshot()
    again = node.install([task])
    assert not again["changed"] and again["drift"] == [] and node.snapshot() == before
    gone = node.absent(ADA)
    assert gone["changed"] and node.read(RC) == OWN


def test_two_accounts_and_one_of_them_changes(node):
    node.write(RC, OWN + b"\n")
    node.install([blocks((ADA, "source a\n"), (BOB, "source b\n"))])
    node.write(RC, node.read(RC) + b"set later=1\n")
    result = node.install([blocks((ADA, "source c\n"))], accounts=[ADA])
    assert [(row["key"], row["reason"]) for row in result["drift"]] == [(f"block of {ADA}", "content")]
    kept = OWN + b"\n" + block(ADA, "source c") + block(BOB, "source b") + b"set later=1\n"
    assert node.read(RC) == kept
    node.absent(ADA)
    assert node.read(RC) == OWN + b"\n" + block(BOB, "source b") + b"set later=1\n"


def test_a_block_for_all_goes_with_the_last(node):
    shared = "(all accounts)"
    node.install([blocks(("", "common"), (ADA, "a"), (BOB, "b"))])
    assert node.read(RC) == block(shared, "common") + block(ADA, "a") + block(BOB, "b")
    node.absent(ADA)
    assert node.read(RC) == block(shared, "common") + block(BOB, "b")
    node.absent(BOB)
    assert not node.path(RC).exists()


@pytest.mark.parametrize("accounts", [(ADA, BOB), (BOB, ADA)])
def test_a_file_without_a_last_line_ending_has_none_again_whoever_goes_first(node, accounts):
    node.write(RC, OWN)
    node.install([blocks(("", "common"), (ADA, "a"), (BOB, "b"))])
    for account in accounts:
        node.absent(account)
    assert node.read(RC) == OWN


def test_a_file_that_we_made_goes_when_nothing_else_is_in_it(node):
    node.install([blocks((ADA, "a"))])
    assert node.mode(RC) == 0o600
    node.write(RC, node.read(RC) + b"\n\n")
    node.absent(ADA)
    assert not node.path(RC).exists()


@pytest.mark.parametrize("lost", ["BEGIN", "END"])
def test_half_a_block_is_an_error_and_nothing_is_written(node, lost):
    node.install([blocks((ADA, "a"))])
    broken = b"".join(line for line in node.read(RC).splitlines(True) if lost.encode() not in line)
    node.write(RC, broken)
    result = node.install([blocks((ADA, "a"))])
    assert result["failed"] and "Restore them" in result["msg"] and node.read(RC) == broken


def test_half_a_block_of_one_account_does_not_stop_the_other(node):
    both = [blocks((ADA, "a"), (BOB, "b"))]
    node.install(both)
    broken = node.read(RC).replace(f"# END mailfleet.autodiscover default {ADA}\n".encode(), b"")
    node.write(RC, broken)
    result = node.install([blocks((ADA, "a"), (BOB, "c"))])
    assert [row["email"] for row in result["refused"]] == [ADA]
    assert node.read(RC) == broken.replace(b"\nb\n", b"\nc\n")
    gone = node.absent(ADA, BOB)
    assert [found["code"] for found in gone["findings"]] == ["section-changed"]
    assert node.read(RC) == b"# BEGIN mailfleet.autodiscover default ada@example.org\na\n"
    node.write(RC, b"")
    node.absent(ADA)
    assert node.record() == []


def test_sets_have_blocks_of_their_own(node):
    node.install([blocks((ADA, "a"))], set="one")
    node.install([blocks((ADA, "b"))], set="two")
    assert node.read(RC) == block(ADA, "a", name="one") + block(ADA, "b", name="two")
    node.absent(ADA, set="one")
    assert node.read(RC) == block(ADA, "b", name="two")


def test_an_edit_within_a_block_is_drift_and_put_right(node):
    node.install([blocks((ADA, "a"))])
    node.write(RC, node.read(RC).replace(b"\na\n", b"\nchanged\n"))
    dry = node.install([blocks((ADA, "a"))], check=True)
    assert dry["changed"] and b"changed" in node.read(RC)
    node.install([blocks((ADA, "a"))])
    assert node.read(RC) == block(ADA, "a")


def test_a_block_that_two_clients_need_goes_with_the_last(node):
    node.install([blocks((ADA, "a"), client="mutt"), blocks((ADA, "a"), client="neomutt")])
    assert node.read(RC) == block(ADA, "a")
    node.absent(ADA, clients=["mutt"])
    assert node.read(RC) == block(ADA, "a")
    node.absent(ADA, clients=["neomutt"])
    assert not node.path(RC).exists()


@pytest.mark.parametrize("order", [("mutt", "neomutt"), ("neomutt", "mutt")])
def test_a_line_that_we_ended_for_two_clients_loses_its_ending_with_the_last(node, order):
    node.write(RC, OWN)
    node.install([blocks((ADA, "a"), client="mutt"), blocks((ADA, "a"), client="neomutt")])
    for client in order:
        node.absent(ADA, clients=[client])
    assert node.read(RC) == OWN


def test_two_clients_cannot_have_different_blocks_for_one_account(node):
    result = node.install([blocks((ADA, "a"), client="mutt"), blocks((ADA, "b"), client="neomutt")])
    assert "wanted twice with different lines" in result["msg"] and not node.path(RC).exists()


def test_a_file_with_nothing_but_a_block_for_all_goes_with_its_last_account(node):
    node.install([blocks(("", "common"), accounts=[ADA, BOB])])
    node.absent(ADA)
    assert node.path(RC).exists()
    node.absent(BOB)
    assert not node.path(RC).exists()


def test_a_block_that_an_account_does_not_need_any_more_goes(node):
    node.install([blocks(("", "common"), (ADA, "a"), (BOB, "b"))])
    node.install([blocks(("", "common"), (ADA, "a"), accounts=[ADA, BOB])])
    assert node.read(RC) == block("(all accounts)", "common") + block(ADA, "a")
