# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Puts secrets, in all the spellings that files know, and control characters where a run looks, and reads the result.

No secret that was in a file is anywhere in it, nor on the terminal of a playbook with a diff; and no control character
but the ends of lines in a diff.
"""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .stage import Fell, Stage
from .wanted import ADA, FEW, absent, present

SECRET = "hunter2Xyzzy"

SPELLINGS = (
    "password=S",
    "password = S",
    "PASSWORD=S",
    "password: S",
    "password\tS",
    "Password: 'S'",
    '"password": "S"',
    "'password': 'S'",
    '{"a": {"password": ["x", "S"]}}',
    "password=\\\n  S",
    "password:\n  S",
    "passwords:\n  - x\n  - S",
    "<password>S</password>",
    "<password>\n  S\n</password>",
    "<password><![CDATA[S]]></password>",
    "<a:password type='plain'>S</a:password>",
    "<server host='x' password='S'/>",
    '<server password="S">',
    '<value key="password">S</value>',
    '<value key="password"><![CDATA[S]]></value>',
    "<key>IncomingPassword</key><string>S</string>",
    "<key>IncomingPassword</key>\n<string>\nS\n</string>",
    "<entry name='password'><value>S</value></entry>",
    "passwd=S",
    "passwd S",
    "pwd=S",
    "pwd: S",
    "pw=S",
    "pw S",
    "set my_pw=S",
    "set imap_pass='S'",
    'set smtp_url="smtps://ada:S@smtp.example.org"',
    "imaps://ada:S@imap.example.org/INBOX",
    "https://S@example.org/feed",
    "smtp://ada%40example.org:S@smtp.example.org:587",
    "token=S",
    "oauth_token: S",
    '"access_token":"S"',
    "refresh_token = S",
    "client_secret=S",
    "secret S",
    "api_key=S",
    "apikey: S",
    "X-Api-Key: S",
    "Authorization: Basic S",
    "Authorization: Bearer S",
    "Cookie: session=S",
    "machine imap.example.org login ada password S",
    "machine imap.example.org\n  login ada\n  password S",
    '(setq smtp-password "S")',
    '(:user "ada" :secret "S")',
    'user_pref("mail.server.server1.password", "S");',
    "export IMAP_PASSWORD=S",
    "echo S | mutt",
    "curl -u ada:S https://example.org",
    'passwordeval "echo S"',
    "encryptedPassword=S",
    "passphrase=S",
    "credentials=ada/S",
    "auth=S",
    "pin: S",
    "-----BEGIN PRIVATE KEY-----\nS\n-----END PRIVATE KEY-----",
    "-----BEGIN OPENSSH PRIVATE KEY-----\nxx\nS\n-----END OPENSSH PRIVATE KEY-----",
    "# the old password was S",
    "p\u00e4ssword=S",
    "S",
)
"""How files hold a secret S."""
BATCH = 6
"""Lines that stand together in one file."""

KEYS = (
    "password",
    "passwd",
    "pwd",
    "pass",
    "my_pw",
    "pw",
    "smtp_password",
    "token",
    "secret",
    "oauth_token",
    "PassWord",
)
"""Keys whose values are shown in no diff of a keyed file."""

CONTROLS = (
    "\x1b]0;title\x07",
    "\x1b[2J\x1b[31m",
    "\r",
    "\x07",
    "\x08\x08\x08",
    "\x0b",
    "\x7f",
    "\x9b31m",
    "\x1b",
    "\x00",
    "\x85",
)
"""What a terminal obeys: ECMA-48, with one byte and with two."""

ALLOWED = {"before", "after", "prepared"}
"""Where lines end with a line feed, and may have tabs; the invocation is the caller's own text, too."""


def rounds() -> list[str]:
    """Return a round for each kind of file and each moment, for secrets and for control characters."""
    names = [f"{what} in {where}" for what in ("secrets", "controls") for where in PLACES]
    return [*names, "controls in names", "a playbook"]


def play(stage: Stage, name: str) -> None:
    """Put it there, and have it found, changed and removed."""
    if name == "a playbook":
        _playbook(stage)
    elif name == "controls in names":
        _names(stage)
    else:
        what, _in, where = name.partition(" in ")
        shown: list[str] = []
        for texts in _batches(stage, what):
            found = PLACES[where](stage, "\n".join(texts.values()))
            shown += [f"{texts.get(mark, mark)!r} by {place}" for mark, place in found]
            for leftover in stage.root.rglob("x.conf"):
                leftover.unlink()
        if shown:
            raise Fell(f"{len(shown)} shown: " + "; ".join(shown))


def _batches(stage: Stage, what: str) -> list[dict[str, str]]:
    """Return the texts of some lines, each by its own secret, in an order that is another each time.

    What one line opens may hide the next one from a pattern, so only some stand together.
    """
    if what == "controls":
        return [{"control character": f"x{control}y"} for control in CONTROLS]
    spellings = stage.dice.sample(SPELLINGS, len(SPELLINGS))
    marked = {f"{SECRET}{n:02}": re.sub(r"\bS\b", f"{SECRET}{n:02}", text) for n, text in enumerate(spellings)}
    return [dict(list(marked.items())[start : start + BATCH]) for start in range(0, len(marked), BATCH)]


def _runs(stage: Stage, params: dict[str, Any]) -> list[tuple[str, str]]:
    """Compare, write, and remove; return which secrets or control characters were shown, and where."""
    shown: set[tuple[str, str]] = set()
    for label, wanted, check in (("check", params, True), ("run", params, False), ("removal", absent(ADA), False)):
        ended = stage.installed(copy.deepcopy(wanted), check=check)
        for path, text in _strings(ended.result):
            shown.update((mark, f"{label} {path}") for mark in re.findall(SECRET + r"\d\d", text))
            if _obeyed(path, text):
                shown.add(("control character", f"{label} {path} {text[:60]!r}"))
    return sorted(shown)


def _strings(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text in a result with the keys that lead to it; keys are texts too."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{path} key", key
            yield from _strings(inner, f"{path}.{key}" if isinstance(key, str) and key.isidentifier() else f"{path}[]")
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner, f"{path}[]")
    elif isinstance(value, str):
        yield path, value


def _obeyed(path: str, text: str) -> bool:
    lines = path.rpartition(".")[2] in ALLOWED or path.startswith(".invocation.")
    return any((ord(c) < 32 or 127 <= ord(c) < 160) and not (lines and c in "\n\t") for c in text)


def _item(path: str, **more: Any) -> dict[str, Any]:
    return {"files": [{"path": path, "accounts": [ADA], **more}], "accounts": [ADA]}


def _whole(stage: Stage, text: str) -> list[tuple[str, str]]:
    stage.write("/home/ada/x.conf", f"first\n{text}\nlast\n".encode(), stage.ada)
    return _runs(stage, _item("{home:ada}/x.conf", content="first\nnew\nlast\n"))


def _whole_outside(stage: Stage, text: str) -> list[tuple[str, str]]:
    stage.write("/etc/x.conf", f"first\n{text}\nlast\n".encode())
    return _runs(stage, _item("/etc/x.conf", content="first\nnew\nlast\n"))


def _whole_alone(stage: Stage, text: str) -> list[tuple[str, str]]:
    stage.write("/home/ada/x.conf", text.encode(), stage.ada)
    return _runs(stage, _item("{home:ada}/x.conf", content="new\n"))


def _whole_changed(stage: Stage, text: str) -> list[tuple[str, str]]:
    """We wrote the file, and the user has added to it since."""
    wanted = _item("{home:ada}/x.conf", content="first\nlast\n")
    stage.good(wanted)
    stage.write("/home/ada/x.conf", f"first\n{text}\nlast\n".encode(), stage.ada)
    return _runs(stage, wanted)


def _whole_of_a_client(stage: Stage, text: str) -> list[tuple[str, str]]:
    stage.write("/home/ada/.config/mailfleet/ada@example.org.muttrc", f"{text}\n".encode(), stage.ada)
    shown = _runs(stage, present(("mutt",)))
    stage.path("/home/ada/.config/mailfleet/ada@example.org.muttrc").unlink(missing_ok=True)
    return shown


def _in_block(stage: Stage, text: str) -> list[tuple[str, str]]:
    """We wrote lines into a file, and the user has changed those."""
    wanted = _item("{home:ada}/x.conf", blocks=[{"account": ADA, "text": "ours 1\nours 2\n"}])
    stage.write("/home/ada/x.conf", b"set x\n", stage.ada)
    stage.good(wanted)
    path = stage.path("/home/ada/x.conf")
    path.write_bytes(path.read_bytes().replace(b"ours 1\n", f"{text}\n".encode()))
    return _runs(stage, wanted)


def _beside_block(stage: Stage, text: str) -> list[tuple[str, str]]:
    stage.write("/home/ada/x.conf", f"{text}\n".encode(), stage.ada)
    return _runs(stage, _item("{home:ada}/x.conf", blocks=[{"account": ADA, "text": "ours 1\n"}]))


def _section(stage: Stage, text: str) -> list[tuple[str, str]]:
    """The user's own keys stand beside ours, and ours had secrets in them before."""
    ours = dict.fromkeys(KEYS, "new")
    section = {"account": ADA, "numbered": "Account: ", "match": {"address": ADA}, "enforced": {"address": ADA, **ours}}
    one_line = text.replace("\n", " ")
    old = "".join(f"{key}={one_line}\n" for key in KEYS)
    stage.write("/home/ada/x.conf", f"[Account: 1]\naddress={ADA}\n{old}{one_line}\n".encode(), stage.ada)
    return _runs(stage, _item("{home:ada}/x.conf", sections=[section]))


def _section_of_another(stage: Stage, text: str) -> list[tuple[str, str]]:
    stage.write("/home/ada/.claws-mail/accountrc", f"[Account: 1]\naddress=x@y\n{text}\n[{text}]\n".encode(), stage.ada)
    return _runs(stage, present(("claws_mail",)))


def _values(stage: Stage, text: str) -> list[tuple[str, str]]:
    """Where we write a value, the user had an object with secrets in it."""
    old = {"ours": dict.fromkeys(KEYS, text), text: 1, "theirs": text}
    stage.write("/home/ada/x.conf", json.dumps(old).encode(), stage.ada)
    return _runs(stage, _item("{home:ada}/x.conf", values=[{"path": ["ours"], "value": {"a": 1}}]))


def _broken_values(stage: Stage, text: str) -> list[tuple[str, str]]:
    """The file cannot be read as JSON: the sentence that says so must not quote it."""
    stage.write("/home/ada/x.conf", f'{{"ours": {text}'.encode(), stage.ada)
    return _runs(stage, _item("{home:ada}/x.conf", values=[{"path": ["ours"], "value": {"a": 1}}]))


PLACES = {
    "a whole file": _whole,
    "a whole file outside of homes": _whole_outside,
    "a file of one line": _whole_alone,
    "a file of ours that was changed": _whole_changed,
    "a client's file": _whole_of_a_client,
    "our lines": _in_block,
    "lines beside ours": _beside_block,
    "sections": _section,
    "other accounts": _section_of_another,
    "a JSON file": _values,
    "a broken JSON file": _broken_values,
}


def _names(stage: Stage) -> None:
    """Links and directories have names that a terminal obeys; a sentence names them."""
    shown = []
    for control in CONTROLS:
        if "\0" in control:
            continue
        link = stage.path("/home/ada/.claws-mail")
        for target in (f"/outside/{control}", f"{control}/x", f"../../{control}"):
            os.symlink(os.fsencode(target), link)
            shown += [f"{control!r} by {place}" for _mark, place in _runs(stage, present(("claws_mail",)))]
            link.unlink()
    if shown:
        raise Fell(f"{len(shown)} shown: " + "; ".join(sorted(set(shown))))


def _playbook(stage: Stage) -> None:
    """A play in check mode with a diff, and one that writes, as a person sees them."""
    secrets = "\n".join(re.sub(r"\bS\b", SECRET, text) for text in SPELLINGS)
    controls = "\n".join(control for control in CONTROLS if control != "\0")
    lines = f"{secrets}\n{controls}\n"
    stage.write("/home/ada/.config/mailfleet/ada@example.org.muttrc", secrets.encode(), stage.ada)
    stage.write("/home/ada/.config/mailfleet/pop-first", controls.encode(), stage.ada)
    stage.write("/home/ada/.muttrc", lines.encode(), stage.ada)
    stage.write("/home/ada/.claws-mail/accountrc", f"[Account: 1]\n{lines}".encode(), stage.ada)
    wanted = present(FEW)
    play = {
        "name": "Play",
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "tasks": [
            {
                "name": "Install",
                "mailfleet.autodiscover.client_files": {**wanted, "root": str(stage.root)},
                "ignore_errors": True,
            }
        ],
    }
    book = stage.place / "play.yml"
    book.write_text(json.dumps([play]), encoding="utf-8")
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    for options in (("--check", "--diff", "-vvv"), ("--diff", "-vvv")):
        done = subprocess.run(
            [program, "-i", "localhost,", str(book), *options],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOCAL_TEMP": str(stage.place / "tmp")},
            timeout=240,
        )
        text = done.stdout.decode("utf-8", "replace")
        if done.returncode or "ok=1" not in text:
            raise Fell(f"the play did not run: {text[-1500:]}")
        if SECRET in text:
            line = next(line for line in text.splitlines() if SECRET in line)
            raise Fell(f"{' '.join(options)}: the terminal shows {line[:500]!r}")
        obeyed = re.search(r"[^\n]{0,60}[\x00-\x08\x0b-\x1f\x7f-\x9f][^\n]{0,60}", text)
        if obeyed:
            raise Fell(f"{' '.join(options)}: the terminal obeys {obeyed[0]!r}")
