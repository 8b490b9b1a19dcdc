"""./dev bench: Sarhad beside PostGIS, MapServer and nginx on this machine, with the same data, in interleaved rounds.

Run by ./dev, which installs the peers and builds the programs. Everything is started privately: on loopback, in a
folder of its own, as nobody when the caller is root, and ended when this ends. Absolute figures are of this machine at
this time; the ratios are what counts.
"""

import argparse
import json
import os
import platform
import pwd
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True  # the tree stays as it is
sys.path.insert(0, str(Path(__file__).parent))

from engines import MapServer, Nginx, Postgres, Sarhad, call  # noqa: E402
from machine import Failure, Machine, Processes, SERVER_CORE  # noqa: E402
from report import summary, table  # noqa: E402
from works import WORKS, Bench, Work  # noqa: E402


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("what", nargs="*", help=f"of {', '.join(WORKS)}; all when none is named")
    parser.add_argument("--rounds", type=int, default=7, help="undisturbed rounds of each comparison")
    parser.add_argument("--keep-disturbed", action="store_true", help="count rounds in which other programs ran")
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--programs", type=Path, required=True, help="build folder with sarhad and tests/bench_*")
    parser.add_argument("--out", type=Path, required=True, help="the JSON with every round")
    wanted = parser.parse_args()
    unknown = set(wanted.what) - set(WORKS)
    if unknown:
        parser.error(f"no such comparison: {', '.join(sorted(unknown))}")
    return wanted


def become_nobody(folder: Path) -> None:
    """PostgreSQL refuses to run as root, and nothing here needs to be."""
    if os.geteuid() != 0:
        return
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)


def say(text: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {text}", flush=True)


def run(wanted: argparse.Namespace, folder: Path, processes: Processes) -> list[Work]:
    programs = folder
    works = [name for name in WORKS if not wanted.what or name in wanted.what]
    machine = Machine(programs / "bench_client", processes, wanted.rounds, wanted.keep_disturbed)
    data = folder / "data"
    data.mkdir()
    say("making the data")
    call("bench_data", [str(programs / "bench_data"), str(data), str(wanted.points), str(wanted.lines)])
    bench = Bench(machine, data, folder, Sarhad(programs / "sarhad", folder, processes))
    results: list[Work] = []

    def compare(name: str) -> None:
        if name not in works:
            return
        say(f"measuring {name}")
        for measure in WORKS[name]:
            try:
                work = measure(bench)
            except Failure as failure:  # the others can be measured all the same
                work = Work(name, "", fault=str(failure))
            results.append(work)
            print(table([work]), flush=True)

    bench.sarhad.start(cache=False, core=None)
    if "import" in works:
        compare("import")
    else:
        say("importing the points")
        bench.sarhad.import_file("points", data / "points.geojson")
    if "tiles" in works:
        say("importing the lines")
        bench.sarhad.import_file("lines", data / "lines.geojson")
    bench.sarhad.stop()

    if {"tiles", "features", "writes"} & set(works):
        say("loading PostGIS")
        bench.postgres = Postgres(folder, processes)
        bench.postgres.start()
        bench.postgres.load(data)
    if {"tiles", "features"} & set(works):
        say("loading MapServer")
        assert bench.postgres
        bench.mapserver = MapServer(folder, processes)
        bench.mapserver.load(bench.postgres)
        bench.mapserver.start()

    # Every tile is built anew: this server keeps none.
    bench.sarhad.start(cache=False, core=SERVER_CORE)
    for name in ("overview", "tiles", "features", "writes"):
        compare(name)
    bench.sarhad.stop()

    if "cached" in works:
        bench.nginx = Nginx(folder, processes)
        bench.nginx.start()
        bench.sarhad.start(cache=True, core=SERVER_CORE)
        compare("cached")
    return results


def document(wanted: argparse.Namespace, works: list[Work], seconds: float) -> dict[str, Any]:
    return {"date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "seconds": round(seconds),
            "machine": {"cores": os.cpu_count(), "system": platform.platform()},
            "rounds": wanted.rounds, "points": wanted.points, "lines": wanted.lines,
            "disturbed_rounds_count": wanted.keep_disturbed, "works": [w.document() for w in works]}


def main() -> int:
    wanted = arguments()
    began = time.monotonic()
    wanted.out.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="sarhad-bench-"))
    # What was built may lie where nobody can't read.
    for program in ("sarhad", "tests/bench_client", "tests/bench_data"):
        shutil.copy(wanted.programs / program, folder)
    processes = Processes(folder)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    with open(wanted.out, "w") as out:
        become_nobody(folder)
        os.environ["HOME"] = str(folder)
        try:
            works = run(wanted, folder, processes)
            json.dump(document(wanted, works, time.monotonic() - began), out, indent=1)
        except Failure as failure:
            print(f"./dev bench: {failure}", file=sys.stderr)
            for log in sorted(folder.glob("*.log")):
                print(f"--- {log.name}\n{log.read_text(errors='replace')[-1000:]}", file=sys.stderr)
            return 1
        finally:
            processes.stop_all()
            shutil.rmtree(folder, ignore_errors=True)
    print(summary(works))
    print(f"Every round: {wanted.out}")
    return 1 if any(work.fault for work in works) else 0


if __name__ == "__main__":
    sys.exit(main())
