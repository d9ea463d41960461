# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attack the installer as a local user would, as root on this machine, and tell whether it holds.

    make hold ARGS="[--seed N] [--scale F] [--round NAME] [ATTACK...]"

Ends with 1 when a round fell. Each attack is one module: ``rounds()`` names its rounds, ``SHARE`` says which part of
them is played usually (the seed chooses), and ``play(stage, name)`` plays one and raises ``Fell``. A round is made of
its name and the seed alone, so it can be played again.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import pwd
import random
import re
import shutil
import signal
import socket
import sys
import tempfile
import time
import traceback
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, ModuleType
from typing import NoReturn

from .stage import Fell, NotPossible, Stage, die_with_parent, processes_of

ATTACKS = {
    "links": 4,
    "races": 3,
    "kills": 7,
    "attributes": 3,
    "stopped": 4,
    "redaction": 2,
    "records": 3,
    "flooding": 6,
}
"""What is tried, and which part of the time it may take."""
BUDGET = 280.0
"""Seconds after which no round is begun any more: on a busy machine fewer rounds are played, and the table says so."""
SCALE = 1.0
"""At 1.0 everything takes two or three minutes on two cores."""
AT_ONCE = 2
"""Rounds that are played side by side."""
ROUND_LIMIT = 300.0
"""Seconds after which a round is ended. Each has limits of its own, so this is for faults of the harness."""
SHOWN = 12
"""Kinds of falls that are told for each attack,"""
ALIKE = 50
"""characters that two falls have in common to be of one kind,"""
MOST = 1600
"""and characters that are shown of each."""


@dataclass
class Row:
    """One line of the table."""

    attack: str
    rounds: int = 0
    left_out: int = 0
    """Rounds for which there was no time."""
    seconds: float = 0.0
    fell: list[tuple[str, str]] = field(default_factory=list)
    impossible: dict[str, list[str]] = field(default_factory=dict)
    """Why something cannot be tried here, and which rounds."""

    @property
    def verdict(self) -> str:
        """What stands in the table."""
        if self.fell:
            return "FELL"
        return "held" if self.rounds > sum(map(len, self.impossible.values())) else "not possible here"


@dataclass
class Playing:
    """A round that is being played in a process of its own."""

    row: Row
    name: str
    slot: int
    child: int
    place: Path
    begun: float


def main() -> int:
    """Play all rounds, and print the table."""
    parser = argparse.ArgumentParser(description="Attack the installer as a local user would.")
    parser.add_argument("--seed", type=int, help="play what an earlier run with this seed played")
    parser.add_argument("--scale", type=float, default=SCALE, help="10 plays ten times as many rounds, or all")
    parser.add_argument("--round", help="play only rounds whose name contains this")
    parser.add_argument("attacks", nargs="*", metavar="ATTACK", help=", ".join(ATTACKS))
    options = parser.parse_args()
    unknown = sorted(set(options.attacks) - set(ATTACKS))
    if unknown:
        parser.error(f"{', '.join(unknown)}: no such attack; there are {', '.join(ATTACKS)}.")
    if os.geteuid() != 0:
        sys.exit("make hold needs root: it attacks as users of its own, and installs as root into their homes.")
    seed = random.SystemRandom().randrange(1 << 32) if options.seed is None else options.seed
    print(f"hold: seed {seed}", flush=True)
    begun = time.monotonic()
    with Arena(seed) as arena:
        rows = arena.play(options.attacks or list(ATTACKS), options.scale, options.round)
    tell(rows, seed, time.monotonic() - begun)
    return 1 if any(row.fell for row in rows) or not any(row.rounds for row in rows) else 0


class Arena:
    """Plays rounds side by side, each in a process, a directory and with uids of its own; leaves nothing behind."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.playing: list[Playing] = []

    def __enter__(self) -> Arena:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, _interrupted)
        self.claim, self.uids = _uids_of_our_own()
        name = f"mailfleet-hold-{self.uids}-"
        for left in Path(_fast_place() or tempfile.gettempdir()).glob(f"{name}*"):
            shutil.rmtree(left, ignore_errors=True)  # of a run that was killed: its claim on the uids is ours now
        self.place = Path(tempfile.mkdtemp(prefix=name, dir=_fast_place()))
        self.place.chmod(0o711)
        return self

    def __exit__(self, *exc: object) -> None:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        for playing in self.playing:
            self._end(playing)
        shutil.rmtree(self.place, ignore_errors=True)
        self.claim.close()

    def play(self, attacks: Sequence[str], scale: float, only: str | None) -> list[Row]:
        """Play the rounds of all attacks and return the table."""
        # Thousands of forks: what is there by now need not be looked at, and so copied, in each of them.
        gc.collect()
        gc.freeze()
        rows = []
        end = time.monotonic() + BUDGET * max(1.0, scale)
        weight = sum(ATTACKS[attack] for attack in attacks)
        for attack in attacks:
            row = Row(attack)
            rows.append(row)
            begun = time.monotonic()
            last = begun + (end - begun) * ATTACKS[attack] / weight
            weight -= ATTACKS[attack]
            module = importlib.import_module(f"{__package__}.{attack}")
            waiting = deque(self._chosen(attack, module, scale, only))
            slots = deque(range(1 if getattr(module, "ALONE", False) else AT_ONCE))
            while waiting or self.playing:
                if time.monotonic() > last:
                    row.left_out += len(waiting)
                    waiting.clear()
                while waiting and slots:
                    self.playing.append(self._begin(module, row, waiting.popleft(), slots.popleft()))
                for playing in [playing for playing in self.playing if self._has_ended(playing)]:
                    self.playing.remove(playing)
                    slots.append(playing.slot)
                time.sleep(0.002)
            row.seconds = time.monotonic() - begun
            print(_line(row), flush=True)
        return rows

    def _chosen(self, attack: str, module: ModuleType, scale: float, only: str | None) -> list[str]:
        names: list[str] = module.rounds()
        if only is not None:
            return [name for name in names if only == name] or [name for name in names if only in name]
        share = min(1.0, getattr(module, "SHARE", 1.0) * scale)
        always = [name for name in names if any(part in name for part in getattr(module, "ALWAYS", ()))]
        names = [name for name in names if name not in always]
        dice = random.Random(f"{self.seed} {attack}")
        # Evenly spread, so that each kind of round is there, and in an order that makes no difference when time is out.
        chosen = [names[int((place + dice.random()) / share)] for place in range(int(len(names) * share))]
        return always + dice.sample(chosen, len(chosen))

    def _begin(self, module: ModuleType, row: Row, name: str, slot: int) -> Playing:
        row.rounds += 1
        place = self.place / f"{row.attack}-{row.rounds}"
        place.mkdir()
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            dice = random.Random(f"{self.seed} {row.attack} {name}")
            _play(module, name, place, self.uids + 10 * slot, dice)
        return Playing(row, name, slot, child, place, time.monotonic())

    def _has_ended(self, playing: Playing) -> bool:
        ended = os.waitpid(playing.child, os.WNOHANG)[0] != 0
        if ended:
            playing.child = 0
        elif time.monotonic() < playing.begun + ROUND_LIMIT:
            return False
        verdict = {
            "fell": f"the round did not end within {ROUND_LIMIT:.0f} seconds" if not ended else "it told nothing"
        }
        with suppress(OSError, ValueError):
            verdict = json.loads((playing.place / "verdict").read_text(encoding="ascii"))
        if "fell" in verdict:
            playing.row.fell.append((playing.name, verdict["fell"]))
        elif "impossible" in verdict:
            playing.row.impossible.setdefault(verdict["impossible"], []).append(playing.name)
        self._end(playing)
        return True

    def _end(self, playing: Playing) -> None:
        """End all processes of a round, and remove its directory."""
        if playing.child:
            with suppress(ProcessLookupError):
                os.kill(playing.child, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(playing.child, 0)
        first = self.uids + 10 * playing.slot
        for process in processes_of(range(first, first + 10)):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        shutil.rmtree(playing.place, ignore_errors=True)


def _play(module: ModuleType, name: str, place: Path, first_uid: int, dice: random.Random) -> NoReturn:
    try:
        die_with_parent()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        stage_place = place / "stage"
        stage_place.mkdir()
        place.chmod(0o711)
        verdict: dict[str, str] = {}
        try:
            module.play(Stage(stage_place, first_uid, dice), name)
        except Fell as fall:
            verdict = {"fell": str(fall)}
        except NotPossible as reason:
            verdict = {"impossible": str(reason)}
        except Exception:  # noqa: BLE001 - a fault of the harness is no proof that anything held
            verdict = {"fell": "the harness failed: " + traceback.format_exc()[-2000:]}
        (place / "verdict").write_text(json.dumps(verdict), encoding="ascii")
    finally:
        os._exit(0)


def _fast_place() -> str | None:
    """Return a directory in memory, where a file reaches the disk at once; TMPDIR wins. None: wherever else."""
    memory = "/dev/shm"
    return memory if "TMPDIR" not in os.environ and os.access(memory, os.W_OK | os.X_OK) else None


def _uids_of_our_own() -> tuple[socket.socket, int]:
    """Return the first of a range of uids that nobody has and no other run uses, and what claims it while open."""
    for first in range(70_000_000, 80_000_000, 1000):
        claim = socket.socket(socket.AF_UNIX)
        try:
            # An abstract name goes with the process, however that ends.
            claim.bind(f"\0mailfleet-hold-{first}")
        except OSError:
            claim.close()
            continue
        uids = range(first, first + 1000)
        if not processes_of(uids) and not any(entry.pw_uid in uids for entry in pwd.getpwall()):
            return claim, first
        claim.close()
    raise RuntimeError("there is no range of unused uids")


def _interrupted(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _line(row: Row) -> str:
    left_out = f"  ({row.left_out} more: no time)" if row.left_out else ""
    return f"{row.attack:12} {row.rounds:6} {row.verdict:18} {row.seconds:6.1f} s{left_out}"


def _kind(reason: str) -> str:
    """Return what falls of one kind have in common: the end of a traceback, the beginning of anything else."""
    words = reason.rstrip().splitlines()[-1] if "Traceback" in reason or "  File " in reason else reason
    return re.sub(r"\d+", "N", words[:ALIKE])


def tell(rows: Sequence[Row], seed: int, seconds: float) -> None:
    """Print the table, and what fell with the command that plays it again."""
    print(f"\n{'attack':12} {'rounds':>6} {'verdict':18} {'':>6}")
    for row in rows:
        print(_line(row))
        for reason, names in row.impossible.items():
            print(f"    not possible here: {reason}" + (f" ({len(names)}: {', '.join(names[:3])})" if names else ""))
    for row in rows:
        kinds: dict[str, list[tuple[str, str]]] = {}
        for name, reason in row.fell:
            kinds.setdefault(_kind(reason), []).append((name, reason))
        for alike in list(kinds.values())[:SHOWN]:
            name, reason = alike[0]
            shown = reason if len(reason) < MOST else f"{reason[: MOST // 2]} ... {reason[-MOST // 2 :]}"
            print(f"\n{row.attack}: {name}\n    {shown}")
            print(f"    again: make hold ARGS=\"--seed {seed} --round '{name}' {row.attack}\"")
            if len(alike) > 1:
                print(
                    f"    the like of it: {len(alike) - 1}, such as {', '.join(other for other, _reason in alike[1:4])}"
                )
        if len(kinds) > SHOWN:
            print(f"\n{row.attack}: {len(kinds) - SHOWN} other kinds of falls")
    fell = sum(len(row.fell) for row in rows)
    print(f"\nhold: {sum(row.rounds for row in rows)} rounds, {fell} fell, {seconds:.0f} s, seed {seed}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
