# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one user's files, one server's answer and one node's report cost at most: memory and CPU over an empty one.

Each is run in a process of its own, with a diff: ``python -m ...tests.hold.floods [NAME...]`` prints a table.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = "ansible_collections.mailfleet.autodiscover.tests.hold.floods"
MOST_MEMORY = 100 * 2**20
MOST_CPU = 2.0
"""What root's share may grow by (bytes, seconds)."""

# A run that breaks every bound is stopped, so that measuring it does no harm.
_ADDRESS_SPACE = 4 * 2**30
_SECONDS = 60
_USER = 54321
_MIB = 2**20
_ANSWER = Path(__file__).resolve().parents[1] / "demo" / "answers" / "example.org.xml"


@dataclass(frozen=True)
class Measured:
    """By how much a run grows over that on an empty home; ``told``: what it says, ``result_bytes``: how much."""

    memory_bytes: int
    cpu_seconds: float
    result_bytes: int
    told: str

    @property
    def holds(self) -> bool:
        """Tell whether the bounds hold."""
        return self.memory_bytes <= MOST_MEMORY and self.cpu_seconds <= MOST_CPU


# Homes.


def _files(home: Path, names: str, content: bytes) -> None:
    for name in names.split():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _link(path: Path, target: str) -> None:
    """Put a link where something may be."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def _sparse(home: Path, names: str, size: int) -> None:
    _files(home, names, b"")
    for name in names.split():
        os.truncate(home / name, size)


_PREFS = ".claws-mail/accountrc .sylpheed-2.0/accountrc"
_KDE = ".config/mailtransports .config/emailidentities .config/akonadi/agentsrc"
_LISTS = ".claws-mail/folderlist.xml .sylpheed-2.0/folderlist.xml .config/kmail2rc"
_BLOCKS = ".muttrc .emacs"
_SCRIPTS = (
    ".config/mailfleet/pop-first .config/mailfleet/ada@example.org.mpoprc .config/mailfleet/ada@example.org.msmtprc "
    ".config/mailfleet/kmail-ada@example.org .config/mailfleet/mutt-restore.muttrc "
    ".config/mailfleet/ada@example.org.muttrc .config/mailfleet/emacs/mailfleet-accounts.el "
    ".config/mailfleet/emacs/ada@example.org.el"
)
_LINKED = (".claws-mail", ".sylpheed-2.0", ".config", ".emacs", ".muttrc", ".neomutt", ".mutt", "Mail")
_OURS = b"[Account: 1]\naddress=ada@example.org\nprotocol=0\nreceive_server=pop.example.org\nuser_id=ada@example.org\n"


def _chain(home: Path, links: int, middle: str, end: str) -> None:
    """Make a chain of links, each with thousands of names behind the next one."""
    for number in range(links):
        following = f"l{number + 1}/" if number + 1 < links else end
        room = 4000 - len(following)
        (home / f"l{number}").symlink_to(following + middle * (room // len(middle)))
    for name in _LINKED:
        _link(home / name, "l0")


def _walking(home: Path) -> None:
    (home / "d").mkdir()
    for number in range(39):
        (home / f"l{number}").symlink_to("d/../" * 790 + (f"l{number + 1}" if number < 38 else "d"))
    for name in _LINKED:
        _link(home / name, "l0")


def _deep(home: Path) -> None:
    """Make one long way that is there, with everything behind it."""
    directory = home
    for _number in range(200):
        directory /= "d"
    directory.mkdir(parents=True)
    for name in _LINKED:
        _link(home / name, "d/" * 200)


def _values(home: Path, size: int) -> None:
    """Write our keys, with values of the user's that nobody wants to see."""
    long = b"x" * size
    section = b"".join(
        key + b"=" + long + b"\n" for key in (b"smtp_server", b"smtp_port", b"receive_port", b"ssl_pop", b"ssl_smtp")
    )
    _files(home, _PREFS, _OURS + section)


def _many_matches(home: Path) -> None:
    section = b"[Account: %d]\naddress=ada@example.org\nprotocol=1\n"
    _files(home, _PREFS, b"".join(section % number for number in range(9_990)))


def _identities(home: Path) -> None:
    identity = b"[Identity #%d]\nEmail Address=ada@example.org\nInline Signature=" + b"\\n<b>x</b>" * 4000 + b"\n"
    _files(home, ".config/emailidentities", b"".join(identity % number for number in range(200))[: 6 * _MIB])


def _everything(home: Path) -> None:
    """Fill each file with what costs most, as far as all of them are taken."""
    _files(home, ".config/emailidentities", b"[G]\n" + b"".join(b"k%d=%s\n" % (n, b"v" * 20) for n in range(120_000)))
    _files(home, ".config/mailtransports .config/akonadi/agentsrc", b"[a]\n" * 9_990 + b"b=\n" * 180_000)
    _files(
        home, _PREFS, _OURS + b"smtp_server=" + b"x" * 60_000 + b"\n" + b"".join(b"%x=\n" % n for n in range(130_000))
    )
    _files(home, _BLOCKS, b"a\n" * 199_000)
    _files(home, _SCRIPTS, b"my_pw = x\n" * 2_000)
    _sparse(home, _LISTS, 2**40)


def _long_lines(home: Path) -> None:
    """Fill the largest file with one line, and two more with keys."""
    _files(home, ".config/emailidentities", b"[" * (6 * _MIB - 200_000))
    _files(home, _PREFS, _OURS + b"".join(b"%x=\n" % number for number in range(145_000)))


FLOODS: dict[str, Callable[[Path], None]] = {
    "ten links": lambda home: _chain(home, 10, "a/", "x/"),
    "38 links": lambda home: _chain(home, 38, "a/", "x/"),
    "38 links with long names": lambda home: _chain(home, 38, "a" * 250 + "/", "x/"),
    "links in directories": _walking,
    "a deep way": _deep,
    "31 MiB of [": lambda home: _files(home, f"{_PREFS} {_KDE}", b"[" * (31 * _MIB)),
    "1 MiB of [": lambda home: _files(home, f"{_PREFS} {_KDE}", b"[" * _MIB),
    "6 MiB of [": lambda home: _files(home, ".config/emailidentities", b"[" * (6 * _MIB)),
    "1.5 million sections": lambda home: _files(home, f"{_PREFS} {_KDE}", b"[a]\n" * 1_500_000),
    "10,000 sections": lambda home: _files(home, f"{_PREFS} {_KDE}", b"[a]\nb=\n" * 9_990),
    "10,000 accounts that nearly match": _many_matches,
    "empty lines": lambda home: _files(home, f"{_PREFS} {_KDE} {_BLOCKS}", b"\n" * _MIB),
    "short lines": lambda home: _files(home, f"{_PREFS} {_KDE} {_BLOCKS}", b"a\n" * (_MIB // 2)),
    "many keys": lambda home: _files(home, f"{_PREFS} {_KDE}", b"".join(b"%x=\n" % n for n in range(170_000))),
    "values of 190 kB": lambda home: _values(home, 190_000),
    "values as long as may be kept": lambda home: _values(home, 25_000),
    "markers of blocks": lambda home: _files(
        home, _BLOCKS, b"# BEGIN mailfleet.autodiscover default ada@example.org\n" * 19_000
    ),
    "half-open tags in scripts": lambda home: _files(home, _SCRIPTS, b"<pass" * 20_000),
    "scripts of 31 MiB": lambda home: _files(home, _SCRIPTS, b"x" * (31 * _MIB)),
    "folder lists of 64 MiB": lambda home: _files(home, _LISTS, b"<folder/>\n" * (6 * _MIB)),
    "folder lists of a tebibyte": lambda home: _sparse(home, _LISTS, 2**40),
    "sparse files of 31 MiB": lambda home: _sparse(home, f"{_PREFS} {_KDE} {_BLOCKS} {_SCRIPTS}", 31 * _MIB),
    "sparse files of a tebibyte": lambda home: _sparse(home, f"{_PREFS} {_KDE} {_BLOCKS} {_SCRIPTS}", 2**40),
    "identities with signatures": _identities,
    "everything at once": _everything,
    "the longest lines at once": _long_lines,
}
"""What it is → what puts it into a home."""


# Answers.


def _answer(protocols: str, before: str = "") -> bytes:
    return (
        '<?xml version="1.0"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">'
        '<Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">'
        f"{before}<Account><AccountType>email</AccountType><Action>settings</Action>{protocols}</Account></Response>"
        "</Autodiscover>"
    ).encode()


def _filled(part: str, before: str = "", good: bool = True) -> bytes:
    """Repeat ``part`` up to a mebibyte, behind two servers that can be used."""
    servers = (
        "<Protocol><Type>POP3</Type><Server>pop.example.org</Server><Port>995</Port></Protocol>"
        "<Protocol><Type>SMTP</Type><Server>smtp.example.org</Server><Port>465</Port></Protocol>"
    )
    start = servers if good else ""
    room = _MIB - len(_answer(start, before)) - 1
    return _answer(start + (part * (room // len(part)) if part else ""), before)


def _inside(part: str, times: int = 0) -> bytes:
    room = _MIB - 1200
    return _answer(
        "<Protocol><Type>POP3</Type><Server>pop.example.org</Server><Port>995</Port>"
        + part * (times or room // len(part))
        + "</Protocol><Protocol><Type>SMTP</Type><Server>smtp.example.org</Server><Port>465</Port></Protocol>"
    )


def _attributes(part: str, count: int) -> bytes:
    attributes = " ".join(part % number for number in range(count))
    return _answer(f"<Protocol {attributes}><Type>POP3</Type></Protocol>")[:_MIB]


RESPONSES: dict[str, Callable[[], bytes]] = {
    "POP3 Protocols without anything": lambda: _filled("<Protocol><Type>POP3</Type></Protocol>"),
    "bad ports": lambda: _filled("<Protocol><Type>POP3</Type><Port>x</Port></Protocol>", good=False),
    "servers without TLS": lambda: _filled(
        "<Protocol><Type>SMTP</Type><Server>a.b</Server><SSL>off</SSL><Encryption>None</Encryption></Protocol>",
        good=False,
    ),
    "unknown elements": lambda: _inside("<a/>"),
    "unknown elements outside": lambda: _filled("<a/>"),
    "repeated elements": lambda: _inside("<Port/>"),
    "unknown types": lambda: _filled("<Protocol><Type>x</Type></Protocol>"),
    "empty Accounts": lambda: _filled("", before="<Account/>" * 100_000),
    "redirects": lambda: _filled("", before="<Account><RedirectUrl>a</RedirectUrl></Account>" * 24_000),
    "errors": lambda: _filled("", before="<Error/>" * 120_000),
    "nested Protocols": lambda: _filled("", before="<Protocol>" * 250 + "</Protocol>" * 250),
    "attributes": lambda: _attributes("a%x=''", 80_000),
    "namespaces": lambda: _attributes("xmlns:a%x='b'", 50_000),
    "namespaces on many elements": lambda: _inside("<a:b xmlns:a='c'/>"),
    "long values": lambda: _answer(f"<Protocol><Type>POP3</Type><Port>{'9' * 1_000_000}</Port></Protocol>"),
    "a long element name": lambda: _answer(f"<{'a' * 500_000}/>")[:_MIB],
    "comments": lambda: _filled("<!---->"),
    "processing instructions": lambda: _filled("<?a?>"),
    "entities": lambda: _filled("&amp;"),
    "CDATA": lambda: _filled("<![CDATA[]]>"),
    "line breaks": lambda: _filled("\n"),
    "an end that is missing": lambda: _filled("<a>")[:-40],
    "only <": lambda: b"<" * _MIB,
    "comments before": lambda: b"<!---->" * (_MIB // 7 - 1) + b"<a/>",
    # As much as is taken.
    "20,000 tags": lambda: _inside("<a/>" * 19_000, 1),
    "5,000 attributes": lambda: _attributes("a%x=''", 4_900),
    "5,000 namespaces": lambda: _inside("".join(f"<x{n}:b xmlns:x{n}='{n}'/>" for n in range(4_900)), 1),
    "200 bad servers": lambda: _answer(
        f"<Protocol><Type>SMTP</Type><Server>{'x' * 4000}</Server><Port>{'9' * 400}</Port><SSL>o</SSL></Protocol>" * 200
    ),
    "200 servers without TLS": lambda: _answer(
        f"<Protocol><Type>SMTP</Type><Server>{'a.' * 120}b</Server><SSL>off</SSL><SPA>x</SPA></Protocol>" * 199
        + "<Protocol><Type>POP3</Type><Server>a.b</Server></Protocol>"
    ),
    "200 servers with long logins": lambda: _answer(
        f"<Protocol><Type>SMTP</Type><Server>a.b</Server><LoginName>{'l' * 999}</LoginName></Protocol>" * 199
        + f"<Protocol><Type>POP3</Type><Server>a.b</Server><LoginName>{'l' * 999}</LoginName></Protocol>"
    ),
    "UTF-16": lambda: _filled("<a/>").decode()[: _MIB // 2 - 2].encode("utf-16"),
}
"""What it is → an answer of at most a mebibyte."""


# Reports of a node.

_ROW = dict.fromkeys(("path", "client", "email", "key", "reason", "expected", "found"), "x")
_FINDING = {"code": "x", "severity": "info", "element": None, "line": None, "message": "y" * 2000, "email": None}
REPORTS: dict[str, Callable[[], dict[str, Any]]] = {
    "rows without end": lambda: {"changed": False, "drift": [_ROW] * 3_000_000},
    "a long value": lambda: {"changed": False, "drift": [{**_ROW, "found": "y" * (300 * _MIB)}]},
    "deep": lambda: {"changed": False, "drift": json.loads("[" * 900 + "]" * 900)},
    "other keys": lambda: {"changed": False, **{f"k{number}": "x" for number in range(1_000_000)}},
    "findings": lambda: {"changed": False, "findings": [_FINDING] * 1_000_000},
}
"""What it is → what a managed node that was taken over answers in the place of its installer."""


# Measuring.


RUNS = ("check", "write", "again", "absent")
"""On a new home, looked at and written; then a flood over what was written, and what was written removed."""


def measure(name: str, run: str = "write") -> Measured:
    """Run one of the tables by its name, and return by how much it grows over a run on what is empty."""
    if name in FLOODS:
        return _grown(_home_run(FLOODS[name], run), _home_run(lambda home: None, run))
    kind = "response" if name in RESPONSES else "report"
    return _grown(_run([kind, name]), _run([kind, ""]))


def _grown(flooded: dict[str, Any], empty: dict[str, Any]) -> Measured:
    return Measured(
        int(flooded["memory"] - empty["memory"]),
        round(float(flooded["cpu"] - empty["cpu"]), 2),
        int(flooded["result"]),
        str(flooded["told"]),
    )


def _home_run(prepare: Callable[[Path], None], run: str) -> dict[str, Any]:
    uid = _USER if os.geteuid() == 0 else os.getuid()
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory) / "root"
        home = root / "home" / "ada"
        home.mkdir(parents=True)
        (root / "etc").mkdir()
        (root / "etc/passwd").write_text(f"ada:x:{uid}:{uid}::/home/ada:/bin/sh\n")
        _give_to(uid, home)
        if run in ("again", "absent"):
            _run(["home", str(root), "write"])
        prepare(home)
        _give_to(uid, home)
        return _run(["home", str(root), run])


def _give_to(uid: int, home: Path) -> None:
    if uid != os.getuid():
        for place, directories, files in os.walk(home):
            for name in ["", *directories, *files]:
                os.chown(os.path.join(place, name), uid, uid, follow_symlinks=False)


def _run(arguments: list[str]) -> dict[str, Any]:
    run = subprocess.Popen(
        [sys.executable, "-m", HERE, "--run", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONHASHSEED": "0"},
        start_new_session=True,
    )
    try:
        output, errors = run.communicate(timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        # The child that works as the user would go on, and hold the pipes.
        os.killpg(run.pid, signal.SIGKILL)
        run.communicate()
        return {"memory": _ADDRESS_SPACE, "cpu": _SECONDS, "result": 0, "told": f"stopped after {_SECONDS} s"}
    if run.returncode:
        error = errors.decode(errors="replace").strip().rpartition("\n")[2]
        told = f"ended with {run.returncode}: {error}"
        return {"memory": _ADDRESS_SPACE, "cpu": _SECONDS, "result": 0, "told": told}
    answer: dict[str, Any] = json.loads(output)
    return answer


@contextlib.contextmanager
def _counted() -> Iterator[dict[str, Any]]:
    """Give a dictionary that holds memory and CPU of this process and its children afterwards."""
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    before = _cpu()
    counted: dict[str, Any] = {}
    with _children_watched() as own_of_child:
        yield counted
    counted.update(memory=_own_peak() + max(own_of_child, default=0), cpu=_cpu() - before)


def _own_peak() -> int:
    """Return our peak memory. Not ru_maxrss: that has what the process had that started us."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) * 1024


@contextlib.contextmanager
def _children_watched() -> Iterator[list[int]]:
    """Give a list that gets, for each child that ends, what it had beside the pages that it shares with us."""
    found: list[int] = []
    at_fork: dict[int, int] = {}
    fork, waitpid = os.fork, os.waitpid

    def forked() -> int:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        child = fork()
        if child:
            at_fork[child] = pages * resource.getpagesize()
        return child

    def waited(pid: int, options: int) -> tuple[int, int]:
        ended, status, usage = os.wait4(pid, options)
        if ended in at_fork:
            found.append(max(0, usage.ru_maxrss * 1024 - at_fork.pop(ended)))
        return ended, status

    os.fork, os.waitpid = forked, waited
    try:
        yield found
    finally:
        os.fork, os.waitpid = fork, waitpid


def _cpu() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _run_home(root: str, how: str) -> None:
    from ansible_collections.mailfleet.autodiscover.plugins.module_utils._install import install

    wanted = json.loads(
        subprocess.run([sys.executable, "-m", HERE, "--run", "files"], stdout=subprocess.PIPE, check=True).stdout
    )
    with _counted() as counted:
        result = install(
            {
                "files": [] if how == "absent" else wanted,
                "root": root,
                "accounts": ["ada@example.org"],
                "client_running": "ignore",
                "state": "absent" if how == "absent" else "present",
            },
            check_mode=how == "check",
            diff_mode=True,
        )
        text = json.dumps(result)
    told = f"{len(result['files'])} files, {len(result['refused'])} refusals: {result.get('msg', '')}"
    print(json.dumps({**counted, "result": len(text), "told": told[:2000]}))


def _run_files() -> None:
    """Print what each client has in a home: in another process, because XML libraries are large."""
    from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.provisioning import AccountRequest, provision
    from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.policy import Policy

    request = AccountRequest(
        email="ada@example.org", document=_ANSWER.read_bytes(), source="answer", user="ada", password_command="pass x"
    )
    clients = ["claws_mail", "sylpheed", "evolution", "kmail", "mutt", "emacs_gnus"]
    files = provision([request], clients, Policy(unsupported="warn"), {}).files
    for file in files:
        # The files shall be looked at, whatever programs are here.
        file.pop("needs", None)
    print(json.dumps(files))


def _run_response(name: str) -> None:
    from ansible_collections.mailfleet.autodiscover.plugins.module_utils._client_config_spec import CLIENTS
    from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import AutodiscoverError
    from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.meaning import meaning_of
    from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.provisioning import AccountRequest, provision
    from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.settings.policy import Policy

    document = RESPONSES[name]() if name else _ANSWER.read_bytes()
    clients = [client for client in CLIENTS if client != "apple_mobileconfig"]
    with _counted() as counted:
        request = AccountRequest(
            email="ada@example.org", document=document, source="answer", user="ada", password_command="pass x"
        )
        plan = provision([request], clients, Policy(unsupported="warn"), {}, "full")
        told = plan.refused[0]["reason"] if plan.refused else f"{len(plan.findings)} findings"
        text = json.dumps([plan.files, plan.translation, plan.findings, plan.refused])
        with contextlib.suppress(AutodiscoverError):
            text += json.dumps(meaning_of(document, "answer"))
    print(json.dumps({**counted, "result": len(text), "told": told[:2000]}))


def _run_report(name: str) -> None:
    from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.errors import AutodiscoverError
    from ansible_collections.mailfleet.autodiscover.plugins.plugin_utils.reports import checked_report

    # What Ansible itself has read is in memory already; counted is what we make of it.
    report = REPORTS[name]() if name else {"changed": False, "drift": [], "files": [], "findings": []}
    Path("/proc/self/clear_refs").write_text("5")
    before = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    with _counted() as counted:
        try:
            text = json.dumps(checked_report(report, files=20, accounts=1))
            told = "taken"
        except AutodiscoverError as error:
            text = told = str(error)
    counted["memory"] -= before
    print(json.dumps({**counted, "result": len(text), "told": told[:2000]}))


_RUNS: dict[str, Callable[..., None]] = {
    "home": _run_home,
    "files": _run_files,
    "response": _run_response,
    "report": _run_report,
}


def main(arguments: list[str]) -> int:
    """Print a line for each, and return 1 when a bound does not hold."""
    if arguments[:1] == ["--run"]:
        _RUNS[arguments[1]](*arguments[2:])
        return 0
    failed = False
    for name in arguments or [*FLOODS, *RESPONSES, *REPORTS]:
        for run in RUNS if name in FLOODS else ("",):
            measured = measure(name, run)
            failed = failed or not measured.holds
            print(
                f"{'ok  ' if measured.holds else 'FAIL'} {name}{f' ({run})' if run else ''}: "
                f"{measured.memory_bytes / _MIB:.0f} MiB, {measured.cpu_seconds:.2f} s, "
                f"result {measured.result_bytes / 1024:.0f} KiB: {measured.told[:150]}",
                flush=True,
            )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
