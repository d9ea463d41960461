# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A response that seems to be somebody else's replaces no login that works."""

from __future__ import annotations

import pytest

from .conftest import ADA, BOB, account, whole

RC = "/home/ada/.claws-mail/accountrc"
CONF = "/etc/fleet.conf"


def claws(login):
    return account(enforced={"address": ADA, "user_id": login})


def connection(login, of_another=None):
    server = {"type": "imap", "hostname": "imap.example.org", "port": 993, "socket_type": "SSL", "username": login}
    found = {"account": ADA, "user": "ada", "clients": ["claws_mail"], "incoming": server, "outgoing": server}
    return dict(found, of_another=of_another) if of_another else found


def reason(result):
    (row,) = result["refused"]
    assert row["email"] == ADA
    return row["reason"]


@pytest.mark.parametrize("check", [False, True])
def test_a_login_that_we_provisioned_is_kept(node, check):
    node.install([claws(ADA)], connections=[connection(ADA)])
    before = node.snapshot()
    result = node.install([claws(BOB)], connections=[connection(BOB, BOB)], check=check)
    assert f'logs in as "{ADA}", which is kept: the new login would be "{BOB}"' in reason(result)
    assert node.snapshot() == before and not result["changed"]


def test_a_login_that_a_person_set_up_is_kept(node):
    node.write(RC, f"[Account: 1]\naddress={ADA}\nprotocol=0\nuser_id={ADA}\n".encode())
    before = node.snapshot()
    result = node.install([claws(BOB)], connections=[connection(BOB, BOB)])
    assert f'accountrc logs in as "{ADA}", which is kept' in reason(result) and node.snapshot() == before


def test_a_whole_file_that_was_there_is_kept(node):
    node.write(CONF, f"login={ADA}\n".encode())
    wanted = whole(content=f"login={BOB}\n", client="claws_mail")
    assert "was there before and has another login" in reason(
        node.install([wanted], connections=[connection(BOB, BOB)])
    )
    assert node.read(CONF) == f"login={ADA}\n".encode()


def test_an_empty_file_has_no_login_to_keep(node):
    node.write(CONF, b" \n")
    wanted = whole(content=f"login={BOB}\n", client="claws_mail")
    assert node.install([wanted], connections=[connection(BOB, BOB)])["refused"] == []


def test_a_login_for_smtp_that_we_provisioned_is_kept(node):
    node.install([claws(ADA)], connections=[connection(ADA)])
    other = connection(ADA, BOB)
    other["outgoing"] = dict(other["outgoing"], username=BOB)
    assert f'logs in as "{ADA}", which is kept: the new login would be "{BOB}"' in reason(
        node.install([claws(ADA)], connections=[other])
    )


def test_a_whole_file_that_we_provisioned_is_kept(node):
    ours, other = (whole(content=f"login={login}\n", client="claws_mail") for login in (ADA, BOB))
    node.install([ours], connections=[connection(ADA)])
    assert f'logs in as "{ADA}"' in reason(node.install([other], connections=[connection(BOB, BOB)]))
    assert node.read(CONF) == f"login={ADA}\n".encode()


@pytest.mark.parametrize(
    "first, then",
    [
        pytest.param(None, connection(BOB, BOB), id="nothing was there"),
        pytest.param(connection(BOB, BOB), connection(BOB, BOB), id="the same again"),
        pytest.param(connection(ADA, BOB), connection(ADA, BOB), id="another primary address, the same login"),
        pytest.param(connection(BOB, BOB), connection(ADA), id="put right"),
        pytest.param(connection(ADA), connection(BOB), id="no doubt: the caller says so"),
    ],
)
def test_what_replaces_no_login_of_a_person_goes_on(node, first, then):
    if first is not None:
        node.install([claws(first["incoming"]["username"])], connections=[first])
    login = then["incoming"]["username"]
    result = node.install([claws(login)], connections=[then])
    assert result["refused"] == [] and f"user_id={login}\n".encode() in node.read(RC)
    again = node.install([claws(login)], connections=[then])
    assert again["refused"] == [] and not again["changed"]


def test_an_account_that_was_removed_has_no_login_to_keep(node):
    node.install([claws(ADA)], connections=[connection(ADA)])
    node.absent(ADA)
    assert node.install([claws(BOB)], connections=[connection(BOB, BOB)])["refused"] == []
