# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Thunderbird without a display, spoken to by Marionette."""

from __future__ import annotations

import hashlib
import json
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from marionette_driver.errors import MarionetteException, UnexpectedAlertOpen
from marionette_driver.marionette import Marionette

from ..authority import Authority
from ..client import PASSWORD, Account, Client, Session
from ..network import Person
from ..server.server import HOSTS
from ..waiting import until

PROFILE = ".thunderbird/lab.default"
PORT = 2828
"""Marionette's own; each person has a network of their own."""

POLICIES = Path("/etc/thunderbird/policies/policies.json")

PREFIX = """\
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
"""
ACCOUNTS = PREFIX + "return MailServices.accounts.accounts.flatMap(a => a.identities.map(i => i.email));"
WINDOWS = PREFIX + "return [...Services.wm.getEnumerator(null)].map(w => w.location.href);"
FETCH = (
    PREFIX
    + """
for (const account of MailServices.accounts.accounts) {
  const server = account.incomingServer;
  if (server.type == "pop3") {
    MailServices.pop3.GetNewMail(null, null, server.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox), server);
  }
}
"""
)
SEND = (
    PREFIX
    + """
const [email, subject] = arguments;
const account = MailServices.accounts.accounts.find(a => a.identities.some(i => i.email == email));
const identity = account.identities.find(i => i.email == email);
const fields = Cc["@mozilla.org/messengercompose/composefields;1"].createInstance(Ci.nsIMsgCompFields);
fields.from = email;
fields.to = "somebody@elsewhere.example";
fields.subject = subject;
const sender = Cc["@mozilla.org/messengercompose/send;1"].createInstance(Ci.nsIMsgSend);
sender.createAndSendMessage(
  null, identity, account.key, fields, false, false, Ci.nsIMsgCompDeliverMode.Now, null, "text/plain", "A line.\\n",
  null, null, null, "", "", Ci.nsIMsgCompType.New
).catch(problem => console.error(problem));
"""
)
SEED = (
    PREFIX
    + """
const [origins, users, password, done] = arguments;
const Login = Components.Constructor("@mozilla.org/login-manager/loginInfo;1", Ci.nsILoginInfo, "init");
Services.logins.addLogins(
  origins.flatMap(origin => users.map(user => new Login(origin, null, origin, user, password, "", "")))
).then(() => done(true), problem => done(String(problem)));
"""
)
QUIT = "Services.startup.quit(Ci.nsIAppStartup.eAttemptQuit);"


class ThunderbirdSession(Session):
    """A running Thunderbird."""

    def __init__(self, person: Person, logs: Path, *, login: str = "") -> None:
        self._person = person
        self._log = (logs / f"{person.name}.log").open("ab")
        command = ["thunderbird", "--headless", "--marionette", "--remote-allow-system-access"]
        more = {"MOZ_CRASHREPORTER_DISABLE": "1"}
        if login:
            # By this name the collection gives accounts to people.
            more["USER"] = more["LOGNAME"] = login
        self._program = subprocess.Popen(
            person.command([*command, "--profile", str(person.home / PROFILE)]),
            env=person.environment(more),
            cwd=person.home,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )
        self._marionette = Marionette(host="127.0.0.1", port=PORT, socket_timeout=30)
        try:
            self._connect()
        except BaseException:
            self.kill()
            raise

    def _connect(self) -> None:
        def session() -> bool:
            assert self._program.poll() is None, "Thunderbird ends at its start"
            try:
                with self._person.network():
                    self._marionette.start_session({"unhandledPromptBehavior": "ignore"})
            except (OSError, MarionetteException):
                time.sleep(0.2)
                return False
            return True

        until(session, 40, "Thunderbird can be spoken to")
        self._marionette.set_context(Marionette.CONTEXT_CHROME)
        until(lambda: any("messenger.xhtml" in url for url in self._do(WINDOWS)), 20, "Thunderbird shows its window")

    def dialogs(self) -> list[str]:
        try:
            return [url for url in self._do(WINDOWS) if "messenger.xhtml" not in url and "hiddenWindow" not in url]
        except UnexpectedAlertOpen as problem:
            return [str(problem)]

    def addresses(self) -> list[str]:
        """Return the addresses of all accounts."""
        found: list[str] = self._do(ACCOUNTS)
        return found

    def seed(self, logins: Sequence[str]) -> None:
        """Store the passwords of these logins for every server."""
        origins = [f"{kind}://{host}" for host in HOSTS for kind in ("mailbox", "smtp")]
        done = self._marionette.execute_async_script(SEED, script_args=(origins, logins, PASSWORD), sandbox="system")
        assert done is True, done

    def fetch(self) -> None:
        self._do(FETCH)

    def has(self, subject: str) -> bool:
        directory = str(self._person.home / PROFILE)
        found = subprocess.run(["grep", "-rls", f"^Subject: {subject}", directory], check=False, capture_output=True)
        return found.returncode == 0

    def send(self, account: Account, subject: str) -> None:
        self._do(SEND, account.email, subject)

    def stop(self) -> None:
        self._do(QUIT)
        until(lambda: self._program.poll() is not None, 20, "Thunderbird exits")
        self._log.close()

    def kill(self) -> None:
        # The program that was started is not the only process of it: the others end with their parent.
        if self._program.poll() is None:
            self._program.kill()
        self._program.wait(10)
        self._log.close()

    def _do(self, script: str, *arguments: object) -> Any:
        return self._marionette.execute_script(script, script_args=arguments, sandbox="system")


def _automatic(person: Person) -> list[str]:
    """Return the preferences that have mail fetched without an order, for the account the collection provisions."""
    key = "mailfleet_pop3_" + hashlib.sha256(f"{person.name}@lab.example".encode()).hexdigest()[:16]
    return [f"mail.server.{key}.{name}" for name in ("check_new_mail", "login_at_startup")]


class Thunderbird(Client):
    """Thunderbird."""

    name = "thunderbird"
    title = "Thunderbird"
    packages = ("thunderbird",)

    def __init__(self) -> None:
        self._logins: Sequence[str] = ()
        self._passwords: dict[str, bytes] = {}

    def prepare(self, authority: Authority, logins: Sequence[str]) -> None:
        """Have the test CA trusted by policy, which what we install besides must leave in place."""
        self._logins = list(logins)
        POLICIES.parent.mkdir(parents=True, exist_ok=True)
        known = json.loads(POLICIES.read_text(encoding="utf-8")) if POLICIES.exists() else {}
        known.setdefault("policies", {})["Certificates"] = {"Install": [str(authority.ca)]}
        POLICIES.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")

    def make_by_hand(self, person: Person, account: Account) -> None:
        pop, smtp = account.situation.pop, account.situation.smtp
        types = {"plain": 0, "STARTTLS": 2, "SSL": 3}
        prefs: dict[str, str | int | bool] = {
            "mail.accountmanager.accounts": "account1,account2",
            "mail.accountmanager.defaultaccount": "account2",
            "mail.account.account1.server": "server1",
            "mail.accountmanager.localfoldersserver": "server1",
            "mail.server.server1.type": "none",
            "mail.server.server1.userName": "nobody",
            "mail.server.server1.hostname": "Local Folders",
            "mail.account.account2.server": "server2",
            "mail.account.account2.identities": "id1",
            "mail.identity.id1.useremail": account.email,
            "mail.identity.id1.fullName": "Myself",
            "mail.identity.id1.smtpServer": "smtp1",
            "mail.identity.id1.fcc": False,
            "mail.server.server2.type": "pop3",
            "mail.server.server2.hostname": pop.name,
            "mail.server.server2.port": pop.port,
            "mail.server.server2.socketType": types[pop.security],
            "mail.server.server2.userName": account.email,
            "mail.server.server2.leave_on_server": True,
            "mail.server.server2.check_new_mail": False,
            "mail.server.server2.login_at_startup": False,
            "mail.smtpservers": "smtp1",
            "mail.smtp.defaultserver": "smtp1",
            "mail.smtpserver.smtp1.hostname": smtp.name,
            "mail.smtpserver.smtp1.port": smtp.port,
            "mail.smtpserver.smtp1.try_ssl": types[smtp.security],
            "mail.smtpserver.smtp1.authMethod": 3 if account.situation.auth_required else 1,
            "mail.smtpserver.smtp1.username": account.email,
        }
        lines = [f'user_pref("{name}", {json.dumps(value)});\n' for name, value in prefs.items()]
        self._profile(person)
        person.write(f"{PROFILE}/prefs.js", "".join(lines))

    def seed_password(self, person: Person, account: Account) -> None:  # noqa: ARG002
        self._profile(person)
        if not self._passwords:
            # One start for everybody instead of one for each: the files can be copied, and hold all logins.
            # Without any account: one that asks for its password then would be in the way.
            session = ThunderbirdSession(person, Path("/tmp"), login="nobody")
            session.seed(self._logins)
            session.stop()
            for name in ("key4.db", "logins.json"):
                self._passwords[name] = (person.home / PROFILE / name).read_bytes()
        for name, content in self._passwords.items():
            person.write(f"{PROFILE}/{name}", content)

    def start(self, person: Person, logs: Path) -> Session:
        self._profile(person)
        return ThunderbirdSession(person, logs)

    def accounts(self, person: Person) -> list[str]:
        session = self._session(person)
        try:
            return session.addresses()
        finally:
            session.stop()

    def _session(self, person: Person) -> ThunderbirdSession:
        self._profile(person)
        return ThunderbirdSession(person, Path("/tmp"))

    @staticmethod
    def _profile(person: Person) -> None:
        """Make the person's profile known, as a first start would."""
        if (person.home / PROFILE).exists():
            return
        name = PROFILE.rpartition("/")[2]
        text = f"[Profile0]\nName=default\nIsRelative=1\nPath={name}\nDefault=1\n\n[General]\nStartWithLastProfile=1\n"
        person.write(".thunderbird/profiles.ini", text)
        person.write(f"{PROFILE}/times.json", "{}\n")
        person.write(f"{PROFILE}/user.js", "".join(f'user_pref("{name}", false);\n' for name in _automatic(person)))


CLIENT = Thunderbird()
