#!/usr/bin/python

# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of ``client_config``; the action plugin of this name does the work, ``client_files`` on the node."""

from __future__ import annotations

DOCUMENTATION = r"""
module: client_config
short_description: Provision mail clients from Autodiscover answers
version_added: 0.1.0
author:
  - The mailfleet.autodiscover authors (@mailfleet)
description:
  - Reads the Autodiscover answer of each account, decides servers, logins and security, renders what each mail client
    needs and installs it, with one module execution on the node, whatever the number of accounts, clients and files.
  - C(SMTPLast=on), which asks that mail be downloaded before it is sent, becomes each client's own POP-before-SMTP
    setting. RV(translation) says what became of each element.
  - Files that clients or people write too are changed key by key; everything else in them stays byte for byte.
  - An account that cannot be provisioned safely is refused by name and nothing of it is written; the others go on,
    and the task fails at the end.
requirements:
  - lxml, on the controller
  - jsonschema, on the controller
extends_documentation_fragment:
  - mailfleet.autodiscover._attributes
  - mailfleet.autodiscover._attributes.files
  - mailfleet.autodiscover._attributes.group
  - mailfleet.autodiscover._attributes.action
options:
  accounts:
    description:
      - The accounts of this host. With O(state=absent) only C(email) counts.
      - An account with a mistake, such as an unknown option or text where a list belongs, is refused by name, and the
        others go on. As long as it cannot be told which account is meant, O(purge) removes nothing.
    type: list
    elements: dict
    required: true
    suboptions:
      email:
        description:
          - The address of the account. An account without one is refused.
        type: str
      user:
        description:
          - The system user who owns files in a home. Clients that write to a home need it.
        type: str
      home:
        description:
          - The home of O(accounts[].user), where the node's passwd database does not know it.
        type: path
      uid:
        description:
          - The number of O(accounts[].user), where the node's passwd database does not know it.
        type: int
      pox_src:
        description:
          - The path of the answer on the controller. A relative path is sought as Ansible seeks files, then beside the
            inventory, then in the working directory. A vaulted file is decrypted.
          - Exactly one of O(accounts[].pox_src), O(accounts[].pox) and O(accounts[].settings) is needed.
        type: path
      pox:
        description:
          - The text of the answer.
        type: str
      settings:
        description:
          - A Settings document, as M(mailfleet.autodiscover.pox_info) returns it.
        type: dict
      clients:
        description:
          - Replaces O(clients) for this account.
        type: list
        elements: str
        choices:
          - apple_mobileconfig
          - claws_mail
          - emacs_gnus
          - evolution
          - k9_settings
          - kmail
          - mutt
          - outlook_local_xml
          - outlook_prf
          - sylpheed
          - thunderbird
          - thunderbird_autoconfig
      display_name:
        description:
          - Replaces the name of the answer.
        type: str
      password_command:
        description:
          - A shell command that prints the incoming password, run as O(accounts[].user) by the hooks that log in to
            POP3 before sending. It is written to files of the user; a password itself never is.
        type: str
      incoming:
        description:
          - Replaces O(incoming) for this account.
        type: str
        choices: [auto, pop3, imap]
      smtp_last:
        description:
          - Replaces O(smtp_last) for this account.
        type: str
        choices: [auto, enforce, prefer_auth, ignore]
      username:
        description:
          - Replaces O(username) for this account.
        type: str
        choices: [email, localpart]
      spa:
        description:
          - Replaces O(spa) for this account.
        type: str
        choices: [follow, ignore]
      overrides:
        description:
          - Values that replace what a wrong answer says, in every server of a type. Each use is a finding.
        type: dict
        suboptions:
          pop3:
            description: For POP3 servers.
            type: dict
            suboptions: &server
              hostname:
                description: Replaces Server.
                type: str
              port:
                description: Replaces Port.
                type: int
              socket_type:
                description: Replaces Encryption and SSL.
                type: str
                choices: [plain, STARTTLS, SSL]
              authentication:
                description: Replaces SPA.
                type: str
                choices: [password-cleartext, NTLM]
              username:
                description: Replaces LoginName.
                type: str
          imap:
            description: For IMAP servers.
            type: dict
            suboptions: *server
          smtp:
            description: For SMTP servers.
            type: dict
            suboptions:
              hostname:
                description: Replaces Server.
                type: str
              port:
                description: Replaces Port.
                type: int
              socket_type:
                description: Replaces Encryption and SSL.
                type: str
                choices: [plain, STARTTLS, SSL]
              authentication:
                description: Replaces SPA.
                type: str
                choices: [password-cleartext, NTLM]
              username:
                description: Replaces LoginName.
                type: str
              auth_required:
                description: Replaces AuthRequired.
                type: bool
              same_credentials:
                description: Replaces UsePOPAuth.
                type: bool
              pop_before_smtp:
                description: Replaces SMTPLast.
                type: bool
  clients:
    description:
      - The mail clients to provision, or with O(state=absent) the ones to remove from, where empty means all.
    type: list
    elements: str
    choices:
      - apple_mobileconfig
      - claws_mail
      - emacs_gnus
      - evolution
      - k9_settings
      - kmail
      - mutt
      - outlook_local_xml
      - outlook_prf
      - sylpheed
      - thunderbird
      - thunderbird_autoconfig
    default: []
  state:
    description:
      - V(present) provisions. V(absent) removes what was made for O(accounts), and only that, by the record on the
        node; values that were replaced come back. Mail and passwords are never touched.
    type: str
    choices: [present, absent]
    default: present
  purge:
    description:
      - If V(true), accounts of this O(set) that are no longer listed go away, as with O(state=absent). One that is
        listed and refused stays.
    type: bool
    default: false
  allow_empty:
    description:
      - Allows O(purge) with empty O(accounts), which removes everything of this O(set).
    type: bool
    default: false
  set:
    description:
      - Separates independent callers on one host, each with a record of its own.
    type: str
    default: default
  existing:
    description:
      - What to do with an account of the same address, type and login that this collection did not make.
      - V(adopt) takes it over and remembers the values replaced, V(leave) leaves it alone, V(fail) refuses the account.
    type: str
    choices: [adopt, leave, fail]
    default: adopt
  incoming:
    description:
      - Which kind of server to fetch mail from.
      - V(auto) takes the first that the answer offers, and POP3 where SMTPLast is the only way to be let in to send.
    type: str
    choices: [auto, pop3, imap]
    default: auto
  smtp_last:
    description:
      - What to make of SMTPLast=on where a client must choose between POP-before-SMTP and SMTP AUTH.
      - V(auto) takes POP-before-SMTP when the answer offers no other login for SMTP, else SMTP AUTH.
      - V(enforce) logs in to POP3 before sending, and never to SMTP. Where that cannot be, the account is refused.
      - V(prefer_auth) takes SMTP AUTH unless AuthRequired is off.
      - V(ignore) leaves SMTPLast out, with a finding.
    type: str
    choices: [auto, enforce, prefer_auth, ignore]
    default: auto
  spa:
    description:
      - V(follow) reads SPA=on as NTLM, V(ignore) as a password.
    type: str
    choices: [follow, ignore]
    default: follow
  username:
    description:
      - What to log in with when the answer has no LoginName.
    type: str
    choices: [email, localpart]
    default: email
  unsupported:
    description:
      - V(fail) refuses an account whose transport security, authentication or SMTPLast a client cannot do; V(warn)
        provisions it as far as it goes, with a finding.
    type: str
    choices: [fail, warn]
    default: fail
  allow_plaintext:
    description:
      - Hosts towards which a password may go unencrypted. Anywhere else that is refused.
    type: list
    elements: str
    default: []
  pop_before_smtp_window:
    description:
      - Seconds for which the server accepts mail after a POP3 login. Clients that only approximate are judged by it.
    type: int
    default: 600
  missing_user:
    description:
      - What to do when O(accounts[].user) or the home is missing on the node. V(skip) lists the account in RV(pending).
        A home is never created.
    type: str
    choices: [fail, skip]
    default: fail
  client_running:
    description:
      - What to do when a client runs that would overwrite the edit. V(defer) lists the file in RV(pending).
    type: str
    choices: [defer, fail, ignore]
    default: defer
  on_account_error:
    description:
      - What to do when an account is refused. With V(skip) the others go on and the task fails at the end; with
        V(fail) nothing is written.
    type: str
    choices: [skip, fail]
    default: skip
  client_options:
    description:
      - Options of single clients, by name of the client. Each client's page lists them.
    type: dict
    default: {}
  root:
    description:
      - Another root than V(/), for golden images and tests. Users come from its C(etc/passwd), links resolve inside it.
    type: path
    default: /
  backup:
    description:
      - Keep a copy of each file that is changed.
    type: bool
    default: false
  report:
    description:
      - V(changes) lists in RV(translation) what is not native, V(full) every element.
    type: str
    choices: [changes, full]
    default: changes
seealso:
  - module: mailfleet.autodiscover.pox_info
  - module: mailfleet.autodiscover.client_files
"""

EXAMPLES = r"""
- name: Provision Ada's clients from her answer
  mailfleet.autodiscover.client_config:
    accounts:
      - email: ada@example.org
        user: ada
        pox_src: answers/ada.xml
    clients: [claws_mail, thunderbird_autoconfig]

- name: See what drifted, without changing anything
  mailfleet.autodiscover.client_config:
    accounts: "{{ mail_accounts }}"
    clients: [claws_mail]
  check_mode: true
  diff: true

# Ansible prints the whole result of a task that fails. This one fails for anything but a refused account; the next
# one does for that, and prints the sentences alone.
- name: Provision many accounts
  mailfleet.autodiscover.client_config:
    accounts: "{{ mail_accounts }}"
    clients: [claws_mail]
  register: mail
  failed_when: mail is failed and mail.refused | default([]) | length == 0

- name: Fail where an account was refused
  ansible.builtin.fail:
    msg: "{{ inventory_hostname }}: {{ mail.msg }}"
  when: mail.refused | default([]) | length > 0

- name: Take an account away again
  mailfleet.autodiscover.client_config:
    accounts:
      - email: ada@example.org
    state: absent
"""

RETURN = r"""
files:
  description: Each file and what happened to it.
  returned: when the node was looked at
  type: list
  elements: dict
  contains:
    path:
      description: The path on the node.
      type: str
    client:
      description: The client it belongs to.
      type: str
    email:
      description: The account, or null when several share the file.
      type: str
    emails:
      description: All accounts of the file.
      type: list
      elements: str
    action:
      description: V(created), V(updated), V(unchanged) or V(removed).
      type: str
    backup_file:
      description: The copy, with O(backup=true).
      type: str
  sample:
    - {path: /home/ada/.claws-mail/accountrc, client: claws_mail, email: ada@example.org, emails: [ada@example.org],
       action: updated}
drift:
  description: Each of our keys that differed before the run, in check mode and for real.
  returned: when the node was looked at
  type: list
  elements: dict
  contains:
    path:
      description: The path on the node.
      type: str
    client:
      description: The client.
      type: str
    email:
      description: The account.
      type: str
    key:
      description: The key with its section; null for a whole file.
      type: str
    reason:
      description: V(content), V(mode), V(owner), V(missing) or V(extra).
      type: str
    expected:
      description: What it should be. Never a secret.
      type: str
    found:
      description: What it was. Never a secret.
      type: str
  sample:
    - {path: /home/ada/.claws-mail/accountrc, client: claws_mail, email: ada@example.org,
       key: "[Account: 1] pop_before_smtp", reason: content, expected: "1", found: "0"}
translation:
  description: What became of each element of the answer in each client.
  returned: unless the node could not be looked at
  type: list
  elements: dict
  contains:
    email:
      description: The account.
      type: str
    client:
      description: The client.
      type: str
    protocol:
      description: V(pop3), V(imap), V(smtp), or null for what belongs to the whole account.
      type: str
    element:
      description: The element of the answer. C(Encryption) stands for Encryption and SSL, as they were read.
      type: str
    value:
      description: What the answer says; null when it is silent.
      type: str
    setting:
      description: The client's own setting.
      type: str
    verdict:
      description: V(native), V(hook), V(approximated) or V(impossible).
      type: str
    proof:
      description: V(client) when shown with the real client, V(documented) when known from its documentation or source.
      type: str
    needs:
      description: What a hook needs on the node, programs and a way to the password.
      type: list
      elements: str
    note:
      description: Why, where it is not native.
      type: str
  sample:
    - {email: ada@example.org, client: claws_mail, protocol: smtp, element: SMTPLast, value: "on",
       setting: "pop_before_smtp=1, pop_before_smtp_timeout=0", verdict: native, proof: documented,
       note: "Logs in to POP3 before each sending, beside SMTP AUTH where that is on."}
registry:
  description:
    - Values that clients need in the registry of the Windows user who reads the mail, ready for
      M(ansible.windows.win_regedit). This module does not write them.
    - Empty where no client needs any, and with O(state=absent).
  returned: unless the node could not be looked at
  type: list
  elements: dict
  contains:
    client:
      description: The client.
      type: str
    email:
      description: The account.
      type: str
    path:
      description: The key.
      type: str
    name:
      description: The name of the value.
      type: str
    data:
      description: The value, a text or a number.
      type: raw
    type:
      description: V(string) or V(dword).
      type: str
  sample:
    - {client: outlook_local_xml, email: ada@example.org, name: PreferLocalXML, data: 1, type: dword,
       path: 'HKCU:\Software\Microsoft\Office\16.0\Outlook\AutoDiscover'}
findings:
  description:
    - What was noticed, each with code, severity, element, line, message and email.
    - A run prints those of severity V(warning) as warnings, with the name of the host, and at most three of them.
  returned: unless the node could not be looked at
  type: list
  elements: dict
summary:
  description: RV(translation), RV(drift), RV(findings) and RV(pending) as lines for a person.
  returned: unless the node could not be looked at
  type: dict
refused:
  description: Accounts of which nothing was written, each with email and reason.
  returned: always
  type: list
  elements: dict
pending:
  description:
    - What could not be written now, because a client runs or a user is missing. A run warns of it, and does not fail.
    - Each with path, client, email and reason.
  returned: when the node was looked at
  type: list
  elements: dict
record:
  description: The path of the record of what is ours.
  returned: when the node was reached
  type: str
"""
