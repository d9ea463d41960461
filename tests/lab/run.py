# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of clients in; a table of what each of them does with what our role provisioned out.

    python -m ansible_collections.mailfleet.autodiscover.tests.lab.run [--selftest] [CLIENT...]

Ends with 1 when a case failed or a client could not be tested.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ansible_collections.mailfleet.autodiscover.plugins.module_utils._client_config_spec import CLIENTS

from . import course, isolation, packages, selftest
from .client import Client, known
from .network import add_people
from .results import Results
from .server.server import Server

CHECKOUT = Path(__file__).resolve().parents[2]
BUILD = CHECKOUT / "build" / "lab"

SERVER_PACKAGES = (
    "ca-certificates",
    "dovecot-imapd",
    "dovecot-pop3d",
    "iproute2",
    "postfix",
    "postfix-sqlite",
    "python3",
    "sqlite3",
    "util-linux",
)
AT_ONCE = 2
"""Clients that are tried side by side."""


def main() -> int:
    """Install, isolate, run, tell."""
    parser = argparse.ArgumentParser(description="Try real mail clients against real mail servers.")
    parser.add_argument("--selftest", action="store_true", help="put wrong settings in, and see the cases fail")
    parser.add_argument("clients", nargs="*", metavar="CLIENT", help="all but those for the night, when none is named")
    options = parser.parse_args()
    everything = known()
    unknown = sorted(set(options.clients) - set(everything))
    if unknown:
        parser.error(f"{', '.join(unknown)}: no such client; there are {', '.join(everything)}.")
    if os.getuid() != 0:
        sys.exit("The lab makes networks and users of its own, for which it must run as root.")
    usual = [name for name, client in everything.items() if not client.nightly]
    chosen = [client for name, client in everything.items() if name in (options.clients or usual)]
    if isolation.inside():
        return _inside(chosen, options.clients, selftests=options.selftest)
    try:
        packages.install([*SERVER_PACKAGES, *(package for client in chosen for package in client.packages)])
    except packages.NoPackages as problem:
        sys.exit(f"The lab cannot run: {problem}")
    return isolation.run_inside([sys.executable, "-m", __spec__.name, *sys.argv[1:]])


def _inside(clients: Sequence[Client], asked_for: Sequence[str], *, selftests: bool) -> int:
    isolation.settle(CHECKOUT)
    isolation.become_main()
    begun = time.monotonic()
    logs = BUILD / f"logs-{os.getppid()}-{time.time_ns()}"
    logs.mkdir(parents=True)
    logs.chmod(0o755)
    server = Server(isolation.STATE, logs)
    room = selftest if selftests else course
    names = [name for client in clients for name in room.people_of(client)]
    people = add_people(names)
    server.start(course.passwords_of(names))
    results = Results(room.cases_of(clients))

    def one(client: Client) -> None:
        if client.name not in CLIENTS:
            results.close(client.name, room.cases_of([client]), "skipped", "the collection does not provision it")
            return
        client.prepare(server.authority, course.logins_of(room.people_of(client)))
        directory = logs / client.name
        directory.mkdir()
        trier = selftest.Selftest if selftests else course.Course
        trier(client, people, server, results, directory).run()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(one, clients))
    server.stop()
    BUILD.joinpath("selftest" if selftests else "").mkdir(exist_ok=True)
    results.write(BUILD / ("selftest" if selftests else ""))
    print("\n" + results.markdown())
    if results.failed(asked_for):
        print(f"Not all is well, {time.monotonic() - begun:.0f} s. Logs: {logs.relative_to(CHECKOUT)}")
        return 1
    shutil.rmtree(logs)
    print(f"All is well, {time.monotonic() - begun:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
