# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""KMail with Akonadi, in a D-Bus session with a keyring, on a display of its own."""

from __future__ import annotations

import configparser
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from .. import hook
from ..authority import Authority
from ..bus import Bus
from ..client import PASSWORD, Account, Client, Flip, Session
from ..network import Person
from ..screen import PACKAGES, Screen
from ..waiting import until

TRANSPORTS = ".config/mailtransports"
IDENTITIES = ".config/emailidentities"
SETTINGS = ".config/kmail2rc"
AGENTS = ".config/akonadi/agentsrc"
MAIL = ".local/share"

SETTLED = 1.5
"""Seconds without a word after which all of Akonadi's agents have started."""

TRIES = 4
"""How often Akonadi is started until it works, as somebody does who logs in again."""

PASSWORD_FILE = ".mail-password"

KMAIL = ("org.kde.kmail", "/KMail", "org.kde.kmail.kmail")
WINDOW = ("org.kde.kmail", "/kmail2/kmail_mainwindow_1", "org.freedesktop.DBus.Introspectable")
QUIT = ("org.kde.kmail", "/kmail2/kmail_mainwindow_1/actions/file_quit", "org.qtproject.Qt.QAction")
CONTROL = ("org.freedesktop.Akonadi.Control", "/AgentManager", "org.freedesktop.Akonadi.AgentManager")

BY_HAND = {
    TRANSPORTS: """\
[General]
default-transport=1

[Transport 1]
auth=false
encryption={smtp_security}
host={smtp}
id=1
identifier=SMTP
name=what I called it
port={smtp_port}
""",
    IDENTITIES: """\
[General]
Default Identity=1

[Identity #0]
Email Address={email}
Identity=what I called it
Name=Myself
Transport=1
uoid=1
""",
    SETTINGS: "[General]\nAskEnableUnifiedMailboxes=false\nfirst-start=false\n",
    ".config/akonadi_pop3_resource_0rc": """\
[General]
authenticationMethod=7
host={pop}
leaveOnServer=true
login={email}
port={port}
useSSL={ssl}
useTLS={tls}
""",
    ".config/akonadi/agent_config_akonadi_pop3_resource_0": "[Agent]\nName=what I called it\n",
    AGENTS: "[Instances]\nakonadi_pop3_resource_0\\AgentType=akonadi_pop3_resource\n",
}

ENCRYPTION = {"plain": "None", "SSL": "SSL", "STARTTLS": "TLS"}


class Stuck(AssertionError):
    """Akonadi's server greets no listener any more, and mail would stay in the outbox: one start in ten or so."""


class KMailSession(Session):
    """KMail and Akonadi, running."""

    def __init__(self, person: Person, log: Path) -> None:
        self._person = person
        self._screen = Screen(person, log)
        try:
            self._bus = Bus(person, self._screen)
            self._screen.start(["akonadictl", "start"], self._bus.environment)
            self._bus.wait_for("org.freedesktop.Akonadi.Control", 60)
            for instance in (*_instances(person), "akonadi_maildispatcher_agent"):
                self._bus.wait_for(f"org.freedesktop.Akonadi.Agent.{instance}", 60)
            self._program = self._screen.start(["kmail"], self._bus.environment)
            self._bus.wait_for("org.kde.kmail", 60)
            until(lambda: self.dialogs() or "string" in self._bus.call(WINDOW, "Introspect"), 30, "KMail has a window")
            until(lambda: time.time() - log.stat().st_mtime > SETTLED, 30, "Akonadi is quiet")
            _hear(Path(f"/run/user/{person.uid}/akonadi/akonadiserver-ntf.socket"))
        except BaseException:
            self.kill()
            raise

    def dialogs(self) -> list[str]:
        # KMail's own window has no title where no window manager asks for one.
        return self._screen.windows()

    def fetch(self) -> None:
        for instance in _instances(self._person):
            self._bus.call(CONTROL, "setAgentInstanceOnline", f"string:{instance}", "boolean:true")
            self._bus.call(CONTROL, "agentInstanceSynchronize", f"string:{instance}")

    def has(self, subject: str) -> bool:
        wanted = f"Subject: {subject}\n".encode()
        paths = (self._person.home / MAIL).glob("**/[cn][ue][rw]/*")
        return any(path.is_file() and wanted in path.read_bytes() for path in paths)

    def send(self, account: Account, subject: str) -> None:
        """Have KMail's own composer send, without showing it."""
        identity = _identity(self._person, account.email)["uoid"]
        texts = [f"string:{text}" for text in ("somebody@elsewhere.example", "", "", subject, "A line.")]
        attachment = ["string:", *["array:byte:"] * 5, "string:", *["array:byte:"] * 2]
        self._bus.call(KMAIL, "openComposer", *texts, "boolean:true", *attachment, f"uint32:{identity}")

    def stop(self) -> None:
        self._bus.call(QUIT, "trigger")
        until(lambda: self._program.poll() is not None, 20, "KMail exits")
        self._person.run(["akonadictl", "stop"], env=self._bus.environment)
        until(lambda: not self._bus.has("org.freedesktop.Akonadi.Control.lock"), 30, "Akonadi exits")
        self.kill()

    def kill(self) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            _signal_all(self._person, number)
            end = time.monotonic() + 5
            while _running(self._person) and time.monotonic() < end:
                time.sleep(0.1)
        self._screen.close()


def _hear(path: Path) -> None:
    """Be greeted as one that listens to what changes in Akonadi. Raises Stuck."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.settimeout(5)
        try:
            listener.connect(str(path))
            listener.recv(1)
        except OSError as problem:
            raise Stuck(f"{path.name}: {problem}") from problem


def _running(person: Person) -> list[int]:
    """Return the ids of the person's processes: Akonadi's are nobody's children."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state = (path / "stat").read_text(errors="replace").rpartition(")")[2].split()[0]
            if path.stat().st_uid == person.uid and state != "Z":
                found.append(int(path.name))
    return found


def _signal_all(person: Person, number: signal.Signals) -> None:
    for pid in _running(person):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _read(path: Path) -> configparser.RawConfigParser:
    found = configparser.RawConfigParser(strict=False, delimiters=("=",))
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read(path, encoding="utf-8")
    return found


def _identity(person: Person, email: str) -> configparser.SectionProxy:
    """Return the identity with this address."""
    file = _read(person.home / IDENTITIES)
    found = [file[name] for name in file.sections() if file.get(name, "Email Address", fallback="") == email]
    assert len(found) == 1, f"{len(found)} identities of {email} in {IDENTITIES}"
    return found[0]


def _instances(person: Person) -> dict[str, str]:
    """Return the login of each POP3 resource that Akonadi starts."""
    agents = _read(person.home / AGENTS)
    names = [key.partition("\\")[0] for key, kind in agents.items("Instances")] if "Instances" in agents else []
    return {
        name: _read(person.home / f".config/{name}rc").get("General", "login", fallback="")
        for name in names
        if name.startswith("akonadi_pop3_resource_")
    }


def _transport(key: str, value: str) -> Callable[[Person, Account], None]:
    """Return what sets a key of the account's transport, or takes it away where the value is empty."""

    def change(person: Person, account: Account) -> None:
        file = _read(person.home / TRANSPORTS)
        section = f"Transport {_identity(person, account.email)['Transport']}"
        found = [name for name in file[section] if name.partition("[")[0] == key]
        assert found, f"{key} is not in {section}"
        for name in found:
            file.remove_option(section, name)
        if value:
            file.set(section, key, value)
        lines = [f"[{name}]\n" + "".join(f"{k}={v}\n" for k, v in file.items(name)) for name in file.sections()]
        person.write(TRANSPORTS, "\n".join(lines))

    return change


def _replace(person: Person, path: Path, line: str, other: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert f"{line}\n" in text, f"{line} is not in {path.name}"
    person.write(str(path.relative_to(person.home)), text.replace(f"{line}\n", f"{other}\n"))


def _starts_anew(person: Person, account: Account) -> None:  # noqa: ARG001
    _replace(person, person.home / SETTINGS, "first-start=false", "first-start=true")


def _fetches_in_the_clear(person: Person, account: Account) -> None:  # noqa: ARG001
    for instance in _instances(person):
        _replace(person, person.home / f".config/{instance}rc", "useTLS=true", "useTLS=false")


class KMail(Client):
    """KMail."""

    name = "kmail"
    title = "KMail"
    nightly = True
    packages = (
        "akonadi-backend-mysql",
        "dbus",
        "gnome-keyring",
        "kmail",
        "libsecret-tools",
        "mpop",
        "openssl",
        *PACKAGES,
    )
    password_command = f"cat ~/{PASSWORD_FILE}"
    flips = (
        Flip("first-start=true", "pure", _starts_anew, {"starts", "sends", "sends again", "fetches"}),
        Flip("no precommand", "pure", _transport("precommand", ""), {"sends", "sends again"}),
        Flip("no precommand", "both", _transport("precommand", ""), {"sends"}),
        *hook.MPOP_FLIPS,
        Flip("auth=false", "both", _transport("auth", "false"), {"sends"}),
        Flip("auth=false", "auth", _transport("auth", "false"), {"sends"}),
        Flip("encryption=None", "stripped-smtp", _transport("encryption", "None"), {"keeps the password"}),
        Flip("useTLS=false", "stripped-pop", _fetches_in_the_clear, {"keeps the password"}),
    )

    def prepare(self, authority: Authority, logins: Sequence[str]) -> None:  # noqa: ARG002
        """Let Qt trust the CA too: it reads no bundle where there is a directory of certificates."""
        command = ["openssl", "x509", "-hash", "-noout", "-in", str(authority.ca)]
        number = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        shutil.copy(authority.ca, f"/etc/ssl/certs/{number}.0")

    def make_by_hand(self, person: Person, account: Account) -> None:
        pop, smtp = account.situation.pop, account.situation.smtp
        for path, text in BY_HAND.items():
            content = text.format(
                email=account.email,
                pop=pop.name,
                port=pop.port,
                ssl=str(pop.security == "SSL").lower(),
                tls=str(pop.security == "STARTTLS").lower(),
                smtp=smtp.name,
                smtp_port=smtp.port,
                smtp_security=ENCRYPTION[smtp.security],
            )
            person.write(path, content)

    def seed_password(self, person: Person, account: Account) -> None:
        person.write(PASSWORD_FILE, PASSWORD + "\n")
        transport = _identity(person, account.email)["Transport"]
        resources = [name for name, login in _instances(person).items() if login == account.email]
        screen = Screen(person, Path("/dev/null"))
        try:
            bus = Bus(person, screen)
            for place, key in (("mailtransports", transport), *(("pop3", name) for name in resources)):
                # As QtKeychain does (libsecret.cpp).
                store = ["secret-tool", "store", f"--label={place}/{key}"]
                attributes = ["user", key, "server", place, "type", "plaintext"]
                done = person.run([*store, *attributes], input=PASSWORD, env=bus.environment)
                assert done.returncode == 0, f"The keyring takes no password: {done.stdout}"
        finally:
            _signal_all(person, signal.SIGTERM)
            screen.close()

    def start(self, person: Person, logs: Path) -> Session:
        log = logs / f"{person.name}.log"
        for _try in range(TRIES - 1):
            with contextlib.suppress(Stuck):
                return KMailSession(person, log)
        return KMailSession(person, log)

    def accounts(self, person: Person) -> list[str]:
        # The logins of all accounts here are their addresses.
        return list(_instances(person).values())


CLIENT = KMail()
