"""Lengths on the WGS 84 ellipsoid and small line work on lists of [lon, lat], shared by the derivations."""
import math

A, F = 6378137.0, 1 / 298.257223563
B = A * (1 - F)


def distance_m(p, q):
    return inverse(p, q)[0]


def inverse(p, q):
    """(distance in m, azimuth at p in radians) of the geodesic; Vincenty (Survey Review XXII, 176, 1975).

    Good to 0.1 mm. Not for nearly antipodal points, which no border has.
    """
    u1 = math.atan((1 - F) * math.tan(math.radians(p[1])))
    u2 = math.atan((1 - F) * math.tan(math.radians(q[1])))
    lon = lam = math.radians(q[0] - p[0])
    for _ in range(100):
        sin_l, cos_l = math.sin(lam), math.cos(lam)
        sin_s = math.hypot(math.cos(u2) * sin_l,
                           math.cos(u1) * math.sin(u2) - math.sin(u1) * math.cos(u2) * cos_l)
        if sin_s == 0:  # nearer than a double can tell
            return 0.0, 0.0
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
    big_a, big_b = series(cos2_a)
    azimuth = math.atan2(math.cos(u2) * math.sin(lam),
                         math.cos(u1) * math.sin(u2) - math.sin(u1) * math.cos(u2) * math.cos(lam))
    return B * big_a * (sigma - correction(big_b, sin_s, cos_s, cos_2m)), azimuth


def series(cos2_a):
    k = cos2_a * (A * A - B * B) / (B * B)
    return (1 + k / 16384 * (4096 + k * (-768 + k * (320 - 175 * k))),
            k / 1024 * (256 + k * (-128 + k * (74 - 47 * k))))


def correction(big_b, sin_s, cos_s, cos_2m):
    return big_b * sin_s * (cos_2m + big_b / 4 * (
        cos_s * (2 * cos_2m ** 2 - 1) - big_b / 6 * cos_2m * (4 * sin_s ** 2 - 3) * (4 * cos_2m ** 2 - 3)))


def direct(p, azimuth, distance):
    """The point at a distance in m from p along a geodesic; Vincenty's direct formula, same paper."""
    u1 = math.atan((1 - F) * math.tan(math.radians(p[1])))
    sigma_1 = math.atan2(math.tan(u1), math.cos(azimuth))
    sin_a = math.cos(u1) * math.sin(azimuth)
    cos2_a = 1 - sin_a * sin_a
    big_a, big_b = series(cos2_a)
    sigma = distance / (B * big_a)
    for _ in range(100):
        cos_2m, sin_s, cos_s = math.cos(2 * sigma_1 + sigma), math.sin(sigma), math.cos(sigma)
        before = sigma
        sigma = distance / (B * big_a) + correction(big_b, sin_s, cos_s, cos_2m)
        if abs(sigma - before) < 1e-13:
            break
    part = math.sin(u1) * sin_s - math.cos(u1) * cos_s * math.cos(azimuth)
    lat = math.atan2(math.sin(u1) * cos_s + math.cos(u1) * sin_s * math.cos(azimuth),
                     (1 - F) * math.hypot(sin_a, part))
    lam = math.atan2(sin_s * math.sin(azimuth), math.cos(u1) * cos_s - math.sin(u1) * sin_s * math.cos(azimuth))
    c = F / 16 * cos2_a * (4 + F * (4 - 3 * cos2_a))
    lon = lam - (1 - c) * F * sin_a * (sigma + c * sin_s * (cos_2m + c * cos_s * (2 * cos_2m * cos_2m - 1)))
    return [p[0] + math.degrees(lon), math.degrees(lat)]


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
    """The point at a fraction of the geodesic from a to b, to 6 decimals (0.1 m)."""
    if t in (0, 1):
        return list(b if t else a)
    distance, azimuth = inverse(a, b)
    return [round(x, 6) for x in direct(a, azimuth, distance * t)]
