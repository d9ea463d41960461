# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is taken for a secret, in keys, in values and in whole files, and how long that takes."""

from __future__ import annotations

import time

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._diffs import Side, whole_diff
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._secrets import (
    is_secret,
    redacted,
    without_password,
)
from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.clients.registry import CLIENTS
from ansible_collections.mailfleet.autodiscover.tests.unit.plugins.plugin_utils.documents import (
    answer,
    imap,
    plan,
    pop3,
    request,
    smtp,
)

PEM = "-----BEGIN {}PRIVATE KEY-----\nhunter2\nhunter2=\n-----END {}PRIVATE KEY-----"

SECRETS = [
    "<password>hunter2</password>",
    "<POX:Password a='b'>hunter2</POX:Password>",
    "<password>\n  hunter2\n</password>",
    "<password><![CDATA[hunter2]]></password>",
    "<password\n  type='x'>hunter2</password>",
    '<server password="hunter2"/>',
    "<server user='ada' passwd='hunter2' />",
    '<value key="password">hunter2</value>',
    '<value key="incomingPassword" >hunter2</value>',
    '<property name="password" value="hunter2"/>',
    "<auth><token>hunter2</token></auth>",
    "<key>IncomingPassword</key>\n\t<string>hunter2</string>",
    "<key>IncomingPassword</key><string>hunter2</string>",
    "<key>Password</key>\n\n<data>\nhunter2\n</data>",
    '"password": "hunter2",',
    '{"a": 1, "password": "hunter2"}',
    '{\\"password\\": \\"hunter2\\"}',
    '"pass": ["hunter2", "hunter2"]',
    "'smtp_pass': 'hunter2 with blanks'",
    'user_pref("mail.smtpserver.password", "hunter2");',
    "$config['smtp_pass'] = 'hunter2';",
    "'password' => 'hunter2',",
    "password=hunter2",
    "passwd = hunter2",
    "pwd=hunter2",
    "Pwd=hunter2;Uid=ada",
    "token=hunter2",
    "access_token: hunter2",
    "api-key: hunter2",
    "api_key=hunter2",
    "APIKEY hunter2",
    "my_pw=hunter2",
    "my_pw hunter2",
    "mypw: hunter2",
    "PW=hunter2",
    "psk=hunter2",
    "cookie: hunter2",
    "smtp_password = hunter2 and more",
    "set imap_pass = 'hunter2'",
    "set my_pass=hunter2",
    "password hunter2",
    "machine mail login ada password hunter2",
    '(pop :server "x" :password "hunter2")',
    '(setq my-smtp-password "hunter2")',
    "fetch --password hunter2 --all",
    "fetch --password=hunter2 --all",
    "client_secret: hunter2",
    "credentials: hunter2",
    "passphrase = hunter2",
    "Authorization: Basic hunter2",
    "curl -H 'X: Bearer hunter2'",
    "PASSWD=hunter2\r",
    "Passwort: hunter2",
    "https://ada:hunter2@example.org/",
    "see https://ada:hun/hunter2@example.org/ and others",
    "proxy=http://ada:p@hunter2@proxy.example.org:8080",
    "imaps://ada%40example.org:hunter2@imap.example.org/INBOX",
    "ada:hunter2@example.org",
    "user = 'ada:hunter2@example.org'",
    "https://example.org/?token=hunter2&a=b",
    PEM.format("", ""),
    PEM.format("RSA ", "RSA "),
    PEM.format("OPENSSH ", "OPENSSH "),
    '"key": "' + PEM.format("", "").replace("\n", "\\n") + '"',
]


@pytest.mark.parametrize("text", SECRETS)
def test_a_secret_is_hidden(text):
    for lines in (text, "a\n" + text + "\nb\n"):
        assert "hunter2" not in redacted(lines) and "********" in redacted(lines)
    assert redacted("a\n" + text + "\nb\n").startswith("a\n") and redacted("a\n" + text + "\nb\n").endswith("\nb\n")


UNKNOWN = ["k: hunter2", "geheimwort ist hunter2", "my dog is called hunter2", "x" * 3000 + "hunter2", "hunter2"]


@pytest.mark.parametrize("text", SECRETS + UNKNOWN)
def test_no_spelling_of_a_secret_is_shown_of_a_file_that_is_not_ours(text):
    entry = whole_diff("/f", (Side(f"ours\n{text}\n".encode(), False), Side(b"ours\nnew\n", True)))
    assert "hunter2" not in str(entry) and "not shown" in str(entry)


PLAIN = [
    "<authentication>password-cleartext</authentication>",
    "<authentication>smtp-after-pop</authentication>\n<authentication>password-cleartext</authentication>",
    "<password/>\n<a>b</a>",
    "<key>OutgoingPasswordSameAsIncomingPassword</key>\n<true/>\n<key>a</key>\n<string>b</string>",
    "smtp_server=smtp.example.org\n",
    "ftp_passive_mode=1",
    "from ada@example.org",
    "mailto:ada@example.org",
    "pops://ada%40example.org@pop.example.org:995",
    '{"email":"ada@example.org","user":"ada"}',
    "# nothing to hide\n",
]


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_no_secret_is_shown(text):
    assert redacted(text) == text


KEYS = ["pass", "Password", "smtp_password", "passwd", "pwd", "my_pw", "userPW", "imapPass", "client_secret", "apiKey"]
KEYS += ["api-key", "private_key", "access.token", "credential", "Credentials", "psk", "pin", "otp", "Authorization"]
KEYS += ["auth_key", "passphrase", "Kennwort", "passwordeval"]


@pytest.mark.parametrize("key", KEYS)
def test_a_key_of_a_secret(key):
    assert is_secret(key)


def _written_keys():
    """Every key that a client of ours enforces or writes once, in files of sections, and the values in JSON files."""
    found = set()
    answers = [
        answer(pop3(), smtp(SMTPLast="on")),
        answer(pop3(), smtp(SMTPLast="on", AuthRequired="off")),
        answer(imap(SPA="on"), smtp(SPA="on", UsePOPAuth="on")),
        answer(imap(), smtp(LoginName="other", UsePOPAuth="off")),
    ]
    for name in CLIENTS:
        for document in answers:
            for file in plan(request(document=document), clients=(name,), unsupported="warn", spa="ignore").files:
                for section in file.get("sections", ()):
                    found.update((name, key) for part in ("enforced", "fixed", "seeded") for key in section[part])
                found.update((name, key) for value in file.get("values", ()) for key in value["path"])
    return sorted(found)


def test_no_key_that_we_write_is_hidden():
    written = _written_keys()
    assert {name for name, _key in written} >= {"claws_mail", "sylpheed", "evolution", "kmail", "thunderbird"}
    assert {"use_smtp_auth", "authtype", "Authentication", "storepass", "RememberPassword"} <= {k for _n, k in written}
    assert [pair for pair in written if is_secret(pair[1])] == []


VALUES = [
    ("ada:secret@host", "ada:********@host"),
    ("ada:secret@example.org", "ada:********@example.org"),
    ("ada@example.org:secret@host", "ada@example.org:********@host"),
    ("pop://ada:secret@host", "pop://ada:********@host"),
    ("pop://ada:se/cr@et@host:110/x", "pop://ada:********@host:110/x"),
    ("ada:se cr:et@host", "ada:********@host"),
    ("ada:http://secret@host", "ada:********@host"),
    ("/files/https:/ada:secret@host/a.xml", "/files/https:/ada:********@host/a.xml"),
    ("https://host/a?user=ada&password=secret", "https://host/a?user=ada&password=********"),
    ("{'hostname': 'ada:secret@host'}", "{'hostname': 'ada:********@host'}"),
    ("{'password': 'secret'}", "{'password': ********"),
    ("ada@example.org", "ada@example.org"),
    ("pop.example.org:995", "pop.example.org:995"),
    ("https://example.org/autodiscover.xml", "https://example.org/autodiscover.xml"),
    ("mailto:ada@example.org", "mailto:ada@example.org"),
    ("Ask: admin@example.org", "Ask: admin@example.org"),
    ("ada@[2001:db8::1]:25", "ada@[2001:db8::1]:25"),
    ("CORP\\ada", "CORP\\ada"),
    ("the password is wrong", "the password is wrong"),
]


@pytest.mark.parametrize("value, shown", VALUES)
def test_a_password_in_a_value(value, shown):
    assert without_password(value) == shown


PIECES = ["<pass", '"pass', "'pass", "pass", "pass ", "pass=", ":pass ", " pass", "-pass", "x pass ", "<key>pass"]
PIECES += [
    "<key>pass</key>",
    "<key>pass</key> ",
    "<pass>",
    "<pass a",
    '<pass a="',
    "<pass>\n",
    '"pass" ',
    '"pass": "\\',
]
PIECES += ["\\", '"', "<", ">", "://", "://a:", "a://b:c", "a:", "a@", ":@", "-----BEGIN", "-----BEGIN PRIVATE KEY\n"]
PIECES += [
    " ",
    "\t",
    "\r",
    "\n",
    "set ",
    "set pass",
    "pass\n",
    "token&",
    "a=pass&",
    "pass.pass-",
    "[pass]",
    "pw",
    "pwpw.",
]
PIECES += [
    "<![CDATA[pass",
    '{"pass":',
    "user:",
    "https:/",
    "=>pass",
    "pass/>",
    "pass </",
    "api_key",
    "p\u00e4ss",
    "a" * 999,
]


@pytest.mark.parametrize("piece", PIECES)
def test_hiding_takes_time_in_proportion_to_the_text(piece):
    """A tenth of a second; with patterns that look back and ahead without a bound it was up to a minute."""
    hostile = (piece * (100_000 // len(piece) + 1))[:100_000]
    for text in (hostile, "x" * 50_000 + " " + hostile[:50_000], hostile[:50_000] + "=" + hostile[:50_000]):
        began = time.process_time()
        redacted(text)
        without_password(text)
        is_secret(text)
        assert time.process_time() - began < 2
