# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is special to Thunderbird: whose accounts, the policy, the add-on, and what the AutoConfig may use."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients import thunderbird, thunderbird_xpi
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import OptionError
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.provisioning import Plan
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    ADA,
    imap,
    plan,
    pop3,
    reasons,
    request,
    settings,
    smtp,
)

from .readers.thunderbird import accounts, addon, preferences

BEA = "bea@example.net"


def made(*requests: Any, options: dict[str, Any] | None = None, **policy: Any) -> Plan:
    return plan(*requests, clients=("thunderbird",), options={"thunderbird": options or {}}, **policy)


def last(**elements: str | int | None) -> str:
    return smtp(SMTPLast="on", **elements)


def value(result: Plan, name: str) -> Any:
    """Return one preference of the one account, by the end of its name."""
    (data,) = accounts(result.files)
    place, _dot, end = name.partition(".")
    return preferences(data).get(f"mail.{place}.{data['key']}.{end}")


@pytest.mark.parametrize(
    ("protocols", "policy", "name", "expected"),
    [
        pytest.param((pop3(), smtp()), {}, "server.socketType", 3, id="POP3 with TLS"),
        pytest.param(
            (pop3(SSL=None, Encryption="TLS", Port=110), smtp()), {}, "server.socketType", 2, id="POP3 with STARTTLS"
        ),
        pytest.param((pop3(), smtp()), {}, "smtpserver.try_ssl", 2, id="SMTP with STARTTLS, never 1"),
        pytest.param((pop3(SPA="on"), smtp()), {}, "server.authMethod", 6, id="NTLM"),
        pytest.param((pop3(), smtp(AuthRequired="off")), {}, "smtpserver.authMethod", 1, id="no SMTP AUTH"),
        pytest.param((pop3(), smtp(AuthRequired="off")), {}, "smtpserver.username", None, id="no SMTP login"),
        pytest.param((pop3(), last()), {}, "smtpserver.authMethod", 3, id="pure keeps SMTP AUTH where it is offered"),
        pytest.param((pop3(LoginName="007412"), smtp()), {}, "server.userName", "007412", id="login like a number"),
        pytest.param((pop3(LoginName="1e5"), smtp()), {}, "server.userName", "1e5", id="login like another number"),
        pytest.param((pop3(), smtp()), {}, "server.leave_on_server", True, id="mail stays on the server"),
        pytest.param((pop3(), smtp()), {}, "server.delete_by_age_from_server", False, id="however old"),
        pytest.param((imap(), smtp()), {}, "server.leave_on_server", None, id="of no meaning for IMAP"),
        pytest.param((pop3(), smtp()), {}, "identity.fullName", "ada", id="a name when there is none"),
    ],
)
def test_preferences(protocols: tuple[str, ...], policy: dict[str, Any], name: str, expected: Any) -> None:
    found = value(made(request(*protocols), **policy), name)
    assert (found, type(found)) == (expected, type(expected))


def test_a_password_is_shared_within_an_organisation_only() -> None:
    near, far = made(request(pop3(), smtp())), made(request(pop3(), smtp(Server="smtp.example.net")))
    assert value(near, "smtpserver.incomingAccount") == accounts(near.files)[0]["key"]
    assert value(far, "smtpserver.incomingAccount") is None


def test_the_add_on_comes_with_smtp_last_alone() -> None:
    assert addon(made(request(pop3(), smtp())).files) is None
    assert addon(made(request(imap(), last()), incoming="imap", unsupported="warn").files) is None
    assert addon(made(request(pop3(), last())).files) is not None


def test_only_accounts_with_smtp_last_need_the_add_on() -> None:
    result = made(request(pop3(), last()), request(pop3(LoginName=BEA), smtp(), email=BEA))
    assert [file["accounts"] for file in result.files] == [[ADA, BEA], [ADA, BEA], [ADA], [ADA]]
    opted_in = [data["enforced"]["smtpserver"]["popBeforeSmtp"] for data in accounts(result.files)]
    assert opted_in == [accounts(result.files)[0]["key"], None]


@pytest.mark.parametrize(
    ("window", "minutes"),
    [
        pytest.param(600, 5, id="half"),
        pytest.param(1800, 15, id="half of a long one"),
        pytest.param(299, 2, id="never more than half"),
        pytest.param(60, 1, id="not below a minute"),
    ],
)
def test_polling(window: int, minutes: int) -> None:
    result = made(request(pop3(), last()), options={"enforcement": "polling"}, pop_before_smtp_window=window)
    assert addon(result.files) is None
    assert accounts(result.files)[0]["enforced"]["server"]["check_time"] == minutes
    assert accounts(result.files)[0]["enforced"]["server"]["login_at_startup"] is True
    (row,) = [row for row in result.translation if row["element"] == "SMTPLast"]
    assert row["verdict"] == "approximated"


def test_when_to_fetch_is_the_person_s_own_otherwise() -> None:
    data = accounts(made(request(pop3(), last())).files)[0]
    assert {"check_time", "login_at_startup"} <= set(data["seeded"]["server"])
    assert not {"check_time", "login_at_startup"} & set(data["enforced"]["server"])


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        pytest.param([request(pop3(), smtp(), user=None)], "Give user: the name of the system user", id="no user"),
        pytest.param(
            [request(pop3(), smtp(), user="ada"), request(pop3(), smtp(), user="bea")], "several users", id="two users"
        ),
        pytest.param([request(pop3(LoginName="ädä"), smtp())], "Ask for a login in ASCII", id="login beyond ASCII"),
        pytest.param([request(pop3(Server="2001:db8::1"), smtp())], "by a host name", id="IPv6 address"),
    ],
)
def test_refused(wanted: list[Any], sentence: str) -> None:
    result = made(*wanted)
    assert sentence in reasons(result) and ADA in reasons(result)
    assert not result.files


def test_the_smtp_server_may_be_an_ipv6_address() -> None:
    assert value(made(request(pop3(), smtp(Server="2001:db8::1"))), "smtpserver.hostname") == "2001:db8::1"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        pytest.param({"lock": "yes"}, "lock is .* true or false", id="lock"),
        pytest.param({"config": "../x.cfg"}, "config is .* without a directory", id="directory"),
        pytest.param({"config": 'a"b'}, "config is .* without a directory", id="quote"),
        pytest.param({"config": None}, "config is .* without a directory", id="null"),
        pytest.param({"enforcement": "hope"}, "enforcement is .* addon or polling", id="enforcement"),
    ],
)
def test_wrong_options(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(OptionError, match=sentence):
        made(request(pop3(), smtp()), options=options)


def test_an_admin_s_own_autoconfig() -> None:
    config, loader = made(request(pop3(), smtp()), options={"config": "mozilla.cfg"}).files
    assert config["candidates"][0]["path"] == "/etc/thunderbird/mozilla.cfg"
    assert 'pref("general.config.filename", "mozilla.cfg");' in loader["content"]


def test_keys_are_the_account_s_for_ever_and_a_type_is_another_account() -> None:
    keys = [
        accounts(made(request(kind, smtp())).files)[0]["key"] for kind in (pop3(), pop3(Server="x.example"), imap())
    ]
    assert keys[0] == keys[1] == "mailfleet_pop3_cfe00dde46ef9426"
    assert keys[2] == "mailfleet_imap_cfe00dde46ef9426"


def test_lock() -> None:
    assert accounts(made(request(pop3(), smtp())).files)[0]["lock"] is False
    assert accounts(made(request(pop3(), smtp()), options={"lock": True}).files)[0]["lock"] is True


@limits(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_a_name_stays_in_its_string(name: str) -> None:
    result = made(request(settings=settings(), display_name=name))
    if result.files:
        (data,) = accounts(result.files)
        assert data["seeded"]["identity"]["fullName"] == (name or "ada")


def test_the_functions_use_the_sandbox_alone() -> None:
    """Names that a sandboxed AutoConfig lacks would stop Thunderbird at its start."""
    text = thunderbird.functions()
    assert text.isascii()
    assert not re.search(r"\b(Services|Components|ChromeUtils|Cc|Ci|Cu|console|window|setTimeout|import)\b", text)
    assert not re.search(r"^// (BEGIN|END) ", text, re.MULTILINE)


class TestAddOn:
    def test_same_bytes(self) -> None:
        """Thunderbird replaces an installed add-on only by another version: a new digest needs a new version."""
        data = thunderbird_xpi.xpi()
        version = json.loads(self._read(data, "manifest.json"))["version"]
        assert {version: hashlib.sha256(data).hexdigest()} == {
            "1.0.0": "c021a5830ff872e04aaf9a01d11942f862ba183e357552b09ab3a611e8b878cb"
        }

    def test_everything_is_in_it(self) -> None:
        assert sorted(path.name for path in thunderbird_xpi.SOURCES.iterdir()) == list(thunderbird_xpi.FILES)

    def test_members_are_stored_and_timeless(self) -> None:
        for member in zipfile.ZipFile(BytesIO(thunderbird_xpi.xpi())).infolist():
            assert member.compress_type == zipfile.ZIP_STORED
            assert (member.date_time, member.create_system, member.external_attr >> 16) == (
                (1980, 1, 1, 0, 0, 0),
                3,
                0o100644,
            )

    def test_manifest_schema_and_script_agree(self) -> None:
        data = thunderbird_xpi.xpi()
        manifest = json.loads(self._read(data, "manifest.json"))
        assert manifest["browser_specific_settings"]["gecko"]["id"] == thunderbird_xpi.ADDON_ID
        ((name, experiment),) = manifest["experiment_apis"].items()
        assert json.loads(self._read(data, experiment["schema"]))[0]["namespace"] == name
        script = self._read(data, experiment["parent"]["script"]).decode("ascii")
        assert f"this.{name} = class extends ExtensionAPI" in script
        assert "GNU General Public License" in script
        assert ".popBeforeSmtp`" in script

    def test_the_policy_installs_it(self) -> None:
        result = made(request(pop3(), last()))
        found = addon(result.files)
        assert found is not None and found["popBeforeSmtp.js"].startswith(b"/* Copyright")
        (archive,) = [file for file in result.files if "content_base64" in file]
        assert base64.b64decode(archive["content_base64"]) == thunderbird_xpi.xpi()

    @staticmethod
    def _read(data: bytes, name: str) -> bytes:
        return zipfile.ZipFile(BytesIO(data)).read(name)


def test_sources_lie_beside_the_renderer() -> None:
    assert Path(thunderbird.__file__).with_name("thunderbird_cfg.js").is_file()
