# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every code of the table is produced: here, or by what the second table names."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.findings import FINDINGS, Finding
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.pox.elements import MAIL_TYPES
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.pox.reader import read
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.protocol import ProtocolReader
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    answer,
    codes,
    imap,
    plan,
    pop3,
    protocol,
    request,
    smtp,
)

ELSEWHERE = {
    # the reader of documents
    "account-type-unexpected",
    "element-case",
    "element-duplicate",
    "element-misplaced",
    "element-nested",
    "element-unknown",
    "encoding-contradiction",
    "error-beside-settings",
    "leading-whitespace",
    "namespace-unexpected",
    "redirect-beside-settings",
    "script-output",
    "type-attribute",
    "type-unknown",
    # the caller
    "variable-unknown",
    # the installer
    "client-not-on-record",
    "client-sandboxed",
    "file-changed",
    "owner-kept",
    "password-to-new-server",
    "place-foreign",
    "program-missing",
    "record-missing",
    "section-changed",
}

NETWORKS = smtp().replace(
    "  </Protocol>", "<NetworkRequirements><IPv4Start>192.0.2.1</IPv4Start></NetworkRequirements></Protocol>"
)

PRODUCED: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "address-invalid": ((pop3(), smtp()), {"address": "Ada"}),
    "auth-required-outside-smtp": ((pop3(AuthRequired="off"), smtp()), {}),
    "auth-off-with-login": ((pop3(), smtp(AuthRequired="off", UsePOPAuth="on")), {}),
    "boolean-synonym": ((pop3(SSL="yes"), smtp()), {}),
    "boolean-unknown": ((pop3(SSL="maybe"), smtp()), {}),
    "display-name-invalid": ((pop3(), smtp()), {"name": "a\tb"}),
    "display-name-of-provider": ((pop3(), smtp()), {"name": "example.org mail"}),
    "domain-required-without-domain": ((pop3(LoginName="ada", DomainRequired="on"), smtp()), {}),
    "encryption-port-contradiction": ((pop3(Encryption="TLS"), smtp()), {}),
    "encryption-unknown": ((pop3(Encryption="off"), smtp()), {}),
    "encryption-wish": ((pop3(SSL="off", Port=110, TLS="on"), smtp()), {}),
    "expired": ((pop3(ExpirationDate="20100101"), smtp()), {}),
    "expiration-date-invalid": ((pop3(ExpirationDate="soon"), smtp()), {}),
    "login-name-missing": ((pop3(LoginName=None), smtp()), {}),
    "login-not-address": ((pop3(LoginName="lovelace"), smtp()), {}),
    "network-requirements": ((pop3(), NETWORKS, smtp()), {}),
    "override": ((pop3(), smtp()), {"overrides": {"pop3": {"port": 1995}}}),
    "password-other-domain": ((pop3(), smtp(Server="smtp.example.net")), {}),
    "placeholder-expanded": ((pop3(LoginName="%EMAILADDRESS%"), smtp()), {}),
    "plaintext-credentials": ((pop3(SSL="off", Port=110), pop3(), smtp()), {}),
    "plaintext-skipped": ((pop3(SSL="off", Port=110), pop3(), smtp()), {}),
    "port-missing": ((pop3(Port=None), smtp()), {}),
    "response-of-another": ((pop3(), smtp()), {"address": "bob@example.org"}),
    "server-local": ((pop3(Server="localhost"), smtp(UsePOPAuth="on")), {}),
    "server-not-used": ((pop3(), imap(), smtp()), {}),
    "smtp-last-ignored": ((pop3(), smtp(SMTPLast="on")), {"smtp_last": "ignore"}),
    "smtp-last-outside-smtp": ((pop3(SMTPLast="off"), smtp()), {}),
    "smtp-last-with-auth": ((pop3(), smtp(SMTPLast="on", UsePOPAuth="on")), {}),
    "smtp-last-with-imap": ((imap(), pop3(), smtp(SMTPLast="on", UsePOPAuth="on")), {}),
    "smtp-last-without-pop3": ((imap(), smtp(SMTPLast="on")), {}),
    "smtp-login-unused": ((pop3(), smtp(UsePOPAuth="on", LoginName="other")), {}),
    "spa-default": ((pop3(SPA=None), smtp()), {}),
    "spa-ignored": ((pop3(SPA="on"), smtp()), {"spa": "ignore"}),
    "ttl-invalid": ((pop3(TTL="x"), smtp()), {}),
    "type-alias": ((protocol("POP", {"Server": "pop.example.org"}), smtp()), {}),
    "unsupported": ((imap(), pop3(), smtp(SMTPLast="on")), {"incoming": "imap", "unsupported": "warn"}),
    "use-pop-auth-outside-smtp": ((pop3(UsePOPAuth="on"), smtp()), {}),
}

ERRORS: dict[str, str] = {
    "domain-invalid": pop3(DomainName="a b"),
    "login-name-invalid": pop3(LoginName="a\tb"),
    "placeholder-unfilled": pop3(LoginName="{{.Email}}"),
    "port-invalid": pop3(Port="x"),
    "server-invalid": pop3(Server="a b"),
    "server-missing": pop3(Server=None),
}


def test_every_code_is_produced_and_every_produced_code_is_known() -> None:
    assert sorted([*PRODUCED, *ERRORS, *ELSEWHERE]) == sorted(FINDINGS)


@pytest.mark.parametrize("code", PRODUCED)
def test_code(code: str) -> None:
    protocols, more = PRODUCED[code]
    user = {key: more[key] for key in ("name", "address") if key in more}
    of_account = {key: more[key] for key in ("overrides",) if key in more}
    policy = {key: value for key, value in more.items() if key not in {*user, *of_account}}
    result = plan(request(document=answer(*protocols, **user), **of_account), **policy)
    assert code in codes(result)
    assert code not in codes(plan(request(pop3(), smtp())))
    finding = next(finding for finding in result.findings if finding["code"] == code)
    assert finding["severity"] == FINDINGS[code][0] != "error"
    assert finding["message"].isprintable()


@pytest.mark.parametrize("code", ERRORS)
def test_error(code: str) -> None:
    (one,) = read(answer(ERRORS[code]), "ada.xml").protocols()
    reader = ProtocolReader(one, MAIL_TYPES[one.type], {})
    reader.incoming()
    assert [finding.code for finding in reader.findings if finding.severity == "error"] == [code]


def test_form() -> None:
    assert Finding("port-missing", "No Port.", "Port", 7).as_dict() == {
        "code": "port-missing",
        "severity": "info",
        "element": "Port",
        "line": 7,
        "message": "No Port.",
    }
    assert all(meaning and severity in ("error", "warning", "info") for severity, meaning in FINDINGS.values())
    assert all(code == code.lower() and " " not in code and "_" not in code for code in FINDINGS)
