#!/usr/bin/env python3
"""Derives data/disputed_lines.geojson: lines that states do not agree on, as Natural Earth 10m classes them.

  data/derive/fetch && data/derive/disputed_lines.py

Two inputs, both public domain: the boundary lines of Debian's libmagics++-data (all but the class "International
boundary") and Natural Earth's lines of claims, data/derive/natural_earth_claims.geojson.
"""
import json
import pathlib

from border_sections import MAGICS, ROOT, lines_of, ogr

WINDOW = ("58", "22", "80", "39")
SOURCE = "Natural Earth 10m, admin 0 boundary lines, version 3.0.0 (public domain)"
CLAIMS = "Natural Earth 10m, admin 0 boundary lines of disputed areas (public domain)"
CLASSES = {
    "Line of control (please verify)": "Line of control",
    "Disputed (please verify)": "Disputed line",
    "Indefinite (please verify)": "Indefinite line",
    "Indeterminant frontier": "Indeterminate frontier",
}


def feature(ref, name, note, source, lines):
    lines = [[[round(x, 6), round(y, 6)] for x, y in line] for line in lines]
    return {"type": "Feature",
            "properties": {"source_ref": ref, "name": name, "note": note, "line_source": source, "geo_method": "map"},
            "geometry": {"type": "MultiLineString", "coordinates": lines}}


def boundary_lines():
    where = "featurecla NOT LIKE 'International%'"
    for f in ogr(MAGICS / "ne_10m_admin_0_boundary_lines_land.shp", "-clipsrc", *WINDOW, "-where", where):
        p = f["properties"]
        kind = CLASSES[p["featurecla"]]
        number = p["FID_ne_10m"] or f"{p['adm0_a3_l']}-{p['adm0_a3_r']}"
        yield feature(f"naturalearth:boundary:{number}", f"{kind} {p['adm0_left']}–{p['adm0_right']}",
                      f"Natural Earth's class: {p['featurecla']}", SOURCE, lines_of(f))


def claim_lines():
    for i, f in enumerate(json.loads((ROOT / "data/derive/natural_earth_claims.geojson").read_text())["features"]):
        p = f["properties"]
        area = p["brk_name_l"] or p["brk_name_r"]
        yield feature(f"naturalearth:claim:{p['brk_a3_l'] or p['brk_a3_r'] or i}:{i}", f"{p['name']}: {area}",
                      p["note"], CLAIMS, lines_of(f))


def main():
    rows = [json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in [*boundary_lines(), *claim_lines()]]
    pathlib.Path(ROOT / "data/disputed_lines.geojson").write_text(
        '{"type":"FeatureCollection","name":"disputed_lines","features":[\n' + ",\n".join(rows) + "\n]}\n",
        encoding="utf-8")
    print(f"{len(rows)} lines")


if __name__ == "__main__":
    main()
