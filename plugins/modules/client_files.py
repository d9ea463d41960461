#!/usr/bin/python
# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: client_files
short_description: Install many files, and keys within files, in one call
version_added: "0.1.0"
author: The mailfleet.autodiscover authors (@mailfleet)
description:
  - Installs a list of files, or of keys within INI-like files, in one module execution, however long the list is.
  - In files that clients and people write too, only the keys that are asked for are compared and changed.
    Other sections, unknown keys, comments, order and line endings survive byte for byte.
  - What was written and what it replaced is kept in a record on the node, so that O(state=absent) and O(purge=true)
    remove what was made here, put back what was there before, and touch nothing else.
  - Files in homes are read and written by a child process with the rights of the user they belong to.
    A link inside a home is never followed out of it.
  - What a user keeps there has bounds that no real file meets (1 MiB of a file with keys beside what is asked for,
    10,000 sections, ways of 4,096 bytes, 8 MiB of all files of a user); a file beyond them is refused by name.
  - P(mailfleet.autodiscover.client_config#module) runs this module with files that it makes from Autodiscover answers.
extends_documentation_fragment:
  - mailfleet.autodiscover._attributes.group
attributes:
  check_mode:
    support: full
    description: Can run in check mode and say exactly what would be changed, without writing anything.
  diff_mode:
    support: full
    description: Shows what changes, content and mode together.
    details:
      - Of files with keys only the keys that are asked for are shown.
      - Values of keys whose names speak of a password, a token or another secret are never shown, old ones included.
        Of a file that is not as the record says it was written, the diff shows the lines that are written here, and
        says how many others there are.
  idempotent:
    support: full
    description: A second run with the same parameters changes nothing.
    details:
      - A file that is right already is not touched.
  platform:
    support: full
    platforms: posix
    description: The operating systems that the module runs on.
    details:
      - Developed and tested on Linux. Whether a client runs (O(files[].running)) can be seen on Linux only.
options:
  files:
    description:
      - What is to be there. Ignored with O(state=absent).
      - An item with a mistake, such as text where a list belongs, refuses the accounts that it names, in a section or
        block the one of that part, and the others go on. One that names no account stops the run.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description:
          - Absolute path of the file, or C({home:USER}/PATH) for a file in the home of that user.
          - The path counts from O(root). It must not contain C(..).
          - A path that lies in the home of the user named by O(files[].owner) is treated as a file in that home.
          - Exactly one of O(files[].path) and O(files[].candidates) is needed.
        type: str
      candidates:
        description:
          - Several places where the file may belong. The first whose O(files[].candidates[].exists) is on the node
            is taken, and the first of the list when none is.
        type: list
        elements: dict
        suboptions:
          exists:
            description: A path to look for, a directory for example.
            type: str
            required: true
          path:
            description: The path of the file in this case, written as O(files[].path).
            type: str
            required: true
      client:
        description: A label for what the file is for. It comes back in the results and separates entries of the record.
        type: str
        default: ""
      accounts:
        description:
          - Labels of those who need this file, usually mail addresses. The file is removed when the last of them goes.
          - A file without accounts is nobody's, and goes with O(purge=true) as soon as it is not listed any more.
        type: list
        elements: str
        default: []
      content:
        description:
          - The whole content of the file.
          - Exactly one of O(files[].content), O(files[].content_base64), O(files[].sections), O(files[].blocks) and
            O(files[].values) is needed.
        type: str
      content_base64:
        description: The whole content of the file, encoded, for what is not UTF-8 text.
        type: str
      basis:
        description:
          - For a whole file that comes out with other bytes each time it is made, such as a signed one, a text that is
            the same as long as the file is made of the same things.
          - The file counts as right while it has the bytes that were last written here, with the same basis.
        type: str
      sections:
        description: Sections of an INI-like file, each with the keys that matter.
        type: list
        elements: dict
        suboptions:
          account:
            description:
              - Label of the account that the section is for. It identifies the section within the file.
              - Not needed when O(files[].accounts) has exactly one member.
            type: str
          numbered:
            description:
              - For sections whose names end with a number, the part before it, as in C(Account:) followed by a blank.
              - A new section gets the highest number plus one and is added at the end of the file.
              - Exactly one of O(files[].sections[].numbered) and O(files[].sections[].name) is needed.
            type: str
          name:
            description: For a section with a fixed name, that name without brackets.
            type: str
          match:
            description:
              - A section that holds all these values, compared without case, is the one that is meant,
                even if it was not made here. O(existing) decides what is done with it then.
            type: dict
            default: {}
          fixed:
            description:
              - Keys that are written when the section is made, and never changed afterwards.
              - If a section that exists has another value, its account is refused.
            type: dict
            default: {}
          enforced:
            description: Keys that are compared and set each time.
            type: dict
            default: {}
          seeded:
            description: Keys that are written only when the section is made. What a person makes of them is no drift.
            type: dict
            default: {}
          paths:
            description:
              - Names of keys, among the others, whose value is a path that may begin with C({home:USER}); the home is
                filled in on the node.
            type: list
            elements: str
            default: []
          whole:
            description:
              - A section with a fixed name that stands for the account alone, so that all of it goes with the account,
                keys that the client added included. Without this, only those keys go that were written here.
              - Implied by O(files[].sections[].numbered), O(files[].sections[].match) and O(files[].sections[].fixed).
            type: bool
            default: false
      syntax:
        description:
          - What holds in a file of O(files[].sections) beside sections, keys and comments.
          - V(prefs), of Claws Mail and Sylpheed, compares keys without case and trims nothing.
          - V(keyfile), of GLib and QSettings, compares keys with case, and without blanks around them.
          - V(kconfig), of KDE, is the same, without blanks after a value and without options of a key such as C([$e]).
        type: str
        choices: [prefs, keyfile, kconfig]
        default: prefs
      remove_whole:
        description:
          - For a file of O(files[].sections) that a client keeps for these accounts and nothing else. If it was made
            here, it goes with the last of its sections, whatever the client or a person added to it.
        type: bool
        default: false
      numbers_in:
        description:
          - For O(files[].sections) with O(files[].sections[].numbered). Other files of the client that refer to a
            section by its number, such as its stored passwords.
          - A number that one of them holds is given to no new section, and none is ever given twice. An empty list
            says only the latter. Where one of them cannot be read, a new section is refused.
        type: list
        elements: dict
        suboptions:
          path:
            description: The file, in the same home as O(files[].path). One that is not there holds no numbers.
            type: str
            required: true
          after:
            description:
              - What stands before a number. Blanks, quotes and an equals sign may follow it. A line feed stands for the
                start of a line.
            type: list
            elements: str
            required: true
      blocks:
        description:
          - Blocks of lines in a text file, each between two comment lines that say whose it is. A new block is added at
            the end of the file; everything else in it stays byte for byte.
        type: list
        elements: dict
        suboptions:
          account:
            description: Label of the account. A block without one serves all accounts, and goes with the last of them.
            type: str
            default: ""
          text:
            description: The lines.
            type: str
            required: true
      comment:
        description: What begins a comment in a file of O(files[].blocks).
        type: str
        default: "#"
      values:
        description:
          - Values in a JSON file, each with the keys that lead to it. Everything else in it stays byte for byte.
            They serve all accounts of the file, and go with the last of them.
        type: list
        elements: dict
        suboptions:
          path:
            description: The keys from the outermost object to the value. Objects that are missing are made.
            type: list
            elements: str
            required: true
          value:
            description: The value, of any type.
            type: raw
            required: true
      mode:
        description:
          - Mode of the file as octal digits in quotes, such as V('0644').
          - When it is not given an existing file keeps its mode.
            A new one gets V('0600') in homes and V('0644') elsewhere.
        type: raw
      owner:
        description: Name or number of the owner. When it is not given an existing file keeps its owner.
        type: str
      group:
        description: Name or number of the group. When it is not given an existing file keeps its group.
        type: str
      once:
        description: Make the file when it is missing, and never compare or change it afterwards.
        type: bool
        default: false
      directories:
        description:
          - Directories that are made when the file is made, if they are not there. They go with it if they are empty.
        type: list
        elements: str
        default: []
      running:
        description:
          - Names of programs, as in C(/proc/PID/comm), that overwrite the file when they end.
          - Only those count that the user runs in whose home the file is. O(client_running) decides what is done then.
        type: list
        elements: str
        default: []
      needs:
        description:
          - Names of programs without which the file is of no use. Where one is in none of C(/usr/local/bin),
            C(/usr/bin) and C(/bin), the accounts of the file are refused; with another O(root), it is a finding.
        type: list
        elements: str
        default: []
      notices:
        description: What to be told of, as a finding, where one of several paths is on the node.
        type: list
        elements: dict
        default: []
        suboptions:
          exists:
            description: The paths, written as O(files[].path).
            type: list
            elements: str
            required: true
          account:
            description: The one of O(files[].accounts) that the notice is for. Without it, it is for all of them.
            type: str
          code:
            description: The code of the finding.
            type: str
            required: true
          sentence:
            description: What the finding says.
            type: str
            required: true
  users:
    description:
      - Users whose home or numbers are not those of the passwd database, or who are not in it.
      - A mapping from names to mappings with C(home), C(uid) and C(gid), each optional.
        When only the home is known, the user is who owns it.
    type: dict
    default: {}
  accounts:
    description:
      - With O(state=present), all account labels of the caller, those included for which it has no files this time.
        O(purge) leaves their things alone.
      - With O(state=absent), the accounts whose things are removed.
    type: list
    elements: str
    default: []
  incomplete:
    description:
      - Those of O(accounts) for which O(files) lacks something this time. What they have elsewhere stays then.
      - For other accounts of O(files), what the same client has installed for them at other paths goes.
    type: list
    elements: str
    default: []
  connections:
    description:
      - The servers of accounts of O(files). They are kept in the record, and RV(moved) says which of them are new.
    type: list
    elements: dict
    default: []
    suboptions:
      account:
        description: The account.
        type: str
        required: true
      user:
        description: The system user who has it.
        type: str
      clients:
        description: The clients that have it.
        type: list
        elements: str
        required: true
      incoming:
        description: The server that mail is fetched from.
        type: dict
        required: true
        suboptions: &server
          type:
            description: V(pop3), V(imap) or V(smtp).
            type: str
            required: true
          hostname:
            description: Its host name.
            type: str
            required: true
          port:
            description: Its port.
            type: int
            required: true
          socket_type:
            description: V(plain), V(STARTTLS) or V(SSL).
            type: str
            required: true
          username:
            description: The login. Leave it out where there is none.
            type: str
      outgoing:
        description: The server that mail is sent through.
        type: dict
        required: true
        suboptions: *server
      of_another:
        description:
          - The address that the account's Autodiscover response seems to be for, if that is another one.
          - A login that is there already is not replaced then; the account is refused.
        type: str
  clients:
    description: With O(state=absent), the clients whose things are removed. Empty means all.
    type: list
    elements: str
    default: []
  territory:
    description:
      - Names of clients, each with a list of the places in which it may have files. A path from the root, or
        C({home}/PATH) for the home of a file's user; C(*) stands for any name or part of one, a slash at the end for
        everything below.
      - Where the record says that one of these clients has a file elsewhere, that file stays as it is. When any client
        is given here, what other clients have on record stays as it is too.
    type: dict
    default: {}
  state:
    description:
      - V(present) installs O(files).
      - V(absent) removes what the record knows to be made for O(accounts) and O(clients), and only that.
        A file or key that was there before gets its former content back.
    type: str
    choices: [present, absent]
    default: present
  purge:
    description: Also remove what the record knows to be made for accounts that are not in O(accounts).
    type: bool
    default: false
  allow_empty:
    description: Allow an empty O(accounts) with O(purge=true) or O(state=absent), which removes everything of the set.
    type: bool
    default: false
  set:
    description:
      - Name of the record. Independent callers on one node use different sets.
    type: str
    default: default
  existing:
    description:
      - What to do with a section that matches and was not made here.
      - V(adopt) takes it over and remembers the values that are replaced.
      - V(leave) leaves it as it is and says so in the C(note) of the file's row.
      - V(fail) refuses the account.
    type: str
    choices: [adopt, leave, fail]
    default: adopt
  missing_user:
    description:
      - What to do when a user, or the user's home directory, is not on the node. Homes are never created.
      - V(fail) refuses the account, V(skip) reports its files as pending.
    type: str
    choices: [fail, skip]
    default: fail
  client_running:
    description:
      - What to do when one of O(files[].running) runs and the file has to be written.
      - V(defer) leaves the file for a later run and reports it as pending, V(fail) refuses the account,
        V(ignore) writes all the same.
      - Only looked at when O(root) is V(/).
    type: str
    choices: [defer, fail, ignore]
    default: defer
  root:
    description:
      - Install into another root, that of a golden image for example.
      - Users and groups come from its C(etc/passwd) and C(etc/group), and links resolve inside it.
    type: path
    default: /
  on_account_error:
    description:
      - V(skip) leaves out the accounts that have an error, each of them whole, installs the others,
        and fails at the end.
      - V(fail) writes nothing at all when any account has an error.
    type: str
    choices: [skip, fail]
    default: skip
  backup:
    description: Keep a copy of each file that is changed or removed beside it.
    type: bool
    default: false
notes:
  - The record is C(/var/lib/mailfleet/SET.json) in the root. For a user other than root it is
    C($XDG_STATE_HOME/mailfleet/SET.json), with C(~/.local/state) as usual when the variable is not set.
  - The record holds what was replaced, therefore only its owner can read it.
  - SELinux context, ACL and other extended attributes of existing files are kept. New files get what the system gives
    to new files in their directory.
seealso:
  - module: mailfleet.autodiscover.client_config
  - module: ansible.builtin.copy
  - module: ansible.builtin.template
  - module: community.general.ini_file
"""

EXAMPLES = r"""
- name: Install two files in one call
  mailfleet.autodiscover.client_files:
    files:
      - path: /etc/msmtprc
        content: |
          defaults
          tls on
        mode: '0644'
      - path: '{home:ada}/.mailrc'
        content: |
          set sendmail=/usr/bin/msmtp

- name: Set keys in one account of Claws Mail, and leave all other accounts alone
  mailfleet.autodiscover.client_files:
    accounts: [ada@example.org]
    files:
      - path: '{home:ada}/.claws-mail/accountrc'
        client: claws_mail
        accounts: [ada@example.org]
        running: [claws-mail]
        sections:
          - numbered: 'Account: '
            match:
              address: ada@example.org
              protocol: '0'
            fixed:
              protocol: '0'
            enforced:
              address: ada@example.org
              smtp_server: smtp.example.org
              pop_before_smtp: '1'
            seeded:
              account_name: Work

- name: Add lines to a file of the user, and one value to a JSON file of the system
  mailfleet.autodiscover.client_files:
    files:
      - path: '{home:ada}/.muttrc'
        blocks:
          - account: ada@example.org
            text: |
              set from = "ada@example.org"
      - path: /etc/thunderbird/policies/policies.json
        values:
          - path: [policies, DisableTelemetry]
            value: true

- name: Show what is different, content and mode together, and change nothing
  mailfleet.autodiscover.client_files:
    files:
      - path: /etc/msmtprc
        content: |
          defaults
          tls on
        mode: '0644'
  check_mode: true
  diff: true

- name: Take a file that belongs where the program is
  mailfleet.autodiscover.client_files:
    files:
      - candidates:
          - exists: /usr/lib64/thunderbird
            path: /usr/lib64/thunderbird/defaults/pref/fleet.js
          - exists: /usr/lib/thunderbird
            path: /usr/lib/thunderbird/defaults/pref/fleet.js
        content: |
          pref("general.config.obscure_value", 0);

- name: Remove what was installed for one account, and put back what was there before
  mailfleet.autodiscover.client_files:
    state: absent
    accounts: [ada@example.org]
"""

RETURN = r"""
files:
  description: One row for each file and client.
  returned: when the node was looked at
  type: list
  elements: dict
  contains:
    path:
      description: Path of the file, from the root.
      type: str
      sample: /home/ada/.claws-mail/accountrc
    client:
      description: The label of the client.
      type: str
      sample: claws_mail
    email:
      description: The account, when the file is for exactly one.
      type: str
      sample: ada@example.org
    emails:
      description: All accounts that the file is for.
      type: list
      elements: str
      sample: [ada@example.org]
    action:
      description:
        - What became of the file, or would in check mode.
        - V(updated) also when sections were removed from a file that stays, or its former content was put back.
      type: str
      sample: created
    backup_file:
      description: The copy of the former content.
      type: str
      returned: with O(backup=true), for files that were changed or removed
    note:
      description: Why something was left as it is.
      type: str
      returned: when there is a reason
drift:
  description: Every difference between what was found and what shall be, in check mode and otherwise.
  returned: when the node was looked at
  type: list
  elements: dict
  contains:
    path:
      description: Path of the file, from the root.
      type: str
    client:
      description: The label of the client.
      type: str
    email:
      description: The account, when there is exactly one.
      type: str
    key:
      description: Section and key, or the section alone. Null for a whole file.
      type: str
      sample: '[Account: 2] pop_before_smtp'
    reason:
      description: One of V(content), V(mode), V(owner), V(missing) and V(extra).
      type: str
    expected:
      description:
        - What shall be. The digest of a whole file. Null for what shall not be there.
        - Of more than 300 characters only beginning and end.
      type: str
    found:
      description:
        - What was found. The digest of a whole file. Null for what was not there.
        - Of more than 300 characters only beginning and end.
      type: str
  sample:
    - path: /home/ada/.claws-mail/accountrc
      client: claws_mail
      email: ada@example.org
      key: '[Account: 2] pop_before_smtp'
      reason: content
      expected: '1'
      found: '0'
pending:
  description: Files that have to wait, with C(path), C(client), C(email) and C(reason).
  returned: when the node was looked at
  type: list
  elements: dict
  sample: []
moved:
  description:
    - Servers of O(connections) whose host name is not the one of the last run, with C(email), C(client), C(user),
      C(kept) (false where the account had been removed and comes back), C(server) (V(incoming) or V(outgoing)),
      C(before) and C(after).
  returned: when the node was looked at
  type: list
  elements: dict
  sample: []
refused:
  description: Accounts that were left out, with C(email), C(path), C(client) and C(reason).
  returned: always
  type: list
  elements: dict
  sample: []
findings:
  description:
    - Remarks, with C(code), C(severity), C(element), C(line), C(message) and C(email).
    - C(record-missing), nothing is known to be ours, so nothing is removed.
    - C(client-not-on-record), nothing of one of O(clients) is on record, but a client of nearly that name may be.
    - C(program-missing), a program that a client needs is not in this root.
    - C(section-changed), a section is not what was installed any more, so it stays.
    - C(place-foreign), the record names a file outside O(territory); it is neither removed nor given back.
    - C(owner-kept), a file that stays keeps the owner that it was given, because its directory is somebody else's.
    - C(file-changed), a file that was removed or stays had been changed since it was installed.
  returned: always
  type: list
  elements: dict
  sample: []
record:
  description: Path of the record, from the root.
  returned: always, unless the parameters are wrong
  type: str
  sample: /var/lib/mailfleet/default.json
invocation:
  description: The parameters without contents and values of files.
  returned: always
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._client_files_spec import ARGUMENT_SPEC
from ..module_utils._install import install


class _Module(AnsibleModule):
    """Keeps the parameters from Ansible's own check, which stops at the first mistake, whosever it is.

    ``install`` checks them by the same spec, and refuses the accounts that a mistake concerns.
    """

    def _load_params(self) -> None:
        super()._load_params()
        self.asked = {name: value for name, value in self.params.items() if not name.startswith("_ansible_")}
        self.params = {name: value for name, value in self.params.items() if name not in self.asked}


def main() -> None:
    # no_log: contents and values must not go to the node's syslog. The result brings its own invocation without them.
    module = _Module(argument_spec=ARGUMENT_SPEC, supports_check_mode=True, no_log=True)
    result = install(module.asked, check_mode=module.check_mode, diff_mode=module._diff)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
