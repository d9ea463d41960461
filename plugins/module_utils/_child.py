# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection mailfleet.autodiscover: its interface may change at any time.

"""Takes a process that root has just forked, and a user; leaves nothing of root's in it but the descriptors to keep."""

from __future__ import annotations

import os
import signal

from ._users import User

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_MORE_MEMORY = 256 * 1024 * 1024
"""Bytes of address space beyond what the process has when it becomes the user's."""


def become(user: User, keep: tuple) -> None:
    """Give this process the rights of ``user``, and take from it all that it has of root.

    The lock of the record is among the descriptors: a child that its user stopped would hold it when the run is gone.
    """
    # Now, while it is root: what is imported may lie where the user must not read.
    _limit()
    die_with_parent = _death_signal()
    parent = os.getppid()
    os.setsid()
    os.chdir("/")
    _close_all_but(keep)
    _reset_signals()
    # In this order: after setuid the groups could no longer be changed.
    os.setgroups(user.groups)
    os.setgid(user.gid)
    os.setuid(user.uid)
    os.umask(0o077)
    os.environ.clear()
    os.environ.update(HOME=user.home, USER=user.name, LOGNAME=user.name, PATH="/usr/bin:/bin")
    _open_nothing()
    die_with_parent()
    if os.getppid() != parent:
        os._exit(1)


def _close_all_but(keep: tuple) -> None:
    last = 0
    for fd in sorted(keep):
        os.closerange(last, fd)
        last = fd + 1
    os.closerange(last, _highest() + 1)


def _highest() -> int:
    try:
        return max(int(name) for name in os.listdir("/proc/self/fd"))
    except (OSError, ValueError):
        return max(os.sysconf("SC_OPEN_MAX"), 1024)


def _open_nothing() -> None:
    """Put /dev/null where programs expect the terminal, unless one of these numbers is kept."""
    try:
        while os.open(os.devnull, os.O_RDWR) < 2:
            pass
    except OSError:
        return  # a root without /dev


def _reset_signals() -> None:
    for number in range(1, signal.NSIG):
        try:
            signal.signal(number, signal.SIG_DFL)
        except (OSError, ValueError):
            continue  # SIGKILL, SIGSTOP, and those of the C library
    signal.pthread_sigmask(signal.SIG_SETMASK, set())


def _limit() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with open("/proc/self/statm", "rb") as stream:
            most = int(stream.read().split()[0]) * resource.getpagesize() + _MORE_MEMORY
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        if hard == resource.RLIM_INFINITY or most < hard:
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
    except (ImportError, OSError, ValueError):
        return  # not Linux


def _death_signal() -> object:
    """Return what has the kernel kill this process with the run: it must not go on beside the next one.

    It is called last: a new uid takes the request back.
    """
    try:
        import ctypes

        prctl = ctypes.CDLL(None).prctl
    except (ImportError, OSError, AttributeError):
        return lambda: None  # not Linux
    return lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
