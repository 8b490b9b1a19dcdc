"""The year's own time, seconds from its start, as RFC 3339 in UTC."""
import datetime

from demo_year.parameters import START


def instant(seconds: int) -> str:
    return (START + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_at(text: str) -> int:
    at = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return round((at - START).total_seconds())
