"""Lengths on the WGS 84 ellipsoid and small line work on lists of [lon, lat], shared by the derivations."""
import math

A, F = 6378137.0, 1 / 298.257223563
B = A * (1 - F)


def distance_m(p, q):
    """Geodesic distance; Vincenty's inverse formula (Survey Review XXII, 176, 1975), good to 0.1 mm on short lines.

    Not for nearly antipodal points, which no border has.
    """
    if p[0] == q[0] and p[1] == q[1]:
        return 0.0
    u1 = math.atan((1 - F) * math.tan(math.radians(p[1])))
    u2 = math.atan((1 - F) * math.tan(math.radians(q[1])))
    lon = lam = math.radians(q[0] - p[0])
    for _ in range(100):
        sin_l, cos_l = math.sin(lam), math.cos(lam)
        sin_s = math.hypot(math.cos(u2) * sin_l,
                           math.cos(u1) * math.sin(u2) - math.sin(u1) * math.cos(u2) * cos_l)
        cos_s = math.sin(u1) * math.sin(u2) + math.cos(u1) * math.cos(u2) * cos_l
        sigma = math.atan2(sin_s, cos_s)
        sin_a = math.cos(u1) * math.cos(u2) * sin_l / sin_s
        cos2_a = 1 - sin_a * sin_a
        cos_2m = cos_s - 2 * math.sin(u1) * math.sin(u2) / cos2_a if cos2_a else 0.0
        c = F / 16 * cos2_a * (4 + F * (4 - 3 * cos2_a))
        before = lam
        lam = lon + (1 - c) * F * sin_a * (
            sigma + c * sin_s * (cos_2m + c * cos_s * (2 * cos_2m * cos_2m - 1)))
        if abs(lam - before) < 1e-13:
            break
    k = cos2_a * (A * A - B * B) / (B * B)
    big_a = 1 + k / 16384 * (4096 + k * (-768 + k * (320 - 175 * k)))
    big_b = k / 1024 * (256 + k * (-128 + k * (74 - 47 * k)))
    delta = big_b * sin_s * (cos_2m + big_b / 4 * (
        cos_s * (2 * cos_2m ** 2 - 1) - big_b / 6 * cos_2m * (4 * sin_s ** 2 - 3) * (4 * cos_2m ** 2 - 3)))
    return B * big_a * (sigma - delta)


def length_m(line):
    return sum(distance_m(p, q) for p, q in zip(line, line[1:]))


def nearest_on_line(point, line):
    """(segment index, fraction along it, distance in m) of the line's point nearest to `point`.

    Works in a plane scaled at the point: exact enough to choose a cut, not to measure.
    """
    kx = math.cos(math.radians(point[1]))
    best = (0, 0.0, math.inf)
    for i, (a, b) in enumerate(zip(line, line[1:])):
        ax, ay = (a[0] - point[0]) * kx, a[1] - point[1]
        dx, dy = (b[0] - a[0]) * kx, b[1] - a[1]
        square = dx * dx + dy * dy
        t = min(1.0, max(0.0, -(ax * dx + ay * dy) / square)) if square else 0.0
        d = math.hypot(ax + t * dx, ay + t * dy)
        if d < best[2]:
            best = (i, t, d)
    i, t, _ = best
    return i, t, distance_m(point, between(line[i], line[i + 1], t))


def between(a, b, t):
    return [round(a[0] + (b[0] - a[0]) * t, 6), round(a[1] + (b[1] - a[1]) * t, 6)]
