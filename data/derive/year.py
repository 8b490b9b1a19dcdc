#!/usr/bin/env python3
"""Makes the demo scenario: the hand-written story and a year on the section with Iran, invented from a seed.

  data/derive/year.py [--seed N] [--out DIR]

DIR (default data/scenario/demo) gets the story's layers, year/ with the year's, truth/ with what is true of them, and
terrain.tif. The same seed gives the same bytes. data/scenario/README.md says what each file holds.
"""
import argparse
import pathlib
import sys

sys.dont_write_bytecode = True

import demo_scenario  # noqa: E402
from demo_year import files, year  # noqa: E402
from demo_year.section import DATA  # noqa: E402


def told_story() -> list[dict]:
    """The hand-written reports for the truth's tables."""
    rows = []
    for happening, row in demo_scenario.reports_by_story():
        fields, (lon, lat) = row["properties"], row["geometry"]["coordinates"]
        rows.append({"incident": happening, "source_ref": fields["source_ref"], "agency": fields["agency"],
                     "kind": fields["kind"], "at": fields["valid_from"], "lon": lon, "lat": lat})
    return rows


def write(seed: int, out: pathlib.Path) -> dict[str, int]:
    """Everything under `out`; -> rows by file."""
    out.mkdir(parents=True, exist_ok=True)
    layers, tables = demo_scenario.layers(), demo_scenario.tables()
    rows = {name: files.write_features(out / f"{name}.geojson", features) for name, features in layers.items()}
    for name, table in tables.items():
        columns = list(dict.fromkeys(column for row in table for column in row))
        rows[name] = files.write_table(out / f"{name}.csv", columns, table)
    made = year.make(seed, demo_scenario.SECTIONS, layers["patrol_tracks"])
    rows |= {f"year/{name}": count for name, count in files.write_year(made, out / "year").items()}
    files.write_truth(made, out / "truth", told_story())
    files.write_terrain(made, out / "terrain.tif")
    return rows


def main() -> None:
    line = argparse.ArgumentParser(description="Make the demo scenario. Everything in it is invented.")
    line.add_argument("--seed", type=int, default=1)
    line.add_argument("--out", type=pathlib.Path, default=DATA / "scenario/demo")
    asked = line.parse_args()
    for name, count in write(asked.seed, asked.out).items():
        print(f"{name}: {count}")


if __name__ == "__main__":
    main()
