# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses, a certificate and a database in; a running Postfix, which treats mail at each address in its own way, out.

=========  =====================================================================================
``first``  takes mail from an address that logged in to POP3 within the window; offers no AUTH
``both``   wants the login to POP3 and SMTP AUTH
``auth``   wants SMTP AUTH, and knows nothing of POP-before-SMTP
=========  =====================================================================================

Each listens on 25, 587 (STARTTLS) and 465 (TLS).
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from ..authority import Authority
from ..waiting import until

LOOKUP = """\
dbpath = {database}
query = SELECT '{answer}' FROM logins
  WHERE ip = '%s' AND open AND at > (julianday('now') - 2440587.5) * 86400.0 - {window}
  LIMIT 1
"""
"""Two rows would be one answer, "OK,OK", which Postfix does not know."""

MAIN = """\
compatibility_level = 3.6
queue_directory = {directory}/queue
data_directory = {directory}/data
maillog_file = {log}
maillog_file_prefixes = /
myhostname = mail.lab.example
mydestination =
mynetworks =
inet_protocols = ipv4
smtpd_peername_lookup = no
# What was accepted has been seen: it goes nowhere.
default_transport = discard
relay_transport = discard
local_transport = discard
alias_maps =
smtpd_relay_restrictions = permit
smtpd_recipient_restrictions = reject
smtpd_end_of_data_restrictions = check_policy_service inet:127.0.0.1:{policy}
smtpd_delay_reject = yes
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_security_level = may
smtpd_tls_loglevel = 1
smtpd_sasl_type = dovecot
smtpd_sasl_path = {sasl}
smtpd_sasl_auth_enable = no
# Refusals are what is tested: no slowing down of clients that meet one, and no limits.
smtpd_error_sleep_time = 0
smtpd_client_connection_count_limit = 0
maximal_idle = 10s
"""

MASTER = """\
postlog   unix-dgram n - n - 1 postlogd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
tlsmgr    unix - - n 1000? 1 tlsmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
proxymap  unix - - n - - proxymap
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
discard   unix - - n - - discard
error     unix - - n - - error
retry     unix - - n - - error
"""

RESTRICTIONS = {
    "first": ("no", "check_client_access,sqlite:{first},{policy},reject"),
    "both": ("yes", "check_client_access,sqlite:{both},{policy},reject"),
    "auth": ("yes", "permit_sasl_authenticated,{policy},reject"),
}
"""For each way: whether AUTH is offered, and what must hold before a recipient is taken."""

PORTS = {"25": "no", "587": "no", "465": "yes"}
"""Whether TLS starts with the first byte."""


class Postfix:
    """The SMTP server. It takes the place of the machine's own Postfix: only in the layer of the lab."""

    def __init__(self, directory: Path, log: Path) -> None:
        self._directory = directory
        self.log = log

    def start(
        self,
        addresses: Mapping[str, str],
        *,
        window: float,
        authority: Authority,
        database: Path,
        sasl: Path,
        policy: int,
    ) -> subprocess.Popen[bytes]:
        """Start with the way of each address, and return when it answers."""
        etc = Path("/etc/postfix")
        for name in ("queue", "data"):
            (self._directory / name).mkdir(parents=True)
        subprocess.run(["chown", "postfix", str(self._directory / "data")], check=True)
        lookups = {"first": "OK", "both": "permit_sasl_authenticated"}
        for name, answer in lookups.items():
            text = LOOKUP.format(database=database, answer=answer, window=window)
            (etc / f"{name}.cf").write_text(text, encoding="utf-8")
        main = MAIN.format(
            directory=self._directory,
            log=self.log,
            policy=policy,
            certificate=authority.certificate,
            key=authority.key,
            sasl=sasl,
        )
        (etc / "main.cf").write_text(main, encoding="utf-8")
        lines = [MASTER]
        for address, way in addresses.items():
            offered, restrictions = RESTRICTIONS[way]
            names = {name: str(etc / f"{name}.cf") for name in lookups}
            filled = restrictions.format(policy=f"check_policy_service,inet:127.0.0.1:{policy}", **names)
            for port, wrapped in PORTS.items():
                lines.append(
                    f"{address}:{port} inet n - n - - smtpd\n"
                    f"  -o smtpd_tls_wrappermode={wrapped}\n"
                    f"  -o smtpd_sasl_auth_enable={offered}\n"
                    f"  -o smtpd_recipient_restrictions={filled}\n"
                )
        (etc / "master.cf").write_text("".join(lines), encoding="utf-8")
        process = subprocess.Popen(
            ["postfix", "start-fg"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until(lambda: "daemon started" in self._said(), 20, "Postfix starts")
        return process

    def _said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""
