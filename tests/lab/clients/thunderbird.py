# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Thunderbird without a display, spoken to by Marionette."""

from __future__ import annotations

import hashlib
import json
import re
import ssl
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from marionette_driver.errors import MarionetteException, UnexpectedAlertOpen
from marionette_driver.marionette import Marionette

from ..authority import Authority
from ..client import PASSWORD, Account, Client, Flip, Session
from ..network import Person
from ..server.server import HOSTS
from ..thunderbird_extras import EXTRAS
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
const [email, subject, mode] = arguments;
const account = MailServices.accounts.accounts.find(a => a.identities.some(i => i.email == email));
const identity = account.identities.find(i => i.email == email);
const fields = Cc["@mozilla.org/messengercompose/composefields;1"].createInstance(Ci.nsIMsgCompFields);
fields.from = email;
fields.to = "somebody@elsewhere.example";
fields.subject = subject;
const sender = Cc["@mozilla.org/messengercompose/send;1"].createInstance(Ci.nsIMsgSend);
sender.createAndSendMessage(
  null, identity, account.key, fields, false, false, Ci.nsIMsgCompDeliverMode[mode], null, "text/plain", "A line.\\n",
  null, null, null, "", "", Ci.nsIMsgCompType.New
).catch(problem => console.error(problem));
"""
)
COMPOSE = (
    PREFIX
    + """
const [email, subject] = arguments;
const fields = Cc["@mozilla.org/messengercompose/composefields;1"].createInstance(Ci.nsIMsgCompFields);
fields.to = "somebody@elsewhere.example";
fields.subject = subject;
fields.body = "A line.\\n";
const params = Cc["@mozilla.org/messengercompose/composeparams;1"].createInstance(Ci.nsIMsgComposeParams);
params.composeFields = fields;
params.format = Ci.nsIMsgCompFormat.PlainText;
params.identity = MailServices.accounts.allIdentities.find(i => i.email == email);
MailServices.compose.OpenComposeWindowWithParams(null, params);
"""
)
MESSAGE_WINDOWS = """
const composing = [...Services.wm.getEnumerator("msgcompose")].filter(w => w.gMsgCompose);
"""
COMPOSED = MESSAGE_WINDOWS + 'return composing.map(w => w.document.getElementById("msgSubject").value);'
SEND_FROM_WINDOW = (
    MESSAGE_WINDOWS
    + """
const found = composing.find(w => w.document.getElementById("msgSubject").value == arguments[0]);
found.setTimeout(() => found.GenericSendMessage(Ci.nsIMsgCompDeliverMode.Now));
"""
)
WAITING = (
    PREFIX
    + """
const root = MailServices.accounts.localFoldersServer.rootFolder;
return root.getFolderWithFlags(Ci.nsMsgFolderFlags.Queue)?.getTotalMessages(false) ?? 0;
"""
)
SEND_WAITING = """
Cc["@mozilla.org/messengercompose/sendlater;1"].getService(Ci.nsIMsgSendLater).sendUnsentMessages(null);
"""
ADDON = 'return WebExtensionPolicy.getByID("pop-before-smtp@mailfleet.autodiscover")?.active ?? false;'
NOTE_ALERTS = (
    PREFIX
    + """
const { Prompter } = ChromeUtils.importESModule("resource://gre/modules/Prompter.sys.mjs");
const said = MailServices.labSaid = [];
Prompter.prototype.alert = (...words) => said.push(words.filter(word => typeof word == "string").join(": "));
"""
)
"""Marionette does nothing while an alert is open."""
ALERTS = PREFIX + "return MailServices.labSaid;"
READ = """
const { JXON } = ChromeUtils.importESModule("resource:///modules/JXON.sys.mjs");
const folder = "resource:///modules/accountcreation/";
const { readFromXML } = ChromeUtils.importESModule(folder + "readFromXML.sys.mjs");
const { AccountConfig } = ChromeUtils.importESModule(folder + "AccountConfig.sys.mjs");
return arguments[0].map(([text, email]) => {
  try {
    const config = readFromXML(JXON.build(new DOMParser().parseFromString(text, "text/xml")), "lab");
    AccountConfig.replaceVariables(config, "Somebody", email);
    const { incoming, outgoing } = config;
    return {
      type: incoming.type, host: incoming.hostname, port: incoming.port, socket: incoming.socketType,
      auth: incoming.auth, user: incoming.username, leave: incoming.leaveMessagesOnServer,
      days: incoming.daysToLeaveMessagesOnServer, smtp_host: outgoing.hostname, smtp_port: outgoing.port,
      smtp_socket: outgoing.socketType, smtp_auth: outgoing.auth, smtp_user: outgoing.username,
      complete: config.isComplete(),
    };
  } catch (problem) {
    return { problem: String(problem) };
  }
});
"""
SEED = (
    PREFIX
    + """
const [origins, users, password, done] = arguments;
const Login = Components.Constructor("@mozilla.org/login-manager/loginInfo;1", Ci.nsILoginInfo, "init");
const logins = Services.logins;
const ours = login => origins.includes(login.origin) && users.includes(login.username);
logins.getAllLogins().then(async known => {
  for (const login of known.filter(ours)) {
    await logins.removeLoginAsync?.(login) ?? logins.removeLogin?.(login);
  }
  return logins.addLogins(
    origins.flatMap(origin => users.map(user => new Login(origin, null, origin, user, password, "", "")))
  );
}).then(() => done(true), problem => done(String(problem)));
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

        def shown() -> bool:
            return any("messenger.xhtml" in url for url in self._do(WINDOWS) or ())

        until(shown, 20, "Thunderbird shows its window")

    def dialogs(self) -> list[str]:
        try:
            # A window that opens is about:blank until it has its content.
            usual = ("messenger.xhtml", "hiddenWindow", "about:blank")
            urls = self._do(WINDOWS)
            if urls is None:
                return ["an alert that opened just now"]
            return [url for url in urls if not any(name in url for name in usual)]
        except UnexpectedAlertOpen as problem:
            return [str(problem).partition("\n")[0]]

    def addresses(self) -> list[str]:
        """Return the addresses of all accounts."""
        found: list[str] = self._do(ACCOUNTS)
        return found

    def seed(self, hosts: Iterable[str], logins: Sequence[str], password: str) -> None:
        """Store the password of these logins for fetching, from each of these servers."""
        origins = [f"mailbox://{host}" for host in hosts]
        done = self._marionette.execute_async_script(SEED, script_args=(origins, logins, password), sandbox="system")
        assert done is True, done

    def fetch(self) -> None:
        self._do(FETCH)

    def has(self, subject: str) -> bool:
        directory = str(self._person.home / PROFILE)
        found = subprocess.run(["grep", "-rls", f"^Subject: {subject}", directory], check=False, capture_output=True)
        return found.returncode == 0

    def send(self, account: Account, subject: str) -> None:
        self._do(SEND, account.email, subject, "Now")

    def send_later(self, account: Account, subject: str) -> None:
        """Put a message into the outbox."""
        self._do(SEND, account.email, subject, "Later")

    def waiting(self) -> int:
        """Return how many messages are in the outbox."""
        number: int = self._do(WAITING)
        return number

    def send_waiting(self) -> None:
        """Have the messages in the outbox sent."""
        self._do(SEND_WAITING)

    def compose(self, account: Account, subject: str) -> None:
        """Open a window with a message, and wait until it is ready."""
        self._do(COMPOSE, account.email, subject)
        until(lambda: subject in self.composed(), 20, "The window of the message opens")

    def composed(self) -> list[str]:
        """Return the subjects of messages in windows of their own."""
        found: list[str] = self._do(COMPOSED)
        return found

    def send_from_window(self, subject: str) -> None:
        """Press Send in the window of a message."""
        self._do(SEND_FROM_WINDOW, subject)

    def note_alerts(self) -> None:
        """Have what Thunderbird says in dialogs with an OK noted, as if OK were pressed at once."""
        self._do(NOTE_ALERTS)

    def alerts(self) -> list[str]:
        """Return what was noted."""
        found: list[str] = self._do(ALERTS)
        return found

    def addon_is_active(self) -> bool:
        """Return whether the add-on of the collection works."""
        return self._do(ADDON) is True

    def read_autoconfig(self, documents: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
        """Return what Thunderbird reads in documents for its account assistant, for the person with this address."""
        found: list[dict[str, Any]] = self._do(READ, documents)
        return found

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
    """Return the preferences that have mail fetched without an order, for the accounts the collection provisions."""
    addresses = (f"{person.name}@lab.example", f"{person.name}-former@lab.example", f"{person.name}@two.example")
    keys = ["mailfleet_pop3_" + hashlib.sha256(address.encode()).hexdigest()[:16] for address in addresses]
    return [f"mail.server.{key}.{name}" for key in keys for name in ("check_new_mail", "login_at_startup")]


CONFIG = Path("/etc/thunderbird/thunderbird.cfg")
BLOCK = re.compile(r"(?<=\nmailfleet\.push\()\{.*?\n\}(?=\);\n)", re.DOTALL)


def _with(kind: str, name: str, value: object) -> Callable[[Person, Account], None]:
    """Return what enforces another value of a preference in a person's account."""

    def replaced(email: str, match: re.Match[str]) -> str:
        data = json.loads(match[0])
        if data["email"] == email:
            assert data["enforced"][kind][name] != value
            data["enforced"][kind][name] = value
        return json.dumps(data, indent=2)

    def change(person: Person, account: Account) -> None:  # noqa: ARG001
        text = CONFIG.read_text(encoding="utf-8")
        changed = BLOCK.sub(partial(replaced, account.email), text)
        assert changed != text, f"{CONFIG} has no account of {account.email}"
        CONFIG.write_text(changed, encoding="utf-8")

    return change


def _excepted(person: Person, account: Account) -> None:
    """Let the profile trust each server's certificate for the name that the server has for the client.

    A line of cert_override.txt is the host, the digest's OID (SHA-256) and the digest (nsCertOverrideService::Read).
    """
    lines = []
    for host in (account.situation.pop, account.situation.smtp):
        if host.security == "SSL":
            certificate = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((host.name, host.port), timeout=10))
            digest = hashlib.sha256(certificate).digest().hex(":").upper()
            lines.append(f"{host.name}:{host.port}:\tOID.2.16.840.1.101.3.4.2.1\t{digest}\t\n")
    Thunderbird.make_profile(person)
    person.write(f"{PROFILE}/cert_override.txt", "".join(lines))


class Thunderbird(Client):
    """Thunderbird."""

    name = "thunderbird"
    title = "Thunderbird"
    packages = ("thunderbird",)
    extras = EXTRAS
    flips = (
        Flip("no popBeforeSmtp", "pure", _with("smtpserver", "popBeforeSmtp", None), {"sends", "sends again"}),
        Flip("no popBeforeSmtp", "both", _with("smtpserver", "popBeforeSmtp", None), {"sends"}),
        Flip("no incomingAccount", "both", _with("smtpserver", "incomingAccount", None), {"sends"}),
        Flip("no incomingAccount", "auth", _with("smtpserver", "incomingAccount", None), {"sends"}),
        Flip("authMethod=1", "auth", _with("smtpserver", "authMethod", 1), {"sends"}),
        Flip("socketType=0", "stripped-pop", _with("server", "socketType", 0), {"keeps the password"}),
        Flip("try_ssl=0", "stripped-smtp", _with("smtpserver", "try_ssl", 0), {"keeps the password"}),
        Flip("an exception for the certificate", "misnamed-pop", _excepted, {"keeps the password"}),
        Flip("an exception for the certificate", "misnamed-smtp", _excepted, {"keeps the password"}),
    )

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
        self.make_profile(person)
        person.write(f"{PROFILE}/prefs.js", "".join(lines))

    def seed_password(self, person: Person, account: Account) -> None:
        self.make_profile(person)
        if account.email not in self._logins:
            session = ThunderbirdSession(person, Path("/tmp"), login="nobody")
            session.seed([account.situation.pop.name], [account.email], account.password)
            session.stop()
            return
        if not self._passwords:
            # One start for everybody instead of one for each: the files can be copied, and hold all logins.
            # Without any account: one that asks for its password then would be in the way.
            session = ThunderbirdSession(person, Path("/tmp"), login="nobody")
            session.seed(HOSTS, self._logins, PASSWORD)
            session.stop()
            for name in ("key4.db", "logins.json"):
                self._passwords[name] = (person.home / PROFILE / name).read_bytes()
        for name, content in self._passwords.items():
            person.write(f"{PROFILE}/{name}", content)

    def start(self, person: Person, logs: Path) -> Session:
        self.make_profile(person)
        return ThunderbirdSession(person, logs)

    def accounts(self, person: Person) -> list[str]:
        session = self._session(person)
        try:
            return session.addresses()
        finally:
            session.stop()

    def _session(self, person: Person) -> ThunderbirdSession:
        self.make_profile(person)
        return ThunderbirdSession(person, Path("/tmp"))

    @staticmethod
    def make_profile(person: Person) -> None:
        """Make the person's profile known, as a first start would."""
        if (person.home / PROFILE).exists():
            return
        name = PROFILE.rpartition("/")[2]
        text = f"[Profile0]\nName=default\nIsRelative=1\nPath={name}\nDefault=1\n\n[General]\nStartWithLastProfile=1\n"
        person.write(".thunderbird/profiles.ini", text)
        person.write(f"{PROFILE}/times.json", "{}\n")
        person.write(f"{PROFILE}/user.js", "".join(f'user_pref("{name}", false);\n' for name in _automatic(person)))


CLIENT = Thunderbird()
