# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one user puts into files costs the run little, and is named; what the caller wants is never too much."""

from __future__ import annotations

import json
import os
import time
import tracemalloc

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.module_utils import _limits
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._errors import FileProblem
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._find import Refusals
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._json_text import JsonText
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._result import few_of_a_kind, finding
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._tree import fingerprint, read, root_area, scan

from .conftest import ADA, BOB, account, whole

RC = "/home/ada/.claws-mail/accountrc"
FOLDERS = "/home/ada/.claws-mail/folderlist.xml"
KDE = "/home/ada/.config/emailidentities"
OURS = b"[Account: 1]\naddress=ada@example.org\nprotocol=0\n"
MOST = 1 << 20


def sparse(node, name, size):
    os.truncate(str(node.write(name, b"")), size)


def chain(node, links, middle, end):
    for number in range(links):
        following = f"l{number + 1}/" if number + 1 < links else end
        os.symlink(
            following + middle * ((4000 - len(following)) // len(middle)), str(node.path(f"/home/ada/l{number}"))
        )
    os.symlink("l0", str(node.path("/home/ada/.claws-mail")))


def ten_links(node):
    chain(node, 10, "a/", "x/")


def many_links(node):
    chain(node, 38, "a/", "x/")


def long_names(node):
    chain(node, 38, "a" * 250 + "/", "x/")


def links_in_directories(node):
    node.path("/home/ada/d").mkdir()
    for number in range(38):
        os.symlink("d/../" * 790 + f"l{number + 1}", str(node.path(f"/home/ada/l{number}")))
    os.symlink("d", str(node.path("/home/ada/l38")))
    os.symlink("l0", str(node.path("/home/ada/.claws-mail")))


def many_missing(node):
    os.symlink("/".join(["m"] * 65), str(node.path("/home/ada/.claws-mail")))


def missing_with_long_names(node):
    os.symlink("/".join(["m" * 60] * 20), str(node.path("/home/ada/.claws-mail")))


def large(node):
    sparse(node, RC, 2 * MOST)


def brackets(node):
    node.write(RC, b"[" * (31 * MOST))


def sections(node):
    node.write(RC, b"[a]\n" * 10_002)


def indented_sections(node):
    node.write(KDE, b" \t[a]\n" * 10_002)


def lines(node):
    node.write(RC, b"\n" * 250_000)


def carriage_returns(node):
    node.write("/home/ada/.muttrc", b"\r" * 250_000)


def values_to_be_kept(node):
    node.write(RC, OURS + b"smtp_server=" + b"x" * 300_000 + b"\n")


def a_script(node):
    node.write("/home/ada/pop-first", b"x" * 300_000)


def a_large_script(node):
    sparse(node, "/home/ada/pop-first", 2 * MOST)


def a_huge_script(node):
    sparse(node, "/home/ada/pop-first", 1 << 40)


def identities(node):
    sparse(node, KDE, 9 * MOST)


def a_value(node):
    node.write(RC, OURS.replace(b"protocol=0", b"protocol=" + b"9" * 900_000))


FLOODS = [
    (ten_links, ["4096 bytes", "remove the links"]),
    (many_links, ["4096 bytes"]),
    (long_names, ["4096 bytes"]),
    (links_in_directories, ["256 names"]),
    (many_missing, ["65 directories", "64"]),
    (missing_with_long_names, ["20 directories", "4096 bytes of paths"]),
    (large, [RC, "2097152 bytes", "move it away"]),
    (brackets, [RC, "32505856 bytes"]),
    (sections, [RC, "more than 10001 sections"]),
    (indented_sections, [KDE, "more than 10001 sections"]),
    (lines, [RC, "250000 lines", "200250"]),
    (carriage_returns, [".muttrc", "250000 lines"]),
    (values_to_be_kept, [RC, "300019 bytes", "262144"]),
    (a_script, ["pop-first", "300000 bytes", "262144"]),
    (a_large_script, ["pop-first", "1048576", "move it away"]),
    (a_huge_script, ["pop-first", str(1 << 40), "move it away"]),
    (identities, [KDE, "9437184 bytes"]),
    (a_value, [RC, '999..." for protocol', "remove the section"]),
]


def wanted():
    section = {
        "account": ADA,
        "numbered": "Identity #",
        "match": {"Email Address": ADA},
        "enforced": {"Transport": "1"},
    }
    return [
        account(match={"address": ADA}),
        {"path": "{home:ada}/.config/emailidentities", "syntax": "kconfig", "accounts": [ADA], "sections": [section]},
        {"path": "{home:ada}/.muttrc", "accounts": [ADA], "blocks": [{"account": ADA, "text": "set a=b\n"}]},
        whole("{home:ada}/pop-first"),
        whole("{home:bob}/f", accounts=[BOB]),
    ]


@pytest.mark.parametrize("flood, words", FLOODS, ids=[case[0].__name__ for case in FLOODS])
@pytest.mark.parametrize("check", [True, False], ids=["check", "write"])
def test_a_flood_costs_little_and_is_named(node, flood, words, check):
    flood(node)
    wanted_files = wanted()
    start = time.process_time()
    tracemalloc.start()
    result = node.install(wanted_files, check=check, diff=True)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert result["refused"] and all(row["email"] == ADA for row in result["refused"])
    assert all(word in result["msg"] for word in words), result["msg"]
    assert peak < 40 * MOST and time.process_time() - start < 5, peak
    assert len(json.dumps(result)) < 20_000 and all(len(row["reason"]) <= 1300 for row in result["refused"])
    assert [row["path"] for row in result["files"]] == ["/home/bob/f"]


def test_all_files_of_a_user_count_together(node):
    names = [f"{{home:ada}}/f{number}" for number in range(20)]
    for name in names:
        node.write(name.replace("{home:ada}", "/home/ada"), b"x" * 1_000_000)
    files = [{"path": name, "accounts": [ADA], "blocks": [{"account": ADA, "text": "a\n"}]} for name in names]
    result = node.install([*files, whole("{home:bob}/f", accounts=[BOB])])
    assert "of the files of ada together no more than 8388608" in result["refused"][0]["reason"]
    assert len(result["refused"]) == 12 and [row["path"] for row in result["files"]] == ["/home/bob/f"]
    assert "and 7 more." in result["msg"] and result["msg"].count(ADA) == 6


def test_what_is_kept_counts_together(node):
    files = [whole(f"{{home:ada}}/f{number}") for number in range(4)]
    for number in range(4):
        node.write(f"/home/ada/f{number}", b"x" * 100_000)
    assert "would have to be kept" in node.install(files)["msg"]
    for number in range(2):
        node.write(f"/home/ada/f{number}", b"x" * 80_000)
    for number in range(2, 4):
        node.write(f"/home/ada/f{number}", b"x" * 40_000)
    assert "failed" not in node.install(files)
    assert "failed" not in node.install(files) and node.absent(ADA)["changed"]
    assert node.read("/home/ada/f1") == b"x" * 80_000


@pytest.mark.parametrize("size", [40 * MOST, 1 << 40])
def test_a_folder_list_may_be_large(node, size):
    made = whole("{home:ada}/.claws-mail/folderlist.xml", "<folderlist/>\n", once=True)
    sparse(node, FOLDERS, size)
    result = node.install([account(), made], diff=True)
    assert "failed" not in result and [row["action"] for row in result["files"]] == ["created", "unchanged"]
    assert node.path(FOLDERS).stat().st_size == size
    assert "failed" not in node.absent(ADA) and node.path(FOLDERS).stat().st_size == size


@pytest.mark.parametrize("size", [40 * MOST, 1 << 40])
def test_a_folder_list_that_we_made_may_grow_large(node, size):
    made = whole("{home:ada}/.claws-mail/folderlist.xml", "<folderlist/>\n", once=True)
    node.install([made])
    sparse(node, FOLDERS, size)
    assert "failed" not in node.install([made], diff=True)
    result = node.absent(ADA, diff=True)
    assert "failed" not in result and [row["code"] for row in result["findings"]] == ["file-changed"]
    assert node.path(FOLDERS).stat().st_size == size and node.record() == []


def test_a_folder_list_as_we_made_it_goes(node):
    node.install([whole("{home:ada}/.claws-mail/folderlist.xml", "<folderlist/>\n", once=True)])
    result = node.absent(ADA, diff=True)
    assert result["diff"][0]["before"] == "<folderlist/>\n" and not node.path(FOLDERS).exists()


def test_identities_may_hold_signatures(node):
    identity = b"[Identity #0]\nEmail Address=eve@example.org\nInline Signature=" + b"x" * 70_000 + b"\n"
    node.write(KDE, identity * 80)
    assert "failed" not in node.install(wanted()[1:2]) and node.read(KDE).startswith(identity * 80)


def test_a_script_of_ours_that_was_filled_up_is_mended(node):
    node.install([whole("{home:ada}/pop-first")])
    sparse(node, "/home/ada/pop-first", 20 * MOST)
    tracemalloc.start()
    checked = node.install([whole("{home:ada}/pop-first")], check=True, diff=True)
    assert tracemalloc.get_traced_memory()[1] < 5 * MOST
    tracemalloc.stop()
    assert "1048576 bytes" in checked["diff"][0]["before"] and checked["drift"][0]["found"].startswith("sha256:")
    assert "failed" not in node.install([whole("{home:ada}/pop-first")])
    assert node.read("/home/ada/pop-first") == b"new\n"


def test_a_script_of_ours_that_was_filled_up_goes(node):
    node.install([whole("{home:ada}/pop-first")])
    sparse(node, "/home/ada/pop-first", 20 * MOST)
    assert node.absent(ADA, diff=True)["changed"] and not node.path("/home/ada/pop-first").exists()


def many(count):
    accounts = [f"u{number}@d{number}.example.org" for number in range(count)]
    files = [account(email, enforced={"address": email, "x" * 20: "y" * 600}) for email in accounts]
    sections = [section for file in files for section in file["sections"]]
    return accounts, [dict(files[0], accounts=accounts, sections=sections)]


def test_what_the_caller_wants_is_never_too_much(node):
    accounts, files = many(1_800)
    assert "failed" not in node.install(files, accounts=accounts)
    assert node.path(RC).stat().st_size > MOST
    # Claws Mail writes a hundred keys of its own into each.
    text = node.read(RC).replace(b"account_name=", b"\n".join(b"key%d=1" % n for n in range(90)) + b"\naccount_name=")
    node.write(RC, text)
    assert not node.install(files, accounts=accounts)["changed"]
    assert node.install(accounts=accounts, state="absent")["changed"]


def test_long_values_are_told_short(node):
    node.write(RC, OURS + b"smtp_server=" + b"x" * 100_000 + b"\npop_before_smtp=1\n")
    result = node.install([account()], diff=True)
    (row,) = [row for row in result["drift"] if row["key"] == "[Account: 1] smtp_server"]
    assert row["expected"] == "smtp.example.org" and row["found"].startswith("xxx")
    assert "(100000 characters)" in row["found"] and len(json.dumps(result)) < 20_000


def test_a_diff_shows_half_a_megabyte_of_a_user(node):
    long = ("x" * 90 + "\n") * 1_000
    node.install([whole(f"{{home:ada}}/f{number}", long) for number in range(8)])
    files = [whole(f"{{home:ada}}/f{number}") for number in range(8)]
    result = node.install(files, check=True, diff=True)
    assert len(result["diff"]) == 8 and "diff skipped" in result["diff"][-1]["prepared"]
    assert len(json.dumps(result)) < 700_000


def test_a_reason_is_a_sentence_that_somebody_reads():
    refusals = Refusals()
    refusals.add([ADA], "", "/x", "a" * 2_600_000 + " Remove the link.")
    assert len(refusals.rows[0]["reason"]) < 1_300 and refusals.rows[0]["reason"].endswith("aa Remove the link.")
    assert len(finding("file-changed", "info", "a" * 5_000)["message"]) < 1_300


def test_findings_of_a_kind_are_counted():
    rows = [finding("file-changed", "info", f"{number}", email) for email in (ADA, BOB) for number in range(12)]
    told = few_of_a_kind(rows)
    assert [row["message"] for row in told if row["email"] == BOB][-2:] == ["8", "9 And 2 more of the same kind."]
    assert len(told) == 20 and few_of_a_kind(told[:10]) == told[:10]


JSONS = {
    "members": ("{" + ",".join(f'"{number}":1' for number in range(10_002)) + "}", "10000 members"),
    "digits": ('{"a":' + "9" * 5_000 + "}", "a number of more than 4300 digits"),
    "depth": ('{"a":' + "[" * 200_000 + "]" * 200_000 + "}", "could read as JSON"),
}


@pytest.mark.parametrize("text, words", JSONS.values(), ids=JSONS)
def test_json_that_nobody_writes_is_refused(text, words):
    with pytest.raises(FileProblem, match=words):
        JsonText(text.encode(), "/etc/policies.json").raw(["a"])


def test_json_is_scanned_once_for_all_values():
    text = JsonText(b'{"policies": {' + b",".join(b'"%d": {"a": [1, 2]}' % n for n in range(9_000)) + b"}}", "/x")
    start = time.process_time()
    for number in range(3_000):
        text.raw(["policies", str(number)])
    assert time.process_time() - start < 5


def test_blocks_are_sought_once(node):
    accounts = [f"u{number}@example.org" for number in range(150)]
    node.write("/home/ada/.muttrc", b"a=b\n" * 190_000)
    blocks = [{"account": email, "text": "a\n"} for email in accounts]
    file = {"path": "{home:ada}/.muttrc", "accounts": accounts, "blocks": blocks}
    start = time.process_time()
    assert node.install([file], accounts=accounts)["changed"]
    assert not node.install([file], accounts=accounts)["changed"]
    assert time.process_time() - start < 5


def test_planted_sections_are_looked_through_once(node):
    accounts = [f"u{number}@example.org" for number in range(200)]
    files = [account(email) for email in accounts]
    files = [dict(files[0], accounts=accounts, sections=[section for file in files for section in file["sections"]])]
    planted = b"[Account: %d]\naddress=u%d@example.org\nprotocol=1\n"
    node.write(RC, b"".join(planted % (number, number % 200) for number in range(9_000)))
    start = time.process_time()
    assert node.install(files, accounts=accounts)["changed"]
    node.write(RC, node.read(RC).replace(b"[Account: ", b"[Account: 1000"))
    assert not node.install(files, accounts=accounts)["changed"]
    assert node.install(accounts=accounts, state="absent")["changed"] and node.read(RC).count(b"[") == 9_000
    assert time.process_time() - start < 5


def test_many_keys_are_given_back_quickly(node):
    enforced = {f"k{number}": "1" for number in range(40)}
    node.write(RC, OURS)
    node.install([account(enforced=enforced, seeded={})])
    node.write(RC, node.read(RC) + b"".join(b"%x=\n" % number for number in range(150_000)))
    start = time.process_time()
    assert node.absent(ADA)["changed"] and b"k1=1" not in node.read(RC)
    assert time.process_time() - start < 5


def test_a_file_that_grows_while_it_is_read_is_not_read_on(tmp_path, monkeypatch):
    (tmp_path / "f").write_bytes(b"")
    monkeypatch.setattr(os, "read", lambda fd, size: b"x" * size)
    with root_area(str(tmp_path)).locate("/f") as spot:
        for reading in (read, fingerprint, lambda *arguments: list(scan(*arguments))):
            with pytest.raises(FileProblem, match="no more than 100000 are read"):
                reading(spot, "/f", 100_000)


def test_a_large_file_is_scanned_in_pieces(tmp_path):
    (tmp_path / "f").write_bytes(b"x" * 200_000)
    with root_area(str(tmp_path)).locate("/f") as spot:
        assert [len(piece) for piece in scan(spot, "/f", 200_000)] == [65_536, 65_536, 65_536, 3_392]


@pytest.mark.parametrize("number", ["²", "9" * 5_000, str(2**32 - 1), "-1", ""])
def test_a_number_that_no_user_has_is_one_sentence(node, number):
    node.write("/etc/passwd", f"ada:x:{number}:1::/home/ada:/bin/sh\n".encode())
    result = node.install([account()])
    assert "must be a number up to 4294967294" in result["msg"] and len(result["msg"]) < 400


def test_shortened_keeps_both_ends():
    text = "a" * 500 + "b" * 500
    assert _limits.shortened(text, 30) == "a" * 20 + "... (1000 characters) ..." + "b" * 10
    assert _limits.shortened("a" * 30, 30) == "a" * 30 and _limits.shortened(None) is None
