# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mailboxes, a certificate and a database in; a running Dovecot that notes each POP3 login in the database out."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..authority import Authority
from ..waiting import until

UID = 61000
"""Owns the mailboxes."""

# The script runs after the login and before +OK reaches the client. The last_login plugin loses this race: its record
# is there for 23 of 100 clients that send at once (Dovecot 2.3.19).
POSTLOGIN = """\
#!/bin/sh
sqlite3 -cmd '.timeout 10000' '{database}' \\
    "INSERT INTO logins (at, ip, login) VALUES ((julianday('now') - 2440587.5) * 86400.0, '$IP', '$USER')"
exec "$@"
"""

CONFIGURATION = """\
base_dir = {run}
state_dir = {run}/state
log_path = {log}
auth_verbose = yes
# A wrong password is told by its digest: whose it is can be seen.
auth_verbose_passwords = sha1
listen = {addresses}
protocols = pop3 imap
disable_plaintext_auth = no
auth_mechanisms = plain login
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
mail_location = maildir:{mail}/%u
mail_uid = {uid}
mail_gid = {uid}
first_valid_uid = {uid}
first_valid_gid = {uid}
# No waiting after a wrong password, and none for many connections.
auth_failure_delay = 0
mail_max_userip_connections = 100
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {users}
}}
userdb {{
  driver = static
  args = uid={uid} gid={uid} home={mail}/%u
}}
service pop3 {{
  executable = pop3 pop3-postlogin
}}
service pop3-postlogin {{
  executable = script-login {postlogin}
  user = $default_internal_user
  unix_listener pop3-postlogin {{
  }}
}}
service auth {{
  unix_listener {sasl} {{
    mode = 0666
  }}
}}
# The same for wrong passwords from one address: the penalty would have them told after the client is gone.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  client_limit = 1000
}}
"""


class Dovecot:
    """The POP3 and IMAP server."""

    def __init__(
        self, directory: Path, addresses: Sequence[str], authority: Authority, database: Path, log: Path
    ) -> None:
        self._mail = directory / "mail"
        self.sasl = directory / "sasl"
        self.log = log
        self._users = directory / "users"
        run, postlogin, self._configuration = (directory / name for name in ("run", "postlogin", "dovecot.conf"))
        for path in (run / "state", self._mail):
            path.mkdir(parents=True)
        os.chown(self._mail, UID, UID)
        postlogin.write_text(POSTLOGIN.format(database=database), encoding="utf-8")
        postlogin.chmod(0o755)
        self._configuration.write_text(
            CONFIGURATION.format(
                run=run,
                log=self.log,
                addresses=", ".join(addresses),
                certificate=authority.certificate,
                key=authority.key,
                mail=self._mail,
                uid=UID,
                users=self._users,
                postlogin=postlogin,
                sasl=self.sasl,
            ),
            encoding="utf-8",
        )

    def start(self, passwords: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Start with these logins, and return when it answers."""
        lines = [f"{login}:{{PLAIN}}{password}\n" for login, password in passwords.items()]
        self._users.write_text("".join(lines), encoding="utf-8")
        self._users.chmod(0o644)
        process = subprocess.Popen(["dovecot", "-F", "-c", str(self._configuration)], stdin=subprocess.DEVNULL)
        until(self.sasl.exists, 10, "Dovecot starts")
        return process

    def deliver(self, login: str, subject: str) -> None:
        """Put a message into a mailbox."""
        box = self._mail / login
        for directory in (box, *(box / name for name in ("cur", "new", "tmp"))):
            directory.mkdir(exist_ok=True)
            os.chown(directory, UID, UID)
        name = f"1700000000.{subject}.lab"
        message = (
            f"Date: Mon, 2 Nov 2026 10:00:00 +0000\r\nFrom: postmaster@{login.partition('@')[2]}\r\nTo: {login}\r\n"
            f"Subject: {subject}\r\nMessage-ID: <{name}@lab.example>\r\n\r\nA line.\r\n"
        )
        (box / "tmp" / name).write_text(message, encoding="utf-8", newline="")
        os.chown(box / "tmp" / name, UID, UID)
        (box / "tmp" / name).rename(box / "new" / name)
