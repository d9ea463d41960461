# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Orders in, one a line; what evolution-data-server and Camel, the libraries of Evolution, answer out, one a line.

Run by the Python of the distribution, as the person, in a D-Bus session with a keyring: it reads accounts and
passwords from where Evolution reads them, and configures Camel by the same call. What Evolution adds is its window.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import gi

gi.require_version("Camel", "1.2")
gi.require_version("EDataServer", "1.2")

from gi.repository import Camel, EDataServer, Gio, GLib  # noqa: E402 the versions come first

PATIENCE = 5.0
"""Seconds for the keyring to appear."""


# gi has no types: to mypy the base could be anything.
class Session(Camel.Session):  # type: ignore[misc]
    """Stands where Evolution's session does: passwords come from the keyring, questions are noted and not answered."""

    asked: list[str]
    registry: Any

    def do_authenticate_sync(self, service: Any, mechanism: str | None, cancellable: Any) -> bool:
        """Log in with the password of the keyring."""
        source = self.registry.ref_source(service.get_uid())
        provider = EDataServer.SourceCredentialsProvider.new(self.registry)
        try:
            found, credentials = provider.lookup_sync(source, None)
        except GLib.Error:
            # So it tells of a password that nobody stored; the window would ask.
            self.asked.append(f"the password of {source.get_display_name()}")
            raise
        password = credentials.get(EDataServer.SOURCE_CREDENTIAL_PASSWORD) if found and credentials else None
        if password is None:
            self.asked.append(f"the password of {source.get_display_name()}")
            return False
        service.set_password(password)
        return bool(service.authenticate_sync(mechanism, cancellable) == Camel.AuthenticationResult.ACCEPTED)

    def do_trust_prompt(self, service: Any, certificate: Any, errors: Any) -> Any:  # noqa: ARG002
        """Note the question whether to trust a certificate, and do not."""
        self.asked.append(f"whether to trust the certificate of {service.get_display_name()}")
        return Camel.CertTrust.NEVER


class Mail:
    """All accounts of the person."""

    def __init__(self, directory: str) -> None:
        _wait_for_keyring()
        self._registry = EDataServer.SourceRegistry.new_sync(None)
        EDataServer.SourceCamel.register_types()
        Camel.init(directory, False)
        Camel.provider_init()
        self._session = Session(user_data_dir=f"{directory}/data", user_cache_dir=f"{directory}/cache")
        self._session.asked = []
        self._session.registry = self._registry
        self._session.set_online(True)

    def answer(self, order: str, arguments: dict[str, str]) -> dict[str, Any]:
        """Return what came of an order, with all questions so far."""
        try:
            result = getattr(self, order)(**arguments)
            problem = None
        except GLib.Error as error:
            result, problem = None, error.message
        return {"result": result, "problem": problem, "asked": self._session.asked}

    def accounts(self) -> list[str]:
        """Return the addresses of the accounts."""
        return [identity.get_extension("Mail Identity").get_address() for _account, identity in self._sources()]

    def fetch(self) -> list[str]:
        """Return the subjects of all mail that is on the servers."""
        subjects = []
        problems = []
        for account, _identity in self._sources():
            try:
                subjects += self._fetched(account)
            except GLib.Error as error:
                problems.append(error)
        if problems:
            raise problems[0]
        return subjects

    def send(self, email: str, text: str, recipient: str) -> None:
        """Send a message by the account with this address."""
        identity = next(
            identity
            for _account, identity in self._sources()
            if identity.get_extension("Mail Identity").get_address() == email
        )
        transport = self._registry.ref_source(identity.get_extension("Mail Submission").get_transport_uid())
        backend = transport.get_extension("Mail Transport").get_backend_name()
        service = self._service(transport, backend, Camel.ProviderType.TRANSPORT)
        message = Camel.MimeMessage()
        stream = Gio.MemoryInputStream.new_from_bytes(GLib.Bytes.new(text.encode()))
        message.construct_from_input_stream_sync(stream, None)
        sender, recipients = Camel.InternetAddress(), Camel.InternetAddress()
        sender.add("", email)
        recipients.add("", recipient)
        service.connect_sync(None)
        try:
            service.send_to_sync(message, sender, recipients, None)
        finally:
            service.disconnect_sync(True, None)

    def _fetched(self, account: Any) -> list[str]:
        backend = account.get_extension("Mail Account").get_backend_name()
        store = self._service(account, backend, Camel.ProviderType.STORE)
        store.connect_sync(None)
        try:
            inbox = store.get_inbox_folder_sync(None)
            inbox.refresh_info_sync(None)
            return [inbox.get_message_sync(uid, None).get_subject() for uid in inbox.get_uids()]
        finally:
            store.disconnect_sync(True, None)

    def _sources(self) -> list[tuple[Any, Any]]:
        """Return account and identity of each account that is switched on."""
        found = []
        for account in self._registry.list_enabled("Mail Account"):
            uid = account.get_extension("Mail Account").get_identity_uid()
            identity = self._registry.ref_source(uid) if uid else None
            if identity is not None:
                found.append((account, identity))
        return found

    def _service(self, source: Any, backend: str, kind: Any) -> Any:
        service = self._session.ref_service(source.get_uid())
        if service is None:
            service = self._session.add_service(source.get_uid(), backend, kind)
        source.camel_configure_service(service)
        return service


def _wait_for_keyring() -> None:
    """Return when the keyring that the session starts is there; a question before would start another one."""
    bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        name = GLib.Variant("(s)", ("org.freedesktop.secrets",))
        call = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner", name)
        if bus.call_sync(*call, None, Gio.DBusCallFlags.NONE, -1, None).unpack()[0]:
            return
        time.sleep(0.05)
    sys.exit("No keyring appears.")


def main() -> None:
    """Serve orders until there are no more."""
    mail = Mail(sys.argv[1])
    print(json.dumps({"result": None, "problem": None, "asked": []}), flush=True)
    for line in sys.stdin:
        print(json.dumps(mail.answer(**json.loads(line))), flush=True)


main()
