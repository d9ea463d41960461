# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""An element name of an answer in; its documented spelling, place and meaning out: one table of all POX elements.

Sources: "MS-POX" is Microsoft's public reference of the POX Autodiscover elements (web service reference for Exchange),
"TechNet" the annotated answer of "Automatically configure user accounts in Outlook" (cc511507), "MS-OXDSCLI" the
protocol specification, "seen" what deployed servers send although no document says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BASE_NAMESPACE = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
OUTLOOK_NAMESPACE = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
ACTIVESYNC_NAMESPACE_PART = "/mobilesync/"
"""Stands in the namespaces of ActiveSync, of its requests and of its answers."""

MAIL_TYPES: dict[str, Literal["pop3", "imap", "smtp"]] = {
    **dict.fromkeys(("POP3", "POP", "POP3S"), "pop3"),
    **dict.fromkeys(("IMAP", "IMAP4", "IMAP4REV1", "IMAPS"), "imap"),
    **dict.fromkeys(("SMTP", "SMTPS"), "smtp"),
}
"""Type of a Protocol in capitals → type of server in Settings. Several servers send POP; what is beside it in the first
place is documented, and the others have no other meaning."""

OTHER_TYPES = frozenset(("EXCH", "EXPR", "EXHTTP", "WEB", "@MAPIHTTP", "DAV", "NNTP", "CALDAV", "CARDDAV"))
"""Types in capitals of Protocols that are known and are no business of POP3, IMAP and SMTP."""

Place = Literal["document", "autodiscover", "response", "user", "account", "protocol", "container", "error"]
Topic = Literal["structure", "mail", "exchange"]
Content = Literal["text", "elements"]


@dataclass(frozen=True, slots=True)
class Element:
    """One row: an element as it stands in one place of an answer."""

    name: str
    place: Place
    """What it is a child of. ``container`` is Internal or External, ``document`` the document itself."""
    topic: Topic
    """What it bears on; ``mail`` is POP3, IMAP and SMTP."""
    meaning: str
    source: str
    content: Content = "text"


ELEMENTS: tuple[Element, ...] = (
    Element("Autodiscover", "document", "structure", "the whole answer", "MS-POX", "elements"),
    Element("Response", "autodiscover", "structure", "holds User and Account, or Error", "MS-POX", "elements"),
    Element("Request", "autodiscover", "structure", "what a client asks; never in an answer", "MS-POX", "elements"),
    Element("Error", "autodiscover", "structure", "why there are no settings", "undocumented", "elements"),
    Element("User", "response", "structure", "who the answer is for", "MS-POX", "elements"),
    Element(
        "Account", "response", "structure", "one account; some servers send one for each Protocol", "MS-POX", "elements"
    ),
    Element("Error", "response", "structure", "why there are no settings", "MS-POX samples, seen", "elements"),
    Element("Action", "response", "structure", "the answer to an ActiveSync client", "MS-ASCMD", "elements"),
    Element("Culture", "response", "structure", "language of an ActiveSync answer", "MS-ASCMD"),
    Element("DisplayName", "user", "mail", "name of the person", "MS-POX"),
    Element("AutoDiscoverSMTPAddress", "user", "mail", "primary e-mail address", "MS-POX"),
    Element("EMailAddress", "user", "exchange", "address in an ActiveSync answer", "MS-ASCMD"),
    Element("LegacyDN", "user", "exchange", "distinguished name of the mailbox", "MS-POX"),
    Element("DeploymentId", "user", "exchange", "identifier of the Exchange forest", "MS-POX"),
    Element("DefaultABView", "user", "exchange", "address book to open first", "seen"),
    Element("AccountType", "account", "mail", "email (TechNet: or nntp)", "MS-POX, TechNet"),
    Element("Action", "account", "mail", "settings, redirectUrl or redirectAddr", "MS-POX"),
    Element("RedirectUrl", "account", "mail", "address to ask instead", "MS-POX"),
    Element("RedirectAddr", "account", "mail", "e-mail address to ask with instead", "MS-POX"),
    Element(
        "Protocol", "account", "structure", "one server; their order is the server's preference", "MS-POX", "elements"
    ),
    Element("Error", "account", "structure", "why there are no settings", "MS-POX", "elements"),
    Element("Image", "account", "exchange", "picture of the provider", "TechNet"),
    Element("ServiceHome", "account", "exchange", "web page of the provider", "TechNet"),
    Element("MicrosoftOnline", "account", "exchange", "whether the mailbox is in Exchange Online", "MS-POX"),
    Element("ConsumerMailbox", "account", "exchange", "whether the mailbox is a consumer's", "seen"),
    Element("AlternativeMailbox", "account", "exchange", "another mailbox to open", "MS-OXDSCLI", "elements"),
    Element("PublicFolderInformation", "account", "exchange", "mailbox of the public folders", "MS-POX", "elements"),
    Element(
        "Type",
        "protocol",
        "mail",
        "POP3, IMAP or SMTP; EXCH, EXPR, EXHTTP, WEB and others for the rest",
        "TechNet, MS-POX",
    ),
    Element("Server", "protocol", "mail", "host name or IP address; an address for DAV and WEB", "MS-POX"),
    Element("Port", "protocol", "mail", "port of the server", "MS-POX"),
    Element("LoginName", "protocol", "mail", "login at the server", "MS-POX"),
    Element(
        "DomainRequired", "protocol", "mail", "on: a domain belongs to the login (TechNet: off when absent)", "MS-POX"
    ),
    Element("DomainName", "protocol", "mail", "domain of the login", "MS-POX"),
    Element("SPA", "protocol", "mail", "on: secure password authentication, which is NTLM", "MS-POX"),
    Element("SSL", "protocol", "mail", "on: the connection is encrypted (on when absent)", "MS-POX"),
    Element("Encryption", "protocol", "mail", "None, SSL, TLS or Auto; overrides SSL", "MS-OXDSCLI 2.2.4.1.1.2.6"),
    Element("TLS", "protocol", "mail", "on: the connection is encrypted, beside SSL=off", "seen"),
    Element("UseTLS", "protocol", "mail", "on: as TLS", "seen"),
    Element("StartTLS", "protocol", "mail", "on: as TLS", "seen"),
    Element("UseSSL", "protocol", "mail", "on: as TLS", "seen"),
    Element("SocketType", "protocol", "mail", "how the connection is encrypted, as autoconfig files say it", "seen"),
    Element("AuthRequired", "protocol", "mail", "on: the server wants a login (on when absent)", "MS-POX"),
    Element("UsePOPAuth", "protocol", "mail", "on: SMTP uses the incoming login; SMTP only", "MS-POX"),
    Element(
        "SMTPLast", "protocol", "mail", "on: log in to the incoming server before sending (off when absent)", "MS-POX"
    ),
    Element("TTL", "protocol", "mail", "hours for which the answer holds; 0: for ever (1 when absent)", "MS-POX"),
    Element("ExpirationDate", "protocol", "mail", "last day of the settings, YYYYMMDD", "TechNet"),
    Element("NetworkRequirements", "protocol", "mail", "for clients of these networks only", "MS-POX", "elements"),
    Element("Internal", "protocol", "exchange", "what is for clients inside", "MS-POX", "elements"),
    Element("External", "protocol", "exchange", "what is for clients outside", "MS-POX", "elements"),
    Element("Protocol", "protocol", "structure", "nested without Internal or External", "undocumented", "elements"),
    Element("OWAUrl", "protocol", "exchange", "web mail", "MS-POX"),
    Element("EwsUrl", "protocol", "exchange", "Exchange web services", "MS-POX"),
    Element("EmwsUrl", "protocol", "exchange", "Exchange web services for management", "MS-POX"),
    Element("EwsPartnerUrl", "protocol", "exchange", "Exchange web services for partners", "MS-POX"),
    Element("ASUrl", "protocol", "exchange", "availability of people", "MS-POX"),
    Element("OABUrl", "protocol", "exchange", "offline address book", "MS-POX"),
    Element("OOFUrl", "protocol", "exchange", "out-of-office messages", "MS-POX"),
    Element("UMUrl", "protocol", "exchange", "unified messaging", "MS-POX"),
    Element("SharingUrl", "protocol", "exchange", "sharing", "MS-POX"),
    Element("SiteMailboxCreationURL", "protocol", "exchange", "creation of site mailboxes", "MS-POX"),
    Element("ExchangeRpcUrl", "protocol", "exchange", "Exchange over RPC", "MS-POX"),
    Element("EcpUrl", "protocol", "exchange", "control panel", "MS-POX"),
    Element("EcpUrl-um", "protocol", "exchange", "control panel: voice mail", "MS-POX"),
    Element("EcpUrl-aggr", "protocol", "exchange", "control panel: aggregation", "MS-POX"),
    Element("EcpUrl-mt", "protocol", "exchange", "control panel: message tracking", "MS-POX"),
    Element("EcpUrl-ret", "protocol", "exchange", "control panel: retention", "MS-POX"),
    Element("EcpUrl-sms", "protocol", "exchange", "control panel: text messages", "MS-POX"),
    Element("EcpUrl-publish", "protocol", "exchange", "control panel: publishing of calendars", "MS-POX"),
    Element("EcpUrl-photo", "protocol", "exchange", "control panel: photograph", "MS-POX"),
    Element("EcpUrl-connect", "protocol", "exchange", "control panel: social networks", "seen"),
    Element("EcpUrl-tm", "protocol", "exchange", "control panel: site mailboxes", "MS-POX"),
    Element("EcpUrl-tmCreating", "protocol", "exchange", "control panel: creation of site mailboxes", "MS-POX"),
    Element("EcpUrl-tmHiding", "protocol", "exchange", "control panel: hiding of site mailboxes", "MS-POX"),
    Element("EcpUrl-tmEditing", "protocol", "exchange", "control panel: editing of site mailboxes", "MS-POX"),
    Element("EcpUrl-extinstall", "protocol", "exchange", "control panel: installation of apps", "MS-POX"),
    Element("ServerDN", "protocol", "exchange", "distinguished name of the server", "MS-POX"),
    Element("ServerVersion", "protocol", "exchange", "version of the server, hexadecimal", "MS-POX"),
    Element("MdbDN", "protocol", "exchange", "distinguished name of the mailbox database", "MS-POX"),
    Element("PublicFolderServer", "protocol", "exchange", "server of the public folders", "MS-POX"),
    Element("AD", "protocol", "exchange", "directory server", "MS-POX samples"),
    Element("DirectoryPort", "protocol", "exchange", "port of the directory", "MS-POX"),
    Element("ReferralPort", "protocol", "exchange", "port for referrals", "MS-POX"),
    Element("AuthPackage", "protocol", "exchange", "way of authentication", "MS-POX"),
    Element("CertPrincipalName", "protocol", "exchange", "name in the certificate", "MS-POX"),
    Element("ServerExclusiveConnect", "protocol", "exchange", "whether to try this server first", "MS-OXDSCLI"),
    Element("GroupingInformation", "protocol", "exchange", "site of the mailbox", "MS-POX"),
    Element("AddressBook", "protocol", "exchange", "addresses of the address book over HTTP", "MS-POX", "elements"),
    Element("MailStore", "protocol", "exchange", "addresses of the mailbox over HTTP", "MS-POX", "elements"),
    Element("OWAUrl", "container", "exchange", "web mail; one for each way of authentication", "MS-POX"),
    Element(
        "Protocol", "container", "structure", "a server that is for clients inside or outside", "MS-POX", "elements"
    ),
    Element("ErrorCode", "error", "mail", "500 to 603, others are allowed", "MS-OXDSCLI 2.2.4.1.1.3.2"),
    Element("Message", "error", "mail", "the reason in words", "MS-POX"),
    Element(
        "DebugData", "error", "mail", "for the server's administrator; not shown, as it may hold anything", "MS-POX"
    ),
    Element("Status", "error", "exchange", "status in an ActiveSync answer", "MS-ASCMD"),
)
"""Every element that is known. A new one needs a row here and nothing else to be read and not to be called unknown."""

_IN_BASE_NAMESPACE = frozenset(("Response", "Error"))
"""May stand in the namespace of the root: servers put an answer that is an Error there as a whole."""


def namespaces(element: Element) -> tuple[str, ...]:
    """Return the namespaces in which ``element`` is expected."""
    if element.place == "document":
        return (BASE_NAMESPACE,)
    if element.name in _IN_BASE_NAMESPACE or element.place == "error":
        return (OUTLOOK_NAMESPACE, BASE_NAMESPACE)
    return (OUTLOOK_NAMESPACE,)


BY_TAG: dict[Place, dict[str, Element]] = {}
"""Place → ``{namespace}Name`` exactly as documented → element."""

BY_NAME: dict[Place, dict[str, Element]] = {}
"""Place → name in lower case → element."""

for _element in ELEMENTS:
    BY_NAME.setdefault(_element.place, {})[_element.name.lower()] = _element
    for _namespace in namespaces(_element):
        BY_TAG.setdefault(_element.place, {})[f"{{{_namespace}}}{_element.name}"] = _element
