# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""What the modules can do, for their documentation. A module takes the first and what else fits it."""

from __future__ import annotations


class ModuleDocFragment:
    """One attribute per thing that people ask of a module before they use it."""

    # Every module.
    DOCUMENTATION = r"""
options: {}
attributes:
  platform:
    description: The systems that can be managed.
    support: full
    platforms: posix
"""

    # Modules that write files.
    FILES = r"""
options: {}
attributes:
  check_mode:
    description: Whether check mode predicts what a run would change, and changes nothing.
    support: full
    details:
      - The prediction also holds on a host where no directory, no file and no user exists yet.
  diff_mode:
    description: Whether diff mode shows what changes.
    support: full
    details:
      - Content and mode are shown together. Of a file that may hold a secret the names of the keys are shown, never a value.
  idempotent:
    description: Whether a second run with the same arguments, and nothing changed in between, changes nothing.
    support: full
  safe_file_operations:
    description: Whether a file is replaced as a whole, so that no reader ever meets half of it.
    support: full
"""

    # Modules that share the options of an installation.
    GROUP = r"""
options: {}
attributes:
  action_group:
    description: The action groups to which the module belongs. Use them in C(module_defaults) as C(group/mailfleet.autodiscover.all).
    support: full
    membership:
      - mailfleet.autodiscover.all
    details:
      - Its modules share O(set), O(root), O(state), O(purge), O(allow_empty), O(existing), O(missing_user),
        O(client_running), O(on_account_error), O(backup) and O(clients).
"""

    # Modules that only look.
    INFO = r"""
options: {}
attributes:
  check_mode:
    description: Whether the module can be used in check mode.
    support: full
    details:
      - It changes nothing, in check mode or out of it.
  diff_mode:
    description: Whether diff mode shows what changes.
    support: N/A
    details:
      - It changes nothing.
  idempotent:
    description: Whether a second run with the same arguments, and nothing changed in between, changes nothing.
    support: full
    details:
      - It changes nothing.
"""

    # Modules that do part of their work on the controller, in an action plugin of the same name.
    ACTION = r"""
options: {}
attributes:
  action:
    description: Whether part of the work is done on the controller by an action plugin of the same name.
    support: full
  async:
    description: Whether the task can be run with C(async).
    support: none
    details:
      - The action plugin executes other modules, which Ansible cannot do in the background.
"""
