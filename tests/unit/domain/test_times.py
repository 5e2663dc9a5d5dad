from datetime import UTC, datetime, timedelta

import pytest

from dsctl.domain.times import age, human_duration, parse_time

MINUTE, HOUR, DAY, YEAR = 60, 3600, 86400, 365 * 86400


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (-2, "<invalid>"),
        (-1.9, "0s"),
        (-0.5, "0s"),
        (0, "0s"),
        (119.9, "119s"),
        (2 * MINUTE, "2m"),
        (2 * MINUTE + 5, "2m5s"),
        (10 * MINUTE + 59, "10m"),
        (179 * MINUTE, "179m"),
        (3 * HOUR, "3h"),
        (3 * HOUR + MINUTE, "3h1m"),
        (8 * HOUR + MINUTE, "8h"),
        (47 * HOUR, "47h"),
        (2 * DAY, "2d"),
        (2 * DAY + 3 * HOUR, "2d3h"),
        (8 * DAY + 3 * HOUR, "8d"),
        (2 * YEAR - 1, "729d"),
        (2 * YEAR, "2y"),
        (2 * YEAR + 3 * DAY, "2y3d"),
        (8 * YEAR + 3 * DAY, "8y"),
    ],
)
def test_durations_are_written_as_kubectl_writes_them(seconds, expected):
    """The steps of HumanDuration, at and around each of them."""
    assert human_duration(seconds) == expected


def test_times_are_read_as_the_api_writes_them():
    """Seconds, fractions and offsets are read; nothing and nonsense are unknown."""
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert parse_time("2026-05-01T12:00:00Z") == noon
    assert parse_time("2026-05-01T14:00:00.000000+02:00") == noon
    assert parse_time("2026-05-01T12:00:00") == noon
    assert parse_time(None) is parse_time("") is parse_time("soon") is None


def test_an_age_is_a_duration_or_unknown():
    """Text and datetimes are both fine; a missing time is <unknown>, as in kubectl."""
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert age("2026-05-01T11:59:00Z", noon) == "60s"
    assert age(noon - timedelta(days=3), noon) == "3d"
    assert age(None, noon) == "<unknown>"
