# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The name of a situation in; the answer that its server gives to Autodiscover out."""

from __future__ import annotations

from dataclasses import dataclass, replace

NAMESPACE_BASE = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
NAMESPACE_OUTLOOK = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"

ENCRYPTION = {"plain": "None", "SSL": "SSL", "STARTTLS": "TLS"}


@dataclass(frozen=True, slots=True)
class Host:
    """One server as the answer names it."""

    name: str
    port: int
    security: str


@dataclass(frozen=True, slots=True)
class Situation:
    """What a server says about itself, and what it is."""

    pop: Host
    """Where mail is fetched, whatever by."""
    smtp: Host
    auth_required: bool
    use_pop_auth: bool = False
    smtp_last: bool = True
    fetched_by: str = "POP3"

    def without_smtp_last(self) -> Situation:
        """Return the same with SMTPLast off."""
        return replace(self, smtp_last=False)

    def answer(self) -> str:
        """Return the document."""
        return (
            f'<?xml version="1.0" encoding="utf-8"?>\n<Autodiscover xmlns="{NAMESPACE_BASE}">\n'
            f'  <Response xmlns="{NAMESPACE_OUTLOOK}">\n    <Account>\n'
            "      <AccountType>email</AccountType>\n      <Action>settings</Action>\n"
            + _protocol(self.fetched_by, self.pop)
            + _protocol(
                "SMTP",
                self.smtp,
                AuthRequired=self.auth_required,
                UsePOPAuth=self.use_pop_auth,
                SMTPLast=self.smtp_last,
            )
            + "    </Account>\n  </Response>\n</Autodiscover>\n"
        )


def _protocol(kind: str, host: Host, **switches: bool) -> str:
    elements = {
        "Type": kind,
        "Server": host.name,
        "Port": str(host.port),
        "LoginName": "%EMAILADDRESS%",
        "SPA": "off",
        "Encryption": ENCRYPTION[host.security],
        **{name: "on" if value else "off" for name, value in switches.items()},
    }
    inner = "".join(f"        <{name}>{value}</{name}>\n" for name, value in elements.items())
    return f"      <Protocol>\n{inner}      </Protocol>\n"


POP = Host("pop.lab.example", 995, "SSL")
POP_STLS = Host("pop.lab.example", 110, "STARTTLS")
POP_PLAIN = Host("pop.lab.example", 110, "plain")

TWO = Situation(
    Host("pop.two.example", 995, "SSL"),
    Host("auth.two.example", 587, "STARTTLS"),
    auth_required=True,
    use_pop_auth=True,
)

SITUATIONS = {
    # Mail is taken after a login to POP3, and there is no SMTP AUTH; the answer says exactly this.
    "pure": Situation(POP, Host("first.lab.example", 587, "STARTTLS"), auth_required=False),
    # The same server; its answer is Outlook's way to say it.
    "outlook": Situation(POP, Host("first.lab.example", 465, "SSL"), auth_required=True),
    # The same server without TLS, allowed by name.
    "plain": Situation(POP_PLAIN, Host("first.lab.example", 25, "plain"), auth_required=False),
    # A server that wants both.
    "both": Situation(POP_STLS, Host("both.lab.example", 465, "SSL"), auth_required=True, use_pop_auth=True),
    # What is found most: SMTP AUTH is wanted, and SMTPLast is in the answer because somebody copied it.
    "auth": Situation(POP, Host("auth.lab.example", 587, "STARTTLS"), auth_required=True, use_pop_auth=True),
    # Somebody on the way takes the offer of TLS out of what the server says.
    "stripped-pop": Situation(
        Host("stripped-pop.lab.example", 110, "STARTTLS"),
        Host("auth.lab.example", 587, "STARTTLS"),
        auth_required=True,
        use_pop_auth=True,
    ),
    "stripped-smtp": Situation(
        POP, Host("stripped-smtp.lab.example", 587, "STARTTLS"), auth_required=True, use_pop_auth=True
    ),
    # Somebody answers with a certificate that is valid, for another name.
    "misnamed-pop": Situation(
        Host("misnamed-pop.lab.example", 995, "SSL"),
        Host("auth.lab.example", 587, "STARTTLS"),
        auth_required=True,
        use_pop_auth=True,
    ),
    "misnamed-smtp": Situation(
        POP, Host("misnamed-smtp.lab.example", 465, "SSL"), auth_required=True, use_pop_auth=True
    ),
    # As "pure", for a person who already made an account by hand.
    "hand": Situation(POP, Host("first.lab.example", 587, "STARTTLS"), auth_required=False),
    # The account goes, and later there is one of another domain on other servers.
    "leaver": TWO,
    # The same in one run, which purges.
    "switcher": TWO,
    # The same by IMAP, for clients that keep a list of folders beside their accounts.
    "heir": Situation(
        Host("pop.two.example", 993, "SSL"), TWO.smtp, auth_required=True, smtp_last=False, fetched_by="IMAP"
    ),
}
"""Each is lived through by a person of its own."""

FORMER = {
    "leaver": SITUATIONS["auth"],
    "switcher": SITUATIONS["auth"],
    "heir": Situation(
        Host("pop.lab.example", 993, "SSL"),
        Host("auth.lab.example", 587, "STARTTLS"),
        auth_required=True,
        smtp_last=False,
        fetched_by="IMAP",
    ),
}
"""Where the account before was, for those who get another one."""

MOVED = {
    "leaver": SITUATIONS["auth"],
    "switcher": replace(TWO, smtp=SITUATIONS["auth"].smtp),
}
"""Where the servers move to, into another domain: both, and the one for sending alone."""

RETURNED = {"switcher": SITUATIONS["auth"]}
"""Where the servers are when the account comes back after it has gone."""

ALLOW_PLAINTEXT = ["pop.lab.example"]
"""For the situation ``plain``."""
