"""Studies on a real Dask cluster: its scheduler and workers are processes of their own."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from sim.errors import InputError, StudyError
from sim.study.executors.registry import ExecutorRequest, executor_problems
from sim.study.runner import Progress
from tests.study.study_tools import (
    ROOT,
    batches_in,
    brief,
    brief_reference,
    check_resumes,
    check_whole,
    design,
    reference,
    run,
    run_or_fail,
)

distributed = pytest.importorskip("distributed")
psutil = pytest.importorskip("psutil")
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning:distributed"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:distributed"),
]


@contextmanager
def running(*arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A part of Dask, started from the shell, and ended with all its processes."""
    started = subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield started
    finally:
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()


@contextmanager
def scheduler(folder: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """A scheduler on a free port of this machine, and its address."""
    file = folder / "scheduler.json"
    options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
    with running("scheduler", *options) as started:
        deadline = time.monotonic() + 60.0
        while not file.exists() or not file.read_bytes():
            assert time.monotonic() < deadline
            assert started.poll() is None
            time.sleep(0.05)
        yield json.loads(file.read_text(encoding="utf-8"))["address"], started


def workers(address: str, *options: str) -> "Iterator[subprocess.Popen[bytes]]":
    """Two workers, one of which does two tasks at a time."""
    return running("worker", address, "--nworkers", "2", "--nthreads", "2", "--no-dashboard", *options)


@pytest.fixture(scope="module")
def lone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a scheduler."""
    with scheduler(tmp_path_factory.mktemp("dask")) as (address, _):
        yield address


@pytest.fixture(scope="module")
def cluster(lone: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a scheduler with workers that share no folder with it."""
    with workers(lone, "--local-directory", str(tmp_path_factory.mktemp("workers"))):
        yield lone


def test_a_scheduler_without_workers_is_refused(
    lone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one sentence, after some patience."""
    monkeypatch.setattr("sim.study.executors.dask_cluster.TIMEOUT_S", 0.5)
    with pytest.raises(InputError, match=f"the scheduler at {lone} has no workers; start some"):
        run(brief(), tmp_path, dask=lone)


def test_a_cluster_gives_the_same(cluster: str, tmp_path: Path) -> None:
    """The digest is that of one process; workers do several tasks at once."""
    seen: list[Progress] = []
    run(design(), tmp_path, dask=cluster, on_progress=seen.append)
    assert [seen[0].completed, seen[-1].completed] == [0, 64]
    check_whole(tmp_path, reference())


def test_a_worker_of_a_cluster_that_is_killed_is_replaced(cluster: str, tmp_path: Path) -> None:
    """Its nanny starts another one, and what it had is done again."""
    victims: list[int] = []

    def kill_one(progress: Progress) -> None:
        if progress.completed >= 3 and not victims:
            with distributed.Client(cluster) as client:
                victims.append(min(client.run(os.getpid).values()))
            os.kill(victims[0], signal.SIGKILL)

    run(design(), tmp_path, size=3, dask=cluster, on_progress=kill_one)
    assert len(victims) == 1
    check_whole(tmp_path, reference())


def test_a_batch_that_fails_on_a_cluster_is_reported(
    cluster: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are kept, and the study can be continued without the cluster."""
    with monkeypatch.context() as patch:
        patch.setattr("sim.study.runner.run_batch", run_or_fail)
        with pytest.raises(StudyError, match=r"batch 1 \(replicates 2 to 3\): ArithmeticError: no such"):
            run(brief(), tmp_path, size=2, dask=cluster)
    assert sorted(batches_in(tmp_path)) == [0, 2]
    check_resumes(tmp_path, brief_reference(), plan=brief())


def test_workers_of_other_versions_are_refused(
    cluster: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would compute other numbers."""
    with monkeypatch.context() as patch:
        for module in ("job", "folder"):
            patch.setattr(f"sim.study.{module}.package_versions", lambda: {"numpy": "0.0.1"})
        with pytest.raises(
            StudyError, match=r"a worker has numpy .* in place of 0\.0\.1; install the same"
        ):
            run(brief(), tmp_path, size=2, dask=cluster)
    assert batches_in(tmp_path) == {}


@pytest.mark.slow
def test_a_cluster_that_is_lost_ends_in_one_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is finished is kept, and continued without the cluster."""
    folder = tmp_path / "study"
    with scheduler(tmp_path) as (address, started), workers(address, "--local-directory", str(tmp_path)):
        with distributed.Client(address) as client:
            client.wait_for_workers(2, timeout=60)
        monkeypatch.setattr("sim.study.executors.dask_cluster.TIMEOUT_S", 2.0)

        def lose(progress: Progress) -> None:
            if progress.completed >= 3 and started.poll() is None:
                os.killpg(started.pid, signal.SIGKILL)
                started.wait()

        with pytest.raises(StudyError) as failure:
            run(design(), folder, size=3, dask=address, on_progress=lose)
    first, last = str(failure.value).splitlines()
    assert first.startswith(f"the scheduler at {address} was lost")
    assert last.endswith(
        f"of 64 members are kept in {folder}; to try the rest again: sim study run {folder}"
    )
    assert len(batches_in(folder)) >= 1
    check_resumes(folder, reference(), plan=folder)


def test_an_address_where_no_scheduler_is_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Soon, and in one sentence."""
    monkeypatch.setattr("sim.study.executors.dask_cluster.TIMEOUT_S", 0.5)
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{place.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(InputError, match=f"no scheduler answers at {address}: "):
            run(brief(), tmp_path, dask=address)
    assert time.monotonic() - began < 10.0


@pytest.mark.parametrize("address", ["zzz://127.0.0.1:1", "tcp://"])
def test_an_address_that_cannot_be_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """Like one where nobody answers."""
    monkeypatch.setattr("sim.study.executors.dask_cluster.TIMEOUT_S", 0.5)
    with pytest.raises(InputError, match=f"no scheduler answers at {address}: "):
        run(brief(), tmp_path, dask=address)


def test_workers_of_this_machine_give_the_same(tmp_path: Path) -> None:
    """Started for one study, and ended with it; in a process of its own, as a user has it."""
    (tmp_path / "brief.json").write_text(brief().model_dump_json(), encoding="utf-8")
    code = (
        "import json, sys; from tests.study.study_tools import read_design, run; "
        "plan = read_design(json.load(open(sys.argv[1] + '/brief.json'))); "
        "run(plan, sys.argv[1] + '/study', size=2, dask='local', workers=2)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, cwd=ROOT, timeout=300)
    check_whole(tmp_path / "study", brief_reference())


PAGES = ("/", "/status", "/health", "/metrics", "/info/main/workers.html", "/json/counts.json")
"""Pages that web servers of Dask show by default."""


def intruders() -> list[str]:
    """Ways in which another user of this machine would get into processes of this one."""
    own = psutil.Process()
    listening = [
        place.laddr
        for process in (own, *own.children(recursive=True))
        for place in process.net_connections("inet")
        if place.status == psutil.CONN_LISTEN
    ]
    assert len(listening) >= 3
    ways = [f"{place.ip} is open to the network" for place in listening if place.ip != "127.0.0.1"]
    foreign = distributed.Security.temporary().get_connection_args("client")["ssl_context"]
    foreign.check_hostname, foreign.verify_mode = False, ssl.CERT_NONE
    for port in (place.port for place in listening):
        ways += [f"{port} answers {context}" for context in (None, foreign) if answers(port, context)]
        for page in PAGES:
            with suppress(OSError, HTTPException):
                connection = HTTPConnection("127.0.0.1", port, timeout=2.0)
                connection.request("GET", page)
                if (status := connection.getresponse().status) != 404:
                    ways.append(f"{port}{page}: {status}")
    return ways


def answers(port: int, context: ssl.SSLContext | None) -> bool:
    """Whether a part of Dask greets whoever connects, through TLS or without."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2.0) as plain:
            return bool((context.wrap_socket(plain) if context else plain).recv(1))
    except OSError:
        return False


def run_and_intrude(folder: str) -> None:
    """Run a study with workers of its own, and try to get in meanwhile."""
    ways: list[list[str]] = []

    def try_once(progress: Progress) -> None:
        if progress.completed and not ways:
            ways.append(intruders())

    run(brief(), Path(folder), size=2, dask="local", workers=2, on_progress=try_once)
    print(ways)


def test_workers_of_this_machine_let_nobody_in(tmp_path: Path) -> None:
    """Neither with another certificate, nor without one, nor through a web page."""
    code = "import sys; from tests.study.test_dask import run_and_intrude; run_and_intrude(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "study")],
        cwd=ROOT,
        timeout=300,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "[[]]\n"), done.stderr
    check_whole(tmp_path / "study", brief_reference())


def test_an_intruder_would_be_noticed(tmp_path: Path) -> None:
    """By the test above, if there were no certificates."""
    code = (
        "import dask, sys, distributed\n"
        "from tests.study.test_dask import intruders\n"
        "if __name__ == '__main__':\n"
        "    with distributed.LocalCluster(n_workers=1, dashboard_address='127.0.0.1:0'):\n"
        "        ways = intruders()\n"
        "    print(*(any(text in way for way in ways) for text in ('answers None', '/status: 200')))"
    )
    (tmp_path / "open.py").write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(tmp_path / "open.py")],
        cwd=ROOT,
        timeout=300,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (done.returncode, done.stdout) == (0, "True True\n"), done.stderr


@pytest.mark.parametrize(
    ("blocked", "dask", "words"),
    [
        (["cryptography"], "local", "needs cryptography, which is not installed"),
        (["distributed", "cryptography"], "local", "needs distributed and cryptography, which are not"),
        (["distributed"], "tcp://127.0.0.1:1", "needs distributed, which is not installed"),
    ],
)
def test_what_is_missing_is_named(
    blocked: list[str], dask: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without certificates no cluster is started, rather than one that is open."""
    for module in blocked:
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InputError, match=words):
        run(brief(), tmp_path, dask=dask)


def test_a_cluster_elsewhere_needs_no_certificates_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its owner decides how it is secured."""
    monkeypatch.setitem(sys.modules, "cryptography", None)
    assert executor_problems(ExecutorRequest(dask="tcp://127.0.0.1:1")) == []


def test_without_dask_there_is_a_hint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(
        InputError, match=r"the executor 'dask' needs distributed.*; pip install \"sim-mg\[cluster\]\""
    ):
        run(brief(), tmp_path, dask="local")


@pytest.mark.slow
def test_a_script_need_not_guard_against_local_workers(tmp_path: Path) -> None:
    """They do not run it again."""
    script = tmp_path / "script.py"
    script.write_text(
        "from pathlib import Path\nfrom tests.study.study_tools import brief, run\n"
        f"folder = Path({str(tmp_path / 'study')!r})\n"
        "print('once', run(brief(), folder, dask='local', workers=2).digest())\n",
        encoding="utf-8",
    )
    out = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=100,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (out.returncode, out.stdout) == (0, f"once {brief_reference()}\n")
