# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parts in, an Autodiscover answer out: the documents that the tests read. All of them are made up."""

from __future__ import annotations

BASE = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
OUTLOOK = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
ACTIVESYNC = "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006"

DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
SETTINGS = "<AccountType>email</AccountType><Action>settings</Action>"

IMAP = "<Protocol><Type>IMAP</Type><Server>imap.example.org</Server><Port>993</Port></Protocol>"
SMTP = "<Protocol><Type>SMTP</Type><Server>smtp.example.org</Server><Port>587</Port></Protocol>"
EXCH = "<Protocol><Type>EXCH</Type><Server>mbx.example.org</Server></Protocol>"


def account(*parts: str, head: str = SETTINGS) -> str:
    return f"<Account>{head}{''.join(parts)}</Account>"


def answer(*parts: str, base: str | None = BASE, outlook: str | None = OUTLOOK, declaration: str = DECLARATION) -> str:
    """An answer whose Response holds ``parts``; a namespace of None is left away."""
    root = "<Autodiscover>" if base is None else f'<Autodiscover xmlns="{base}">'
    response = "<Response>" if outlook is None else f'<Response xmlns="{outlook}">'
    return f"{declaration}{root}{response}{''.join(parts)}</Response></Autodiscover>"


def mail(*children: str) -> str:
    """An answer whose only Protocol is an IMAP one with ``children``."""
    return answer(account(f"<Protocol><Type>IMAP</Type>{''.join(children)}</Protocol>"))


FULL = f"""<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="{BASE}">
  <Response xmlns="{OUTLOOK}">
    <User>
      <DisplayName>Ada Löve</DisplayName>
      <AutoDiscoverSMTPAddress> ada@example.org </AutoDiscoverSMTPAddress>
    </User>
    <Account>
      <AccountType>email</AccountType>
      <Action>settings</Action>
      <Protocol>
        <Type>POP3</Type>
        <!-- the Server: -->
        <Server>pop.example.org</Server>
        <Port>995</Port>
        <LoginName>ada@example.org</LoginName>
        <DomainRequired>off</DomainRequired>
        <DomainName>example.org</DomainName>
        <SPA>off</SPA>
        <SSL>on</SSL>
        <AuthRequired>on</AuthRequired>
      </Protocol>
      <Protocol>
        <Type>SMTP</Type>
        <Server>
          smtp.example.org
        </Server>
        <Port>587</Port>
        <LoginName/>
        <SSL>On</SSL>
        <Encryption>TLS</Encryption>
        <AuthRequired>on</AuthRequired>
        <UsePOPAuth>on</UsePOPAuth>
        <SMTPLast>on</SMTPLast>
        <TTL>24</TTL>
        <ExpirationDate>20301231</ExpirationDate>
        <NetworkRequirements><IPv4Start>192.0.2.0</IPv4Start><IPv4End>192.0.2.9</IPv4End></NetworkRequirements>
      </Protocol>
    </Account>
  </Response>
</Autodiscover>
"""
"""An answer with every element that bears on POP3, IMAP and SMTP, the lines of which the tests count."""
