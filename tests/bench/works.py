"""What is compared: each work checks that the engines answer alike, then measures them in rounds."""

import collections
import json
import os
import shutil
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from engines import MapServer, Nginx, Postgres, Sarhad
from machine import CLIENT_CORE, Failure, Machine, Measure, Round


@dataclass
class Goal:
    text: str
    value: float
    met: bool


@dataclass
class Work:
    name: str
    metric: str  # what of a round is compared: "per_s" or a time in "ms"
    rounds: list[Round] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    fault: str = ""  # why it could not be measured

    def kept(self) -> list[dict[str, dict[str, Any]]]:
        return [r.values for r in self.rounds if r.kept]

    def engines(self) -> list[str]:
        return list(dict.fromkeys(name for values in self.kept() for name in values))

    def medians(self, engine: str) -> dict[str, float]:
        """Of each figure, the median over the rounds."""
        rows = [flat(values[engine]) for values in self.kept() if engine in values]
        return {key: statistics.median(row[key] for row in rows) for key in (rows[0] if rows else {})}

    def ratios(self, peer: str, metric: str | None = None) -> list[float]:
        """How many times as good Sarhad was, round by round: more a second, or less time."""
        metric = metric or self.metric
        pairs = [(flat(v["sarhad"])[metric], flat(v[peer])[metric]) for v in self.kept() if peer in v]
        return [ours / theirs if metric == "per_s" else theirs / ours for ours, theirs in pairs]

    def at_least(self, what: str, peer: str, least: float, metric: str | None = None) -> None:
        ratios = self.ratios(peer, metric)
        if ratios:
            value = statistics.median(ratios)
            self.goals.append(Goal(f"{what} ≥ {least:g}× {peer}", value, value >= least))

    def document(self) -> dict[str, Any]:
        peers = [e for e in self.engines() if e != "sarhad"]
        return {"name": self.name, "metric": self.metric,
                "medians": {e: self.medians(e) for e in self.engines()},
                "ratios": {p: spread(self.ratios(p)) for p in peers if self.ratios(p)},
                "goals": [asdict(g) for g in self.goals], "notes": self.notes, "fault": self.fault,
                "rounds": [asdict(r) for r in self.rounds]}


def flat(values: dict[str, Any], prefix: str = "") -> dict[str, float]:
    out: dict[str, float] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            out |= flat(value, f"{prefix}{key}.")
        elif isinstance(value, (int, float)):
            out[prefix + key] = value
    return out


def spread(ratios: list[float]) -> dict[str, float]:
    return {"median": statistics.median(ratios), "min": min(ratios), "max": max(ratios)}


@dataclass
class Bench:
    machine: Machine
    data: Path
    work: Path
    sarhad: Sarhad
    postgres: Postgres | None = None
    mapserver: MapServer | None = None
    nginx: Nginx | None = None
    peer_rounds: int = 2  # of MapServer, which is slow and has no goal

    def lines(self, name: str) -> list[str]:
        return (self.data / name).read_text().split("\n")[:-1]

    def peers(self) -> dict[str, Any]:
        found = {"sarhad": self.sarhad, "postgis": self.postgres, "mapserver": self.mapserver}
        return {name: engine for name, engine in found.items() if engine}

    def fetcher(self, name: str, engine: Any, questions: list[str], repeat: int = 1) -> Measure:
        text = "".join(q + "\n" for q in questions * repeat)

        def once(number: int) -> dict[str, Any]:
            if name == "mapserver" and number >= self.peer_rounds:
                return {}
            answer = self.machine.run_client("fetch", engine.address, stdin=text)
            return {"ms": answer["ms"], "bytes": answer["bytes"]}

        return once

    def answers(self, engine: Any, questions: list[str]) -> list[Path]:
        folder = self.work / "answers"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        self.machine.run_client("fetch", engine.address, str(folder), stdin="".join(q + "\n" for q in questions))
        return [folder / str(i) for i in range(len(questions))]


def in_rounds(bench: Bench, work: Work, engines: dict[str, Measure]) -> None:
    work.rounds = bench.machine.measure(engines)
    for r in work.rounds:  # an engine that had no turn
        r.values = {name: values for name, values in r.values.items() if values}


# --- vector tiles ---------------------------------------------------------------------------------------------------


def differences(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> str:
    """What two engines' tiles do not have in common; empty when they hold the same.

    Points: the same rows with the same attributes, within two units. Lines: the same but for one in 500, since a line
    that enters a tile's buffer by less than a unit is drawn by one engine and not by the other; and as long within 8 %,
    since each leaves out vertices that nobody can see in a way of its own.
    """
    wrong: list[str] = []
    others: list[str] = []
    lines = any(tile["length"] > 0 for tile in ours)
    for number, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        more = abs(a["features"] - b["features"])
        if more > (a["features"] / 500 if lines else 0):
            wrong.append(f"tile {number}: {a['features']} and {b['features']} features")
        elif more == 0 and (a["attributes"], a["with_id"]) != (b["attributes"], b["with_id"]):
            others.append(f"tile {number}: other attributes")
        if lines and abs(a["length"] - b["length"]) > 0.08 * a["length"] + 10:
            wrong.append(f"tile {number}: lines {a['length']} and {b['length']} units long")
        if not lines and (abs(a["x"] - b["x"]) > 2 or abs(a["y"] - b["y"]) > 2):
            wrong.append(f"tile {number}: lies elsewhere")
    if others and not (lines and len(others) <= len(ours) / 10):  # one such line here, another there
        wrong += others
    return "; ".join(wrong[:5]) + (f" and {len(wrong) - 5} more" if len(wrong) > 5 else "")


def cold_tiles(bench: Bench, layer: str, zoom: str, goal: float) -> Work:
    work = Work(f"cold {zoom} tiles of {layer}", "ms.total")
    tiles = bench.lines(f"{zoom}.txt")
    contents = {}
    for name, engine in bench.peers().items():
        files = bench.answers(engine, [engine.tile(layer, tile) for tile in tiles])
        contents[name] = bench.machine.run_client("decode", *map(str, files))
    for name, theirs in contents.items():
        count = {what: sum(tile[what] for tile in theirs) for what in ("features", "vertices", "length", "bytes")}
        work.notes.append(f"{name}: {len(tiles)} tiles, " + ", ".join(f"{n} {what}" for what, n in count.items()))
        wrong = differences(contents["sarhad"], theirs)
        if wrong and name == "postgis":
            raise Failure(f"{work.name}: sarhad and {name} differ: {wrong}")
        if wrong:
            work.notes.append(f"{name} differs: {wrong}")
    in_rounds(bench, work, {name: bench.fetcher(name, engine, [engine.tile(layer, tile) for tile in tiles])
                            for name, engine in bench.peers().items()})
    work.at_least("speed", "postgis", goal)
    return work


def overview_tile(bench: Bench) -> Work:
    """Zoom 5 with the product's own budget: how big it is, and how long it takes to build."""
    work = Work("z5 tile of 1,000,000 points, product defaults", "ms.median")
    z8 = [tuple(map(int, line.split())) for line in bench.lines("z8.txt")]
    around = collections.Counter((x >> 3, y >> 3) for _, x, y in z8)
    (x, y), _ = around.most_common(1)[0]
    path = f"/tiles/points/5/{x}/{y}.mvt"
    (file,) = bench.answers(bench.sarhad, [path])
    (contents,) = bench.machine.run_client("decode", str(file))
    work.notes.append(f"tile 5/{x}/{y}: {contents['bytes']} bytes before compression, {contents['features']} features")
    in_rounds(bench, work, {"sarhad": bench.fetcher("sarhad", bench.sarhad, [path], 10)})
    ms = work.medians("sarhad").get("ms.median")
    work.goals.append(Goal("at most 500 kB", contents["bytes"] / 1000, contents["bytes"] <= 500_000))
    if ms is not None:
        work.goals.append(Goal("at most 20 ms", ms, ms <= 20))
    return work


def pick_tile(bench: Bench, wanted: int) -> str:
    """Of the points' tiles over all zooms, the one whose bytes come nearest."""
    tiles = bench.lines("z12.txt")
    paths = []
    for tile in tiles:
        z, x, y = map(int, tile.split())
        for deeper in range(4):
            paths.append(f"/tiles/points/{z + deeper}/{(x << deeper) + (1 << deeper >> 1)}/"
                         f"{(y << deeper) + (1 << deeper >> 1)}.mvt")
    files = bench.answers(bench.sarhad, paths)
    return min(zip(files, paths, strict=True), key=lambda pair: abs(pair[0].stat().st_size - wanted))[1]


def cached_tile(bench: Bench, kilobytes: int, goal: float) -> Work:
    """The same bytes: a tile that Sarhad keeps, and a file of it that nginx serves."""
    work = Work(f"cached tile of {kilobytes} kB, 64 connections", "per_s")
    path = pick_tile(bench, kilobytes * 1000)
    (file,) = bench.answers(bench.sarhad, [path])
    name = f"tile{kilobytes}.mvt"
    assert bench.nginx
    shutil.copy(file, bench.nginx.folder / name)
    work.notes.append(f"{path}: {file.stat().st_size} bytes, not compressed")

    def loader(port: int, asked: str) -> Measure:
        return lambda _: dict(bench.machine.run_client("load", str(port), asked, "2", "64"))

    in_rounds(bench, work, {"sarhad": loader(bench.sarhad.port, path),
                            "nginx": loader(bench.nginx.port, "/" + name)})
    work.at_least("requests/s", "nginx", goal)
    tails = work.ratios("nginx", "ms.p99")
    if tails:
        times = statistics.median(1 / tail for tail in tails)
        work.goals.append(Goal("p99 ≤ 1.5× nginx", times, times <= 1.5))
    return work


# --- features -------------------------------------------------------------------------------------------------------


def feature_set(file: Path) -> collections.Counter[tuple[Any, ...]]:
    document = json.loads(file.read_bytes())
    found: collections.Counter[tuple[Any, ...]] = collections.Counter()
    for feature in document["features"]:
        lon, lat = feature["geometry"]["coordinates"]
        p = feature["properties"]
        found[(round(lon, 6), round(lat, 6), p["kind"], int(p["severity"]), round(float(p["confidence"]), 2))] += 1
    return found


def features_by_box(bench: Bench) -> Work:
    work = Work("10,000 features as GeoJSON by bbox", "ms.total")
    boxes = bench.lines("boxes.txt")
    ours: list[collections.Counter[tuple[Any, ...]]] = []
    for name, engine in bench.peers().items():
        files = bench.answers(engine, [engine.features(box) for box in boxes])
        sets = [feature_set(file) for file in files]
        work.notes.append(f"{name}: {len(boxes)} boxes, {[sum(s.values()) for s in sets]} features, "
                          f"{sum(f.stat().st_size for f in files)} bytes")
        ours = ours or sets
        # PostGIS compares boxes rounded to single precision: a point a metre outside may come along.
        if sum((a - b).total() + (b - a).total() for a, b in zip(ours, sets, strict=True)) > 2 * len(boxes):
            if name == "postgis":
                raise Failure(f"{work.name}: sarhad and {name} differ")
            work.notes.append(f"{name} holds other features")
    in_rounds(bench, work, {name: bench.fetcher(name, engine, [engine.features(box) for box in boxes])
                            for name, engine in bench.peers().items()})
    work.at_least("speed", "postgis", 3)
    return work


# --- writes ---------------------------------------------------------------------------------------------------------


def durable_writes(bench: Bench, writers: int) -> Work:
    """One row a commit over HTTP, over libpq, and the bare disk: a page written over and flushed."""
    work = Work(f"durable writes, {writers} writer{'s' if writers > 1 else ''}", "per_s")
    seed = time.time_ns() // 1000

    def writer(address: str, count: int, add: int) -> Measure:
        return lambda number: dict(
            bench.machine.run_client("write", address, str(count), "2", str(seed + 10 * number + add)))

    engines = {"sarhad": writer(bench.sarhad.address, writers, 1)}
    if bench.postgres:
        engines["postgis"] = writer(bench.postgres.address, writers, 2)
    engines["disk"] = writer(f"disk:{bench.work}/flushed", 1, 3)
    in_rounds(bench, work, engines)
    (bench.work / "flushed").unlink(missing_ok=True)
    work.at_least("rows/s", "postgis", 0.7)
    return work


class Watch:
    """While an import runs: the memory of the server and its children, and how long an edit takes."""

    def __init__(self, sarhad: Sarhad) -> None:
        self.sarhad = sarhad
        self.peak_kb = 0
        self.edits_ms: list[float] = []
        self.fault: Exception | None = None
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def resident_kb(self) -> int:
        assert self.sarhad.process
        return resident_kb(self.sarhad.process.pid)

    def run(self) -> None:
        os.sched_setaffinity(0, {CLIENT_CORE} & os.sched_getaffinity(0) or os.sched_getaffinity(0))
        feature = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [61.5, 27.2]},
                   "properties": {"remarks": "an edit while a file comes in", "kind": "flood"}}
        try:
            while not self.done.is_set():
                began = time.perf_counter()
                self.sarhad.ask("POST", "/collections/hazards/items", json.dumps(feature))
                self.edits_ms.append((time.perf_counter() - began) * 1000)
                self.peak_kb = max(self.peak_kb, self.resident_kb())
                self.done.wait(0.02)
        except Exception as fault:  # told by the thread that waits for this one
            self.fault = fault


def resident_kb(process: int) -> int:
    """Of a process and its children."""
    total = 0
    for pid in [process, *children(process)]:
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            continue  # it ended between the two
        total += sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return total


def children(parent: int) -> list[int]:
    found: list[int] = []
    try:
        for thread in Path(f"/proc/{parent}/task").iterdir():
            found += [int(pid) for pid in (thread / "children").read_text().split()]
    except OSError:
        pass  # it ended between the two
    return found + [grandchild for child in found for grandchild in children(child)]


def import_alone(bench: Bench, file: Path, rows: int) -> dict[str, float]:
    """By the command line, without a server: no index is made, so this is the memory of the import itself."""
    data = bench.work / "imported-alone"
    began = time.monotonic()
    process = bench.machine.processes.start(
        "import", [str(bench.sarhad.program), "import", "--data-dir", str(data), "--new-layer", "points", str(file)],
        None)
    peak_kb = 0
    while process.poll() is None:
        peak_kb = max(peak_kb, resident_kb(process.pid))
        time.sleep(0.02)
    if process.returncode != 0:
        raise Failure("sarhad import fails: see its log")
    shutil.rmtree(data)
    return {"alone_per_s": rows / (time.monotonic() - began), "alone_peak_mb": peak_kb / 1024}


def import_points(bench: Bench) -> Work:
    """Once: the file through /import into the running server, an edit every 20 ms meanwhile."""
    work = Work("import of 1,000,000 GeoJSON points, server on both cores", "per_s")
    file = bench.data / "points.geojson"
    rows = file.read_bytes().count(b'"Feature",')
    watch = Watch(bench.sarhad)
    before_kb = watch.resident_kb()
    watch.thread.start()
    began = time.monotonic()
    job = bench.sarhad.start_import("points", file)
    while bench.sarhad.job(job)["status"] != "successful":
        time.sleep(0.1)
    seconds = time.monotonic() - began
    watch.done.set()
    watch.thread.join()
    if watch.fault:
        raise Failure(f"an edit during the import: {watch.fault}")
    edits = sorted(watch.edits_ms)
    values = {"per_s": rows / seconds, "seconds": seconds, "peak_mb": watch.peak_kb / 1024,
              "mb_before": before_kb / 1024, "edits": len(edits), "edit_ms_median": statistics.median(edits),
              "edit_ms_max": edits[-1]}
    values |= import_alone(bench, file, rows)
    work.rounds = [Round({"sarhad": values}, 0, 0)]
    work.notes.append("upload and import together, one run; memory is of the server, the index of these rows in it, "
                      "and the confined reader; `alone` is the command line without a server")
    work.goals += [Goal("at least 25,000 rows/s", values["per_s"], values["per_s"] >= 25_000),
                   Goal("at most 300 MB, importing alone", values["alone_peak_mb"], values["alone_peak_mb"] <= 300),
                   Goal("at most 300 MB with the server and its index", values["peak_mb"], values["peak_mb"] <= 300),
                   Goal("edits at most 100 ms", values["edit_ms_max"], values["edit_ms_max"] <= 100)]
    return work


# By name, the comparisons one after the other.
WORKS: dict[str, list[Callable[[Bench], Work]]] = {
    "import": [import_points],
    "overview": [overview_tile],
    "tiles": [lambda b: cold_tiles(b, "points", "z12", 10), lambda b: cold_tiles(b, "points", "z8", 10),
              lambda b: cold_tiles(b, "lines", "z12", 4), lambda b: cold_tiles(b, "lines", "z8", 4)],
    "features": [features_by_box],
    "cached": [lambda b: cached_tile(b, 20, 0.95), lambda b: cached_tile(b, 1, 1.2)],
    "writes": [lambda b: durable_writes(b, 1), lambda b: durable_writes(b, 8)],
}
