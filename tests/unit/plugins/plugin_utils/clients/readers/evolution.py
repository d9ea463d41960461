# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What evolution-data-server and Camel understand of sources, and msmtp of its settings.

GKeyFile: the escapes are \\s \\n \\t \\r \\\\ and any other is an error; blanks around a key and before a value do
not count; the last of two equal keys does. Strings are not lists, so a semicolon is nothing special.
"""

from __future__ import annotations

import re
import shlex

from ..msmtprc import Sending, msmtprc
from ..prefs_file import written
from ..reading import Files, Read

Groups = dict[str, dict[str, str]]

KNOWN = {
    "account": {
        "Data Source": {"DisplayName", "Enabled", "Parent"},
        "Mail Account": {"BackendName", "IdentityUid", "NeedsInitialSetup"},
        "Authentication": {"Host", "Port", "User", "Method", "ProxyUid", "RememberPassword"},
        "Security": {"Method"},
        "Pop Backend": {"KeepOnServer", "DeleteAfterDays"},
        "Imapx Backend": {"UseSubscriptions"},
        "Refresh": {"Enabled", "IntervalMinutes"},
    },
    "identity": {
        "Data Source": {"DisplayName", "Enabled", "Parent"},
        "Mail Identity": {"Address", "Name"},
        "Mail Submission": {"TransportUid", "SentFolder"},
        "Mail Composition": {"DraftsFolder"},
    },
    "transport": {
        "Data Source": {"DisplayName", "Enabled", "Parent"},
        "Mail Transport": {"BackendName"},
        "Authentication": {"Host", "Port", "User", "Method", "ProxyUid", "RememberPassword"},
        "Security": {"Method"},
        "Sendmail Backend": {"UseCustomBinary", "CustomBinary", "UseCustomArgs", "CustomArgs", "SendInOffline"},
    },
}
"""The properties that these extensions have, as far as anybody needs them."""

SECURITY = {"none": "plain", "ssl-on-alternate-port": "SSL", "starttls-on-standard-port": "STARTTLS"}
METHODS = ("none", "PLAIN", "LOGIN", "NTLM")
ESCAPES = {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}


def groups_of(text: str) -> Groups:
    """Return the groups of a key file."""
    found: Groups = {}
    for raw in text.split("\n")[:-1]:
        line = raw.lstrip(" \t")
        assert "\r" not in line and "\0" not in line
        if line.startswith("["):
            assert line.endswith("]") and line[1:-1] not in found
            found[line[1:-1]] = group = {}
        elif line and not line.startswith("#"):
            key, equals, value = line.partition("=")
            key = key.rstrip(" \t")
            assert equals and re.fullmatch(r"[A-Za-z]+", key) and key not in group
            group[key] = unescaped(value.lstrip(" \t\v\f"))
    return found


def unescaped(value: str) -> str:
    """Return a string as g_key_file_get_string gives it."""
    assert not re.search(r"\\(?![sntr\\])", value.replace("\\\\", ""))
    return re.sub(r"\\(.)", lambda match: ESCAPES[match[1]], value)


def read(files: Files) -> list[Read]:
    """Return what the sources of each account and the settings of its programs say."""
    sources = _sources(files)
    found = []
    for uid, account in sources.items():
        if "Mail Account" not in account:
            continue
        _check("account", account)
        backend = account["Mail Account"]["BackendName"]
        identity = sources[account["Mail Account"]["IdentityUid"]]
        _check("identity", identity)
        transport = sources[identity["Mail Submission"]["TransportUid"]]
        _check("transport", transport)
        assert account["Data Source"]["Parent"] == ""
        assert identity["Data Source"]["Parent"] == transport["Data Source"]["Parent"] == uid
        # Camel's default is false, which deletes from the server what was fetched.
        assert backend == "imapx" or account["Pop Backend"] == {"KeepOnServer": "true", "DeleteAfterDays": "0"}
        assert ("Pop Backend" in account, "Imapx Backend" in account) == (backend == "pop", backend == "imapx")
        hooked = transport["Mail Transport"]["BackendName"] == "sendmail"
        sending = _through_script(files, transport) if hooked else _through_smtp(transport)
        found.append(
            Read(
                email=identity["Mail Identity"]["Address"],
                incoming_type={"pop": "pop3", "imapx": "imap"}[backend],
                incoming_host=account["Authentication"]["Host"],
                incoming_port=int(account["Authentication"]["Port"]),
                incoming_security=SECURITY[account["Security"]["Method"]],
                incoming_login=account["Authentication"]["User"],
                outgoing_host=sending.host,
                outgoing_port=sending.port,
                outgoing_security=sending.security,
                outgoing_login=sending.login,
                pop_first=hooked,
            )
        )
    return found


def has(files: Files, setting: str, side: str) -> bool:
    """Tell whether each ``[Group] Key=value`` of ``setting`` is there, or each line of the settings of msmtp."""
    if setting.startswith("msmtprc: "):
        ((text),) = (file["content"] for file in files if _path(file).endswith(".msmtprc"))
        return set(setting.removeprefix("msmtprc: ").split("; ")) <= set(text.splitlines())
    kind = {"incoming": "account", "outgoing": "transport", "account": "identity"}[side]
    ((source),) = (source for uid, source in _sources(files).items() if uid.endswith(f"-{kind}"))
    for part in setting.removesuffix(" (option smtp_method)").split("; ") if setting else ():
        match = re.fullmatch(r"\[([A-Za-z ]+)\] ([A-Za-z]+)=(.*)", part)
        assert match is not None, setting
        if source.get(match[1], {}).get(match[2]) != match[3]:
            return False
    return True


def _path(file: dict[str, object]) -> str:
    return str(file["path"])


def _sources(files: Files) -> dict[str, Groups]:
    """Return the groups of each source by its uid, which is the name of its file."""
    found = {}
    for file in files:
        directory, _slash, name = _path(file).rpartition("/")
        if not name.endswith(".source"):
            continue
        if "sections" in file:
            assert directory.endswith("/.config/evolution/sources") and file["syntax"] == "keyfile"
            groups = groups_of(written(file))
        else:
            assert directory == "/etc/xdg/evolution-data-server/autoconfig"
            groups = groups_of(file["content"])
            assert "${" not in file["content"]
            assert re.fullmatch("[0-9a-f]{16}", groups.pop("Autoconfig")["Revision"])
        found[name.removesuffix(".source")] = groups
    return found


def _check(kind: str, source: Groups) -> None:
    assert source["Data Source"]["Enabled"] == "true"
    for group, keys in source.items():
        assert keys.keys() <= KNOWN[kind][group]
        for value in keys.values():
            # As e_util_strdup_strip() does.
            assert value == value.strip(" \t\n\v\f\r")


def _through_smtp(transport: Groups) -> Sending:
    assert transport["Mail Transport"]["BackendName"] == "smtp" and "Sendmail Backend" not in transport
    keys = transport["Authentication"]
    assert keys["Method"] in METHODS
    assert keys["Method"] != "NTLM" or "'" not in keys["User"], "camel-sasl-ntlm.c would run what follows it"
    return Sending(
        keys["Host"],
        int(keys["Port"]),
        SECURITY[transport["Security"]["Method"]],
        None if keys["Method"] == "none" else keys["User"],
    )


def _through_script(files: Files, transport: Groups) -> Sending:
    assert "Authentication" not in transport and "Security" not in transport
    keys = transport["Sendmail Backend"]
    assert (keys["UseCustomBinary"], keys["UseCustomArgs"], keys["SendInOffline"]) == ("true", "true", "false")
    name, *rest = shlex.split(keys["CustomArgs"], posix=True)
    assert rest == ["send", "-i", "-f", "%F", "--", "%R"] and "%F" != name != "%R"
    (script,) = (file for file in files if _path(file) == keys["CustomBinary"])
    assert script["content"].startswith("#!/bin/sh\n") and int(script["mode"], 8) & 0o100
    directory = keys["CustomBinary"].rpartition("/")[0]
    contents = {_path(file): file.get("content") for file in files}
    assert "auth" in contents[f"{directory}/{name}.mpoprc"]
    return msmtprc(contents[f"{directory}/{name}.msmtprc"])
