"""Heights that were made up for the section: a ridge along the line that the true routes cross at gaps.

Written by hand as the plainest GeoTIFF there is (TIFF 6.0; OGC 19-008): 16-bit metres, one strip, no compression, so
that the same seed gives the same bytes on every machine. It says in two tags that it is synthetic. It is not the relief
that the map shows: it is for corridors, whose answer is then known.
"""
import math
import struct

from demo_year.dice import Dice
from demo_year.parameters import SCENARIO, Parameters
from demo_year.section import Strip, plane_km
from demo_year.truth import Route

NO_DATA = -32768
BOX = (60.6, 24.9, 64.0, 30.1)  # west, south, east, north
REACH_KM = 60.0


def waves(dice: Dice) -> list[tuple[float, float, float, float]]:
    """Hills as a sum of waves: (east, north) in radians per degree, phase, metres; the shorter, the lower."""
    found = []
    for k in range(14):
        length_km = 60 * 0.75 ** k + 4
        angle, turn = dice.uniform(0, math.pi), 2 * math.pi * 111 / length_km
        found.append((turn * math.cos(angle), turn * math.sin(angle), dice.uniform(0, 2 * math.pi), length_km * 2.4))
    return found


def heights(p: Parameters, strip: Strip, routes: list[Route], seed: int) -> tuple[int, int, list[int]]:
    """(columns, rows, metres from the north-west corner on)."""
    west, south, east, north = BOX
    step = p.terrain_step_deg
    columns, rows = round((east - west) / step), round((north - south) / step)
    hills = waves(Dice(seed, "terrain"))
    ways = [(route.km, route.way(strip)) for route in routes]
    values = []
    near = strip.length_km
    for j in range(rows):
        lat = north - (j + 0.5) * step
        for i in range(columns):
            lon = west + (i + 0.5) * step
            near, away = nearest_km(strip, lon, lat, near, first=i == 0)
            if away > REACH_KM:
                values.append(NO_DATA)
                continue
            height = 900 + sum(metres * math.sin(a * lon + b * lat + phase) for a, b, phase, metres in hills)
            ridge = 420 * math.exp(-(away / 9) ** 2)
            gap = min((plane_km([lon, lat], q) for km, way in ways if abs(km - near) < 45 for q in way), default=99.0)
            open_share = math.exp(-(gap / 2.2) ** 2)
            values.append(max(0, round(height * (1 - 0.35 * open_share) + ridge * (1 - open_share))))
    return columns, rows, values


def nearest_km(strip: Strip, lon: float, lat: float, near: float, first: bool) -> tuple[float, float]:
    """Coarse: every second kilometre of the line, all of it at the start of a row, else about the last place."""
    reach = 1100.0 if first else 60.0
    step = 20
    low, high = max(0, int((near - reach) / strip.STEP)), int((near + reach) / strip.STEP)
    scale = math.cos(math.radians(lat))
    square, at = min((((q[0] - lon) * scale) ** 2 + (q[1] - lat) ** 2, k)
                     for k, q in zip(range(low, high, step), strip.points[low:high:step]))
    return at * strip.STEP, math.sqrt(square) * 111


def geotiff(columns: int, rows: int, values: list[int], step: float) -> bytes:
    """Little-endian TIFF with the tags of GeoTIFF, WGS 84."""
    note = f"SYNTHETIC heights of scenario {SCENARIO}: invented, not for use".encode() + b"\0"
    item = (f'<GDALMetadata><Item name="SYNTHETIC">yes</Item><Item name="SCENARIO">{SCENARIO}</Item>'
            "</GDALMetadata>").encode() + b"\0"
    scale = struct.pack("<3d", step, step, 0)
    tie = struct.pack("<6d", 0, 0, 0, BOX[0], BOX[3], 0)
    keys = struct.pack("<16H", 1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326)
    no_data = f"{NO_DATA}".encode() + b"\0"
    short, long, double, text = 3, 4, 12, 2
    tags: list[tuple[int, int, int, bytes]] = [
        (256, long, 1, struct.pack("<I", columns)), (257, long, 1, struct.pack("<I", rows)),
        (258, short, 1, struct.pack("<H", 16)), (259, short, 1, struct.pack("<H", 1)),
        (262, short, 1, struct.pack("<H", 1)), (270, text, len(note), note), (273, long, 1, b""),
        (277, short, 1, struct.pack("<H", 1)), (278, long, 1, struct.pack("<I", rows)),
        (279, long, 1, struct.pack("<I", 2 * len(values))), (339, short, 1, struct.pack("<H", 2)),
        (33550, double, 3, scale), (33922, double, 6, tie), (34735, short, 16, keys), (42112, text, len(item), item),
        (42113, text, len(no_data), no_data)]
    beside = 8 + 2 + 12 * len(tags) + 4  # what is longer than four bytes lies behind the directory
    directory, extra = struct.pack("<H", len(tags)), b""
    behind = sum(len(value) + len(value) % 2 for _, _, _, value in tags if len(value) > 4)
    for tag, kind, count, value in tags:
        if tag == 273:
            value = struct.pack("<I", beside + behind)
        if len(value) > 4:
            field = struct.pack("<I", beside + len(extra))
            extra += value + b"\0" * (len(value) % 2)
        else:
            field = value.ljust(4, b"\0")
        directory += struct.pack("<HHI", tag, kind, count) + field
    header = struct.pack("<2sHI", b"II", 42, 8)
    return header + directory + struct.pack("<I", 0) + extra + struct.pack(f"<{len(values)}h", *values)
