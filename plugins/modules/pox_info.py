#!/usr/bin/python

# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads an answer that lies on the node, for the action plugin of the same name, which does the rest."""

from __future__ import annotations

DOCUMENTATION = r"""
module: pox_info
short_description: Read an Autodiscover POX answer and say what it means
version_added: 0.1.0
author:
  - The mailfleet.autodiscover authors (@mailfleet)
description:
  - Reads one answer of Microsoft Autodiscover in its POX form (plain old XML) and returns the settings of mail clients
    that it means, with everything that was noticed on the way.
  - Answers that hold no settings (redirects, error answers, ActiveSync answers, HTML pages and others) fail with an
    error of their own that says what to do.
requirements:
  - lxml, on the controller
  - jsonschema, on the controller
extends_documentation_fragment:
  - mailfleet.autodiscover._attributes
  - mailfleet.autodiscover._attributes.info
  - mailfleet.autodiscover._attributes.action
options:
  content:
    description:
      - The text of the answer. Mutually exclusive with O(src).
    type: str
  src:
    description:
      - The path of the answer. A relative path is sought as Ansible seeks files, then beside the inventory, then in
        the working directory. A vaulted file is decrypted.
      - Bytes are read as they are, so any encoding that the document declares is understood.
    type: path
  remote_src:
    description:
      - If V(true), O(src) is a path on the managed node. Only a regular file is read, and of it no more than an answer
        may have, 1 MiB.
    type: bool
    default: false
  email:
    description:
      - The address that the answer is for.
    type: str
seealso:
  - module: mailfleet.autodiscover.client_config
  - plugin: mailfleet.autodiscover.from_pox
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Read an answer that lies beside the playbook
  mailfleet.autodiscover.pox_info:
    src: answers/ada.xml
    email: ada@example.org
  register: answer

- name: Stop when the SMTP server wants mail downloaded before it accepts mail
  ansible.builtin.assert:
    that: not (answer.settings.outgoing | selectattr('pop_before_smtp') | list)
    fail_msg: SMTPLast is on.
"""

RETURN = r"""
settings:
  description: What the answer means, as the collection's JSON Schema describes it.
  returned: success
  type: dict
  sample:
    version: 1
    email: ada@example.org
    display_name: Ada Lovelace
    ttl_hours: 1
    expires: null
    incoming:
      - {type: pop3, hostname: pop.example.org, port: 995, socket_type: SSL, authentication: password-cleartext,
         username: ada@example.org, domain: null, domain_required: false}
    outgoing:
      - {type: smtp, hostname: smtp.example.org, port: 587, socket_type: STARTTLS, authentication: password-cleartext,
         username: null, domain: null, domain_required: false, auth_required: true, same_credentials: true,
         pop_before_smtp: true}
    exchange: {ews_url: null, oab_url: null, owa_url: null, server: null}
findings:
  description: What was noticed. Codes are stable; the guide to findings lists them.
  returned: success
  type: list
  elements: dict
  contains:
    code:
      description: What it is, in kebab-case.
      type: str
    severity:
      description: V(error), V(warning) or V(info).
      type: str
    element:
      description: The element of the answer.
      type: str
    line:
      description: The line of the document.
      type: int
    message:
      description: A sentence that names the value.
      type: str
  sample:
    - {code: port-missing, severity: info, element: Port, line: 12,
       message: "Protocol POP3 has no Port; 995 is usual for SSL."}
"""

import base64

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._answer import read_answer
from ..module_utils._client_config_spec import POX_INFO_SPEC
from ..module_utils._errors import FileProblem


def main() -> None:
    module = AnsibleModule(
        argument_spec=POX_INFO_SPEC,
        mutually_exclusive=[("content", "src")],
        required_one_of=[("content", "src")],
        supports_check_mode=True,
    )
    try:
        data = read_answer(module.params["src"])
    except FileProblem as problem:
        module.fail_json(msg=str(problem))
    module.exit_json(changed=False, document=base64.b64encode(data).decode("ascii"))


if __name__ == "__main__":
    main()
