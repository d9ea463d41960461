# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A node in a directory: its users are those of its own etc/passwd, all with the uid that runs the tests."""

from __future__ import annotations

import json
import os

import pytest
from hypothesis import settings

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._install import install

# No examples are kept in the working directory; a failing one is printed.
settings.register_profile("mailfleet", database=None, deadline=None)
settings.load_profile("mailfleet")

ADA = "ada@example.org"
BOB = "bob@example.org"


class Node:
    """A root with /home/ada and /home/bob, and shorthands to install into it and to look at it."""

    def __init__(self, root) -> None:
        self.root = root
        for name in ("etc", "home/ada", "home/bob"):
            (root / name).mkdir(parents=True)
        self.set_users({"ada": os.getuid(), "bob": os.getuid()})

    def set_users(self, uids) -> None:
        lines = [f"{name}:x:{uid}:{os.getgid()}::/home/{name}:/bin/sh\n" for name, uid in uids.items()]
        (self.root / "etc/passwd").write_text("".join(lines))

    def install(self, files=(), check=False, diff=False, **params):
        params.setdefault("root", str(self.root))
        params.setdefault("accounts", [ADA, BOB])
        return install(dict(params, files=list(files)), check_mode=check, diff_mode=diff)

    def absent(self, *accounts, **params):
        return self.install(state="absent", accounts=list(accounts), **params)

    def path(self, name):
        return self.root / name.lstrip("/")

    def write(self, name, content, mode=0o644):
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(mode)
        return path

    def read(self, name):
        return self.path(name).read_bytes()

    def mode(self, name):
        return self.path(name).stat().st_mode & 0o7777

    def record(self, name="default"):
        return json.loads(self.read(f"/var/lib/mailfleet/{name}.json").decode())["files"]

    def accounts(self, name="default"):
        return json.loads(self.read(f"/var/lib/mailfleet/{name}.json").decode())["accounts"]

    def snapshot(self):
        """Everything that writing would change, times included."""
        found = {}
        for directory, names, files in os.walk(str(self.root)):
            for name in [""] + names + files:
                path = os.path.join(directory, name)
                status = os.lstat(path)
                content = b""
                if os.path.isfile(path) and not os.path.islink(path):
                    with open(path, "rb") as stream:
                        content = stream.read()
                found[path] = (status.st_mode, status.st_mtime_ns, status.st_ino, content)
        return found


@pytest.fixture
def node(tmp_path):
    return Node(tmp_path / "root")


def whole(path="/etc/fleet.conf", content="new\n", accounts=(ADA,), **more):
    return dict(more, path=path, content=content, accounts=list(accounts))


def account(email=ADA, path="{home:ada}/.claws-mail/accountrc", client="claws_mail", **more):
    """A file with one account in the manner of Claws Mail."""
    section = {
        "account": email,
        "numbered": "Account: ",
        "match": {"address": email, "protocol": "0"},
        "fixed": {"protocol": "0"},
        "enforced": {"address": email, "smtp_server": "smtp.example.org", "pop_before_smtp": "1"},
        "seeded": {"account_name": "Work"},
    }
    section.update({key: more.pop(key) for key in list(more) if key in section or key == "name"})
    if "name" in section:
        del section["numbered"]
    return dict(more, path=path, client=client, accounts=[email], sections=[section])


# The account of somebody else, with all that a careless writer would lose: Latin-1, comments, odd blanks, unknown keys.
FOREIGN = b"# mine\n[Account: 1]\naddress=eve@example.net\nprotocol=0\nsignature=J\xfcrgen = ok\n weird =  x  \n\n"
