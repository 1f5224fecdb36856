from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path

import html5lib
import pytest

from uplift.errors import StateError
from uplift.report.document import html_of_always_on
from uplift.results import Check
from uplift.results.always_on import AlwaysOn, file_name, read_folder, to_json
from uplift.results.always_on_text import watch_lines
from uplift.results.forecast import Forecast, ForecastSegment, PastQuarter
from uplift.results.recommendations import Hits, Recommendations
from uplift.results.send_time import Belief, CampaignReading, SendTimes, SlotReading
from uplift.results.watch import Alarm, Watch, WatchedSeries, WatchedSource
from uplift.words.language import Language

DAY = datetime.date(2026, 6, 1)
FORECAST = Forecast(
    start=DAY,
    days=91,
    decimals=2,
    segments=(ForecastSegment("more", 900, 180_000_00), ForecastSegment("one", 100, 10_000_00), ForecastSegment("new", None, 25_000_00)),
    low=190_000_00.0,
    high=240_000_00.0,
    confidence=0.9,
    season=1.08,
    past=tuple(
        PastQuarter(DAY - datetime.timedelta(days=91 * k), 200_000_00 + k * 1_000_00, 210_000_00, 190_000_00) for k in range(1, 5)
    ),
)  # fmt: skip
SLOTS = tuple(
    SlotReading(k, 0 if k == 0 else 500, 0 if k == 0 else 90 + k, *((None,) * 3 if k == 0 else ((90 + k) / 500, 0.15, 0.25)), own=k)
    for k in range(12)
)  # fmt: skip
SEND_TIME = SendTimes(
    experiment="spring",
    title="Frühling <5>",
    as_of=DAY,
    not_after="18:00",
    mails=12_000,
    by_chance=6_000,
    not_used=40,
    contacts_seen=1_000,
    control=100,
    treatment=900,
    without_history=17,
    slots=SLOTS,
    favourite=9,
    one_for_all=9,
    beliefs=(
        Belief(1, 900, 3.1, (1 / 12,) * 12),
        Belief(10, 900, 2.4, (0.04,) * 9 + (0.5, 0.1, 0.04)),
    ),
    gain=0.12,
    gain_of_one=0.09,
    campaigns=(CampaignReading("april", DAY, 600, 100, 5_400, 1_000, 0.11, -0.05, 0.3),),
)
WATCH = Watch(
    experiment="spring",
    title="Frühling",
    as_of=DAY,
    within=1,
    split=Check("UP618", "ok", (("days", 3), ("p", 0.4), ("alpha", 0.001))),
    series=(
        WatchedSeries(
            "Umsatz", "metric", False, "orders", DAY, 200, (Alarm(DAY, "drop", 100.0, 40.0, -7.0),), None,
            tuple((DAY - datetime.timedelta(days=9 - k), 100.0 if k < 9 else 40.0) for k in range(10)),
        ),
        WatchedSeries("orders", "rows", True, "orders", DAY, 20, (), ("UP675", "the series has 20 days"), ((DAY, 3.0),)),
    ),
    sources=(WatchedSource("orders", DAY, DAY, True, 0.2, 0.01, True),),
)  # fmt: skip
RECOMMENDATIONS = Recommendations(
    DAY, 7, 10, 1_000, 30, 10_000, DAY, 300, (Hits("own", 0.52, 0.9), Hits("popular", 0.39, 0.8))
)
EVERYTHING = AlwaysOn("EUR", FORECAST, (SEND_TIME,), (WATCH,), RECOMMENDATIONS)


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_programme_has_its_section_with_sentence_chart_and_table(language: Language) -> None:
    html = html_of_always_on(EVERYTHING, language)
    html5lib.HTMLParser(strict=True).parse(html)
    for key in ("forecast", "send-time-spring", "monitor-spring", "recommendations"):
        section = html[html.index(f'aria-labelledby="{key}"') :].partition("</section>")[0]
        assert 'class="lead"' in section
        assert "<svg" in section
        assert "<table" in section
    assert "Frühling &lt;5&gt;" in html
    assert html == html_of_always_on(EVERYTHING, language)


def test_the_numbers_are_written_as_the_language_writes_them() -> None:
    german, english = html_of_always_on(EVERYTHING, "de"), html_of_always_on(EVERYTHING, "en")
    assert "215.000\u00a0€" in german
    assert "€215,000" in english
    assert "52,0\u00a0%" in german
    assert "UP688" not in german  # codes are for the terminal
    assert "20,0\u00a0% der Zeilen keine Kennung" in german


def test_a_series_whose_name_begins_like_a_code_keeps_its_name() -> None:
    """UPT: units per transaction. In the terminal alarms have their code, on the page they have none."""
    units = dataclasses.replace(WATCH.series[0], name="UPT je Bestellung", alarms=())
    fallen = dataclasses.replace(WATCH.series[0], name="UPT im Laden")
    watch = dataclasses.replace(WATCH, series=(units, fallen))
    html = html_of_always_on(AlwaysOn("EUR", watches=(watch,)), "de")
    assert "</span> UPT je Bestellung: unauffällig" in html
    assert "</span> UPT im Laden: am" in html
    assert any(line.startswith("UP677 UPT im Laden: am") for _, line in watch_lines(watch, "de"))


def test_what_is_kept_comes_back_and_a_file_of_another_kind_is_refused_with_its_name(tmp_path: Path) -> None:
    for found in (FORECAST, SEND_TIME, WATCH, RECOMMENDATIONS):
        (tmp_path / file_name(found)).write_text(to_json(found, "EUR"), "utf-8")
    assert read_folder(tmp_path) == EVERYTHING
    assert read_folder(tmp_path / "nothing") is None
    (tmp_path / "forecast.json").write_text('{"schema": "uplift.always-on/9", "kind": "forecast"}', "utf-8")
    with pytest.raises(StateError, match=r"forecast\.json.*UP901"):
        read_folder(tmp_path)


def test_a_page_with_one_finding_has_one_section() -> None:
    html = html_of_always_on(AlwaysOn("EUR", recommendations=RECOMMENDATIONS), "en")
    assert html.count("<section") == 1
