"""The machine the comparison runs on: processes pinned to a core and ended by pid, and whether a round was disturbed.

Servers run on core 0, the client on core 1. A round counts only when little else ran meanwhile and the cores were as
fast as in the other rounds: ratios of disturbed rounds say nothing.
"""

import json
import os
import signal
import socket
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SERVER_CORE = 0
CLIENT_CORE = 1
FOREIGN_LIMIT = 0.08  # of the machine's processor time
SPEED_LIMIT = 0.20  # how far the calibration loop may be off its usual time

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


class Failure(Exception):
    """Something the comparison needs did not work; the text says what."""


def pin_to(core: int | None) -> Callable[[], None] | None:
    if core is None or core >= (os.cpu_count() or 1):
        return None
    return lambda: os.sched_setaffinity(0, {core})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(done: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise Failure(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(0.05)


class Processes:
    """Everything that was started, so that all of it ends."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.running: list[tuple[subprocess.Popen[bytes], int]] = []

    def start(self, name: str, command: list[str], core: int | None, stop_signal: int = signal.SIGTERM,
              **options: Any) -> subprocess.Popen[bytes]:
        with open(self.logs / f"{name}.log", "ab") as log:
            options.setdefault("stdout", log)
            options.setdefault("stdin", subprocess.DEVNULL)
            process = subprocess.Popen(command, stderr=log, preexec_fn=pin_to(core), **options)
        self.running.append((process, stop_signal))
        return process

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        stop_signal = next(s for p, s in self.running if p is process)
        if process.poll() is None:
            process.send_signal(stop_signal)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.running = [(p, s) for p, s in self.running if p is not process]

    def stop_all(self) -> None:
        for process, _ in reversed(self.running):
            self.stop(process)


# --- who uses the processors ----------------------------------------------------------------------------------------


def process_times() -> dict[int, tuple[int, float]]:
    """By pid: the parent, and the seconds of the process and of its children that have ended."""
    times = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue  # it ended between the two
        times[int(entry)] = (int(fields[1]), sum(int(n) for n in fields[11:15]) / TICKS_A_SECOND)
    return times


@dataclass
class Usage:
    """Seconds since boot: of the clock, of all processors at work, of our own processes, of the kernel's threads."""

    clock: float
    busy: float
    own: float
    kernel: float

    @staticmethod
    def now() -> "Usage":
        with open("/proc/stat") as file:
            user, nice, system, _, _, _, _, steal = (int(n) for n in file.readline().split()[1:9])
        times = process_times()
        own = kernel = 0.0
        for pid in times:
            ancestor = pid
            while ancestor not in (0, 2, os.getpid()):
                ancestor = times[ancestor][0] if ancestor in times else 0
            if ancestor == os.getpid():
                own += times[pid][1]
            elif ancestor == 2:  # flushes and interrupts that our own work caused, for the most part
                kernel += times[pid][1]
        return Usage(time.monotonic(), (user + nice + system + steal) / TICKS_A_SECOND, own, kernel)

    def foreign_since(self, before: "Usage") -> float:
        """The part of the machine's time that others used; time taken by the host counts as theirs."""
        used = (self.busy - before.busy) - (self.own - before.own) - (self.kernel - before.kernel)
        return max(0.0, used / max(0.01, self.clock - before.clock) / (os.cpu_count() or 1))


# --- rounds ---------------------------------------------------------------------------------------------------------

Measure = Callable[[int], dict[str, Any]]  # one round of one engine, given the round's number


@dataclass
class Round:
    values: dict[str, dict[str, Any]]  # by engine
    foreign: float
    speed_off: float
    kept: bool = True


@dataclass
class Machine:
    client: Path
    processes: Processes
    rounds: int
    keep_disturbed: bool
    usual_ms: dict[int, list[float]] = field(default_factory=dict)

    def run_client(self, *arguments: str, stdin: str = "", core: int | None = CLIENT_CORE) -> Any:
        result = subprocess.run([str(self.client), *arguments], input=stdin.encode(), capture_output=True,
                                preexec_fn=pin_to(core))
        if result.returncode != 0:
            raise Failure(result.stderr.decode(errors="replace").strip())
        return json.loads(result.stdout)

    def speed_off(self) -> float:
        """How far the two cores are off their usual speed just now, the worse of the two."""
        worst = 0.0
        for core in (SERVER_CORE, CLIENT_CORE):
            ms = min(self.run_client("calibrate", core=core)["ms"] for _ in range(2))
            seen = self.usual_ms.setdefault(core, [])
            seen.append(ms)
            worst = max(worst, abs(ms / statistics.median(seen) - 1))
        return worst

    def measure(self, engines: dict[str, Measure]) -> list[Round]:
        """Rounds in which every engine has its turn, each time another first; disturbed ones are done again."""
        names = list(engines)
        rounds: list[Round] = []
        tries_left = 3 * self.rounds
        patience_s = 40.0
        while sum(r.kept for r in rounds) < self.rounds and tries_left > 0:
            tries_left -= 1
            number = len(rounds)
            off = self.speed_off()
            before = Usage.now()
            order = names[number % len(names):] + names[:number % len(names)]
            values = {name: engines[name](number) for name in order}
            foreign = Usage.now().foreign_since(before)
            off = max(off, self.speed_off())
            kept = self.keep_disturbed or (foreign <= FOREIGN_LIMIT and off <= SPEED_LIMIT)
            rounds.append(Round(values, foreign, off, kept))
            if not kept:
                patience_s = self.wait_for_quiet(patience_s)
        return rounds

    def wait_for_quiet(self, patience_s: float) -> float:
        """Until little else runs; what is left of the patience."""
        began = time.monotonic()
        while time.monotonic() - began < patience_s:
            before = Usage.now()
            time.sleep(0.5)
            if Usage.now().foreign_since(before) <= FOREIGN_LIMIT / 2:
                break
        return max(0.0, patience_s - (time.monotonic() - began))
