# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Provision a sample fleet under build/demo, again, break a file, see the drift, put it right."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = HERE.parents[1] / "build" / "demo"
HOSTS = BUILD / "hosts"
FLEET = {"desk1": ["ada"], "desk2": ["grace"], "desk3": ["charles"]}

OWN_ACCOUNT = """\
[Account: 1]
account_name=what Ada made herself
address=ada@example.com
protocol=0
receive_server=pop.example.com
user_id=ada
config_version=4
"""


def make_fleet() -> None:
    """Lay out the machines: a passwd, homes, and one mail account that a person made by hand."""
    shutil.rmtree(BUILD, ignore_errors=True)
    for host, users in FLEET.items():
        etc = HOSTS / host / "etc"
        etc.mkdir(parents=True)
        lines = [f"{user}:x:{os.getuid()}:{os.getgid()}::/home/{user}:/bin/sh\n" for user in users]
        (etc / "passwd").write_text("".join(lines), encoding="utf-8")
        for user in users:
            (HOSTS / host / "home" / user).mkdir(parents=True)
    claws = HOSTS / "desk1" / "home" / "ada" / ".claws-mail"
    claws.mkdir(mode=0o700)
    (claws / "accountrc").write_text(OWN_ACCOUNT, encoding="utf-8")


def say(text: str) -> None:
    """Print a heading."""
    print(f"\n\033[1m### {text}\033[0m" if sys.stdout.isatty() else f"\n### {text}", flush=True)


def play(name: str, *arguments: str, expected: int = 0) -> str:
    """Run a playbook of the collection, show what it prints, and stop when it does not end as expected."""
    command = [
        str(Path(sys.executable).with_name("ansible-playbook")),
        f"mailfleet.autodiscover.{name}",
        *("-i", str(HERE / "inventory.yml"), "-e", f"demo_hosts={HOSTS}", *arguments),
    ]
    shown = " ".join(["ansible-playbook", command[1], "-i", "inventory.yml", *arguments])
    print(f"$ {shown}", flush=True)
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
    print(done.stdout, end="", flush=True)
    if done.returncode != expected:
        sys.exit(f"{shown} ended with {done.returncode}, not {expected}.")
    return done.stdout


def main() -> None:
    """Show the whole way."""
    make_fleet()
    say("1. Provision three machines. The list tells what became of each element of each answer.")
    play("provision", "-e", "mail_client_report=full")

    say("2. The same again: nothing changes.")
    changed = re.findall(r"changed=(\d+)", play("provision"))
    if set(changed) != {"0"} or len(changed) != len(FLEET):
        sys.exit("The second run changed something.")

    accountrc = HOSTS / "desk1" / "home" / "ada" / ".claws-mail" / "accountrc"
    before = accountrc.read_text(encoding="utf-8")
    if not before.startswith(OWN_ACCOUNT):
        sys.exit("The account that Ada made herself is not what it was.")
    say("3. Somebody switches POP-before-SMTP off in Ada's Claws Mail, and removes a file of desk2.")
    accountrc.write_text(before.replace("pop_before_smtp=1", "pop_before_smtp=0"), encoding="utf-8")
    next(HOSTS.glob("desk2/usr/share/thunderbird/isp/*.xml")).unlink()
    play("drift", "-e", "mail_client_fail_on_drift=true", expected=2)

    say("4. Provision puts it right, and there is no drift any more.")
    play("provision")
    play("drift", "-e", "mail_client_fail_on_drift=true")
    if accountrc.read_text(encoding="utf-8") != before:
        sys.exit("accountrc is not what it was before.")
    say(f"Look around in {HOSTS.relative_to(Path.cwd()) if HOSTS.is_relative_to(Path.cwd()) else HOSTS}:")
    for path in sorted(HOSTS.rglob("*")):
        if path.is_file() and path.name != "passwd":
            print(path.relative_to(HOSTS))


if __name__ == "__main__":
    main()
