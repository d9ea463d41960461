# Copyright (c) 2026, the mailfleet.autodiscover authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Acting with the rights of a user: as root in a child, otherwise as ourselves."""

from __future__ import annotations

import os
import signal
import stat
import time

import pytest

from ansible_collections.mailfleet.autodiscover.plugins.module_utils import _apply, _as_user, _find, _perform, _record
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._as_user import ChildDied, Clock, run_as
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._errors import FileProblem
from ansible_collections.mailfleet.autodiscover.plugins.module_utils._users import User

from .conftest import ADA, BOB, account, whole

STRANGER = 54321


@pytest.fixture
def child(monkeypatch):
    """Make a child of ``run_as`` possible for everybody: it notes what it would become."""
    calls = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    for name in ("setgroups", "setgid", "setuid"):
        monkeypatch.setattr(os, name, lambda value, name=name: calls.append([name, value]))
    return calls


def user(uid=STRANGER):
    return User("ada", uid, 7, "/home/ada", [7, 8])


def test_rights_are_given_up_in_the_only_order_that_works(child):
    assert run_as(user(), lambda: child) == [["setgroups", [7, 8]], ["setgid", 7], ["setuid", STRANGER]]
    assert child == [], "it happened in a child"


@pytest.mark.usefixtures("child")
def test_bytes_cross_from_the_child():
    answer = [{"content": bytes(range(256)), "text": "\udcff", "none": None, "n": 1}]
    assert run_as(user(), lambda: answer) == answer


@pytest.mark.usefixtures("child")
def test_more_than_a_pipe_holds_crosses():
    assert run_as(user(), lambda: b"x" * 1000000) == b"x" * 1000000


@pytest.mark.parametrize("nobody", [None, user(os.getuid())], ids=["nobody", "ourselves"])
def test_no_child_where_none_is_needed(nobody):
    assert run_as(nobody, os.getpid) == os.getpid()


@pytest.mark.usefixtures("child")
def test_a_child_that_is_killed_is_told():
    with pytest.raises(ChildDied, match=r"ada .uid 54321. ended with signal 9"):
        run_as(user(), lambda: os.kill(os.getpid(), signal.SIGKILL))


@pytest.mark.usefixtures("child")
def test_an_error_in_the_child_is_told():
    with pytest.raises(ChildDied, match="KeyError: 'x'"):
        run_as(user(), lambda: {}["x"])


@pytest.mark.usefixtures("child")
def test_a_child_never_runs_on_in_our_code():
    with pytest.raises(ChildDied, match="exit status 1"):
        run_as(user(), lambda: (_never for _never in ()).throw(SystemExit(0)))


def test_without_root_nobody_becomes_somebody_else(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 4321)
    with pytest.raises(FileProblem, match="become: true"):
        run_as(user(), os.getpid)


@pytest.mark.usefixtures("child")
def test_a_child_that_dies_while_planning_refuses_its_accounts(node, monkeypatch):
    node.set_users({"ada": STRANGER, "bob": 0})
    monkeypatch.setattr(os, "setuid", lambda uid: os.kill(os.getpid(), signal.SIGKILL))
    result = node.install([account(), whole(accounts=["carol@example.org"])])
    assert [row["email"] for row in result["refused"]] == [ADA] and "signal 9" in result["msg"]
    assert node.path("/etc/fleet.conf").exists()


@pytest.mark.usefixtures("child")
def test_a_child_that_dies_while_writing_leaves_both_possibilities_on_record(node, monkeypatch):
    node.set_users({"ada": STRANGER})
    monkeypatch.setattr(_apply, "home_area", lambda *_arguments: os.kill(os.getpid(), signal.SIGKILL))
    result = node.install([account()])
    assert "signal 9" in result["msg"] and node.record()[0]["unfinished"]["entry"] is None
    monkeypatch.undo()
    node.set_users({"ada": os.getuid()})
    assert node.install([account()])["changed"] and "unfinished" not in node.record()[0]


needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")


@pytest.fixture
def stranger(node):
    """The node with an ada who is really somebody else, below a directory that only root can enter."""
    node.set_users({"ada": STRANGER})
    node.root.parent.chmod(0o700)
    node.root.chmod(0o755)
    os.chown(str(node.path("/home/ada")), STRANGER, STRANGER)
    return node


@needs_root
def test_files_in_a_home_belong_to_the_user(stranger):
    assert "failed" not in stranger.install([account(), whole("{home:ada}/x/y/f")])
    for name in (".claws-mail", ".claws-mail/accountrc", "x", "x/y", "x/y/f"):
        status = stranger.path("/home/ada/" + name).stat()
        assert status.st_uid == STRANGER
        assert stat.S_IMODE(status.st_mode) == (0o700 if stat.S_ISDIR(status.st_mode) else 0o600)
    assert not stranger.install([account(), whole("{home:ada}/x/y/f")])["changed"]
    assert stranger.absent(ADA)["changed"] and os.listdir(str(stranger.path("/home/ada"))) == []


@needs_root
def test_the_child_can_do_only_what_the_user_can(stranger):
    stranger.write("/home/ada/.claws-mail/accountrc", b"[root]\n", 0o600)
    result = stranger.install([account()])
    assert "permission denied" in result["msg"] and stranger.read("/home/ada/.claws-mail/accountrc") == b"[root]\n"


@needs_root
def test_the_child_has_the_users_groups(stranger):
    stranger.write("/etc/group", b"mail:x:4242:bob,ada\n")
    path = stranger.path("/home/ada/shared")
    path.mkdir()
    os.chown(str(path), 0, 4242)
    path.chmod(0o770)
    assert "failed" not in stranger.install([whole("{home:ada}/shared/f", group="mail")])
    assert (path / "f").stat().st_gid == 4242


@needs_root
def test_owner_and_mode_of_a_system_file_are_kept_and_set(stranger):
    path = stranger.write("/etc/fleet.conf", b"old\n", 0o640)
    os.chown(str(path), STRANGER, 4242)
    stranger.install([whole()])
    assert (path.stat().st_uid, path.stat().st_gid, path.stat().st_mode & 0o7777) == (STRANGER, 4242, 0o640)
    result = stranger.install([whole(owner="0", group="0")])
    assert [(row["reason"], row["expected"], row["found"]) for row in result["drift"]] == [
        ("owner", "0", str(STRANGER)),
        ("owner", "group 0", "group 4242"),
    ]
    assert (path.stat().st_uid, path.stat().st_gid) == (0, 0)
    stranger.absent(ADA)
    assert (path.stat().st_uid, path.stat().st_gid) == (STRANGER, 4242)


@pytest.fixture
def hurry(monkeypatch):
    """Users have a second each and three all together, and a child answers with a mebibyte."""
    monkeypatch.setattr(_as_user, "_MOST_BYTES", 1 << 20)
    monkeypatch.setattr(_as_user, "SECONDS_OF_A_USER", 1)
    monkeypatch.setattr(_as_user, "SECONDS_OF_ALL_USERS", 3)


def stop():
    os.kill(os.getpid(), signal.SIGSTOP)


def stop_and_go():
    """Be stopped and go on again and again, as by a user's program that does nothing else."""
    other = os.fork()
    if other == 0:
        for _round in range(200):
            os.kill(os.getppid(), signal.SIGSTOP)
            time.sleep(0.02)
            os.kill(os.getppid(), signal.SIGCONT)
            time.sleep(0.001)
        os._exit(0)
    time.sleep(30)


def fill():
    """Give more than any home holds."""
    return "x" * (_as_user._MOST_BYTES + 1)


LATE = {
    "stopped": (stop, "was not ready in time"),
    "stopped and started": (stop_and_go, "was not ready in time"),
    "asleep": (lambda: time.sleep(30), "was not ready in time"),
    "deaf": (lambda: [signal.signal(signal.SIGTERM, signal.SIG_IGN), time.sleep(30)], "was not ready in time"),
    "too much": (fill, "gave too much"),
}


@pytest.mark.usefixtures("child", "hurry")
@pytest.mark.parametrize("action, words", LATE.values(), ids=LATE)
def test_a_child_that_does_not_answer_is_killed(action, words):
    start = time.monotonic()
    with pytest.raises(ChildDied, match=words):
        run_as(user(), action)
    assert time.monotonic() - start < 20
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@pytest.mark.usefixtures("child", "hurry")
def test_the_time_of_a_user_is_for_the_whole_run():
    clock = Clock()
    run_as(user(), lambda: time.sleep(0.6), clock)
    with pytest.raises(ChildDied, match="not ready in time"):
        run_as(user(), lambda: time.sleep(0.6), clock)
    with pytest.raises(FileProblem, match="1 seconds that a user has in one run are spent"):
        run_as(user(), os.getpid, clock)
    assert run_as(user(STRANGER + 1), os.getpid, clock)


@pytest.mark.usefixtures("child", "hurry")
def test_all_users_together_have_a_time():
    clock = Clock()
    for number in range(3):
        with pytest.raises(ChildDied):
            run_as(user(STRANGER + number), stop, clock)
    with pytest.raises(FileProblem, match="3 seconds that all users have in one run are spent"):
        run_as(user(STRANGER + 3), os.getpid, clock)


@pytest.mark.usefixtures("child", "hurry")
def test_a_child_that_cannot_die_is_left_behind_and_told(monkeypatch):
    real = os.waitpid
    monkeypatch.setattr(_as_user, "_SECONDS_TO_DIE", 0.2)
    monkeypatch.setattr(os, "waitpid", lambda pid, options: (0, 0))
    with pytest.raises(ChildDied, match=r"Process \d+ cannot be killed and was left behind") as told:
        run_as(user(), stop)
    monkeypatch.undo()
    real(int(str(told.value).split("Process ")[1].split()[0]), 0)


@needs_root
@pytest.mark.usefixtures("hurry")
@pytest.mark.parametrize("room, name", [(_find, "survey"), (_perform, "apply")], ids=["looking", "writing"])
def test_the_accounts_of_a_stopped_child_are_refused_and_the_others_go_on(stranger, monkeypatch, room, name):
    stranger.set_users({"ada": STRANGER, "bob": os.getuid()})
    real = getattr(room, name)

    def stopped(root, user, *items):
        if user is not None and user.uid == STRANGER:
            stop()
        return real(root, user, *items)

    monkeypatch.setattr(room, name, stopped)
    wanted = [account(), account(BOB, "{home:bob}/.claws-mail/accountrc"), whole(accounts=["carol@example.org"])]
    result = stranger.install(wanted)
    assert [row["email"] for row in result["refused"]] == [ADA] and "not ready in time" in result["msg"]
    assert stranger.path("/etc/fleet.conf").exists() and stranger.path("/home/bob/.claws-mail/accountrc").exists()
    monkeypatch.undo()
    result = stranger.install(wanted)
    assert "failed" not in result and stranger.path("/home/ada/.claws-mail/accountrc").exists()


@needs_root
@pytest.mark.usefixtures("hurry")
def test_a_stopped_child_does_not_hold_the_lock_of_a_run_that_is_gone(stranger, monkeypatch):
    stranger.install([account()])
    monkeypatch.setattr(_find, "survey", lambda *_arguments: stop())
    run = os.fork()
    if run == 0:
        os.setsid()
        try:
            stranger.install([account()])
        finally:
            os._exit(0)
    time.sleep(0.5)
    os.kill(run, signal.SIGKILL)
    os.waitpid(run, 0)
    monkeypatch.undo()
    monkeypatch.setattr(_record, "_PATIENCE", 0)
    assert "failed" not in stranger.install([account()])


@needs_root
@pytest.mark.usefixtures("hurry")
def test_a_place_of_a_notice_in_a_home_is_looked_at_as_its_user(stranger, monkeypatch):
    monkeypatch.setattr(_find, "existing", lambda _root, user, _places: stop() if user else [])
    notice = {"exists": ["{home:ada}/.local"], "code": "client-sandboxed", "sentence": "There."}
    result = stranger.install([whole(notices=[notice]), whole("/etc/other", accounts=[BOB])])
    assert [row["email"] for row in result["refused"]] == [ADA] and stranger.path("/etc/other").exists()


@pytest.mark.usefixtures("child")
def test_no_process_is_no_traceback(monkeypatch):
    def fork():
        raise BlockingIOError(11, "no more")

    monkeypatch.setattr(os, "fork", fork)
    with pytest.raises(FileProblem, match="No process can be started to work as ada"):
        run_as(user(), os.getpid)


def what_it_has():
    import resource

    return {
        "descriptors": sorted(
            os.readlink(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd") if exists(name)
        ),
        "environment": dict(os.environ),
        "umask": os.umask(0),
        "core": list(resource.getrlimit(resource.RLIMIT_CORE)),
        "memory": resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY,
        "signals": [str(number) for number in signal.Signals if signal.getsignal(number) not in (signal.SIG_DFL, None)],
        "blocked": [str(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, set())],
        "directory": os.getcwd(),
        "session": os.getsid(0) == os.getpid(),
    }


def exists(name):
    return os.path.lexists(f"/proc/self/fd/{name}")


@pytest.mark.usefixtures("child")
@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="Linux only")
def test_a_child_has_nothing_of_root_but_its_pipe(monkeypatch, tmp_path):
    monkeypatch.setenv("LD_PRELOAD", "/x.so")
    monkeypatch.setenv("PYTHONPATH", "/root/lib")
    monkeypatch.setenv("SSH_AUTH_SOCK", "/root/agent")
    for number in (signal.SIGTERM, signal.SIGHUP):
        monkeypatch.setattr(signal, "_test", signal.signal(number, signal.SIG_IGN), raising=False)
    with open(str(tmp_path / "lock"), "w"):
        found = run_as(user(), what_it_has)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    pipes = [name for name in found.pop("descriptors") if not name.startswith(("/dev/null", "/proc/"))]
    assert [name.partition(":")[0] for name in pipes] == ["pipe"]
    assert found.pop("environment") == {"HOME": "/home/ada", "USER": "ada", "LOGNAME": "ada", "PATH": "/usr/bin:/bin"}
    assert found == {
        "umask": 0o077,
        "core": [0, 0],
        "memory": True,
        "signals": [],
        "blocked": [],
        "directory": "/",
        "session": True,
    }


@pytest.mark.usefixtures("child")
def test_a_child_dies_with_the_run(tmp_path):
    mark = tmp_path / "pid"
    run = os.fork()
    if run == 0:
        try:
            run_as(user(), lambda: [mark.write_text(str(os.getpid())), stop()])
        finally:
            os._exit(0)
    while not mark.exists() or not mark.read_text():
        time.sleep(0.01)
    os.kill(run, signal.SIGKILL)
    os.waitpid(run, 0)
    stopped = mark.read_text()
    for _round in range(200):
        try:
            with open(f"/proc/{stopped}/stat") as stream:
                if stream.read().rpartition(")")[2].split()[0] in "ZX":
                    return
        except FileNotFoundError:
            return
        time.sleep(0.05)
    raise AssertionError("The stopped child outlives the run.")
