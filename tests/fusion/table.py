#!/usr/bin/env python3
"""Precision and recall of `sarhad fuse` on all levels of noise and all shapes of real lists:
table.py PROGRAM [--seeds 1,2,3] [--lists-only | --levels-only]"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path

import lists
import noise


def run(program: str, folder: Path) -> dict:
    began = time.monotonic()
    done = subprocess.run([program, "fuse", "--reports", folder / "reports.csv", "--out", folder / "pairs.csv", "--evaluate",
                           folder / "truth.csv", "--json"], check=True, capture_output=True, text=True)
    return {**json.loads(done.stdout), "seconds": time.monotonic() - began}


def show(name: str, results: list[dict]) -> None:
    def column(key: str) -> list[float]:
        return [result["evaluation"][key] for result in results]

    def mean(values: list[float]) -> float:
        return sum(values) / len(values)

    print(f"{name:38} {mean([r['reports'] for r in results]):8.0f} {mean([r['pairs'] for r in results]):9.0f} "
          f"{mean(column('precision')):9.3f} {mean(column('recall')):7.3f} {mean(column('f1')):6.3f} "
          f"{min(column('precision')):8.3f} {min(column('recall')):7.3f} {max(r['seconds'] for r in results):6.1f}",
          flush=True)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("program")
    asked.add_argument("--seeds", default=",".join(str(seed) for seed in noise.SEEDS))
    asked.add_argument("--lists-only", action="store_true")
    asked.add_argument("--levels-only", action="store_true")
    options = asked.parse_args()
    seeds = [int(seed) for seed in options.seeds.split(",")]
    print(f"{'':38} {'reports':>8} {'pairs':>9} {'precision':>9} {'recall':>7} {'f1':>6} {'least p':>8} {'least r':>7} {'s':>6}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for level in [] if options.lists_only else noise.LEVELS:
            results = []
            for seed in seeds:
                noise.write_case(folder, level, seed)
                results.append(run(options.program, folder))
            show(level.name, results)
        for shape in [] if options.levels_only or not lists.UCDP.exists() else lists.SHAPES:
            results = []
            for seed in seeds[:2]:
                lists.write_lists(folder, shape, seed)
                results.append(run(options.program, folder))
            show(shape.name, results)


if __name__ == "__main__":
    main()
