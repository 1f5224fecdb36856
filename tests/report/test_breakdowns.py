"""Segments, adjustment, reach, memory and claims: what they say, and what they keep to themselves."""

from __future__ import annotations

import dataclasses

import pytest

from tests.report import report_cases as cases
from tests.report import rich_cases as rich
from tests.report.report_cases import Group
from tests.report.test_render import text_of
from uplift.report import render
from uplift.report.closer import covariates_chapter, reached_chapter, triggered_chapter
from uplift.report.history import claims_chapter, history_chapter
from uplift.report.pairs import pairs_chapter
from uplift.report.segments import segments_chapter
from uplift.report.voice import Voice
from uplift.results import ClaimReading, Interval, Result, Segments


def with_segments(*segments: Segments) -> Result:
    base = cases.clear_win()
    return dataclasses.replace(base, metrics=(dataclasses.replace(base.primary, segments=segments), *base.metrics[1:]))


def test_each_group_has_its_interval_its_verdict_and_its_shrunken_value() -> None:
    chapter = segments_chapter(Voice(rich.everything(), "de"))
    assert chapter is not None
    country = chapter.forests[0]
    assert [row.name for row in country.rows] == ["DE", "FR", "IT", "kleine Gruppen, zusammengefasst"]
    assert country.rows[0].mood == "better"
    assert any(note.startswith("geschrumpft: +") for note in country.rows[0].notes)
    assert "ist nicht nachweisbar" in country.sentences[0]


def test_groups_named_after_the_lock_are_called_exploratory() -> None:
    chapter = segments_chapter(Voice(rich.everything(), "en"))
    assert chapter is not None
    assert chapter.forests[1].sentences[0].startswith("Exploratory:")
    assert "differ provably" in chapter.forests[1].sentences[1]


def test_a_group_below_the_threshold_is_never_shown_whatever_the_result_holds() -> None:
    tiny = rich.segments("revenue_per_contact", "vip", {
        "Erika Mustermann": (Group(3, 2, 90.0, 20.0), Group(16, 9, 80.0, 20.0)),
        "andere": (Group(2000, 180, 9.0, 30.0), Group(8000, 800, 9.6, 31.0)),
    })  # fmt: skip
    html = render(with_segments(tiny), language="de")
    assert "Mustermann" not in html
    assert "andere" in html
    only = rich.segments("revenue_per_contact", "vip", {"Erika": (Group(3, 2, 90.0, 20.0), Group(16, 9, 80.0, 20.0))})
    assert 'id="segments"' not in render(with_segments(only), language="de")


def test_a_test_of_difference_that_cannot_be_made_is_said() -> None:
    lone = rich.segments("revenue_per_contact", "country", {"DE": (Group(5200, 270, 3.8, 21.0), Group(20800, 1330, 5.3, 25.0))},
                         p_interaction=None, p_interaction_adjusted=None)  # fmt: skip
    assert "lässt sich hier nicht testen" in text_of(render(with_segments(lone), language="de"))


def test_a_refused_group_has_a_reason_and_no_number() -> None:
    country = rich.segmented()[0]
    refused = dataclasses.replace(
        country.values[1],
        uplift=dataclasses.replace(country.values[1].uplift, direction="refused", refusal="UP604"),
    )
    chapter = segments_chapter(
        Voice(with_segments(dataclasses.replace(country, values=(country.values[0], refused))), "de")
    )
    assert chapter is not None
    row = chapter.forests[0].rows[1]
    assert (row.estimate, row.drawing) == ("", None)
    assert not any("geschrumpft" in note for note in row.notes)
    assert row.below


def test_thirty_groups_are_thirty_rows() -> None:
    chapter = segments_chapter(Voice(rich.thirty_segments(), "de"))
    assert chapter is not None
    assert len(chapter.forests[0].rows) == 30


def test_segments_of_other_metrics_are_folded_away() -> None:
    base = rich.everything()
    other = dataclasses.replace(base.metrics[1], segments=(rich.segmented()[0],))
    told = dataclasses.replace(base, metrics=(base.metrics[0], other, *base.metrics[2:]))
    chapter = segments_chapter(Voice(told, "de"))
    assert chapter is not None
    assert (len(chapter.forests), len(chapter.folded)) == (2, 1)
    assert "<details><summary>Segmente der anderen Metriken</summary>" in render(told, language="de")
    alone = dataclasses.replace(told, metrics=(dataclasses.replace(base.metrics[0], segments=()), other))
    chapter = segments_chapter(Voice(alone, "de"))
    assert chapter is not None
    assert (len(chapter.forests), len(chapter.folded)) == (1, 0)


def test_covariates_say_what_they_saved() -> None:
    chapter = covariates_chapter(Voice(rich.everything(), "de"))
    assert chapter is not None
    assert "erklären 31,0\xa0% der Streuung" in chapter.lead[0]
    assert "1,45-mal so viele Kontakte" in chapter.lead[0]


def test_the_effect_among_the_reached_says_of_whom_it_speaks() -> None:
    chapter = reached_chapter(Voice(rich.everything(), "en"))
    assert chapter is not None
    assert "62.0% of the treatment group were reached" in chapter.lead[0]
    assert "not of all" in chapter.lead[1]


def test_the_triggered_effect_speaks_of_everybody_beside_the_uplift_as_assigned() -> None:
    chapter = triggered_chapter(Voice(rich.everything(), "de"))
    assert chapter is not None
    assert "31,0\xa0% der Kontakte haben den Auslöser erreicht" in chapter.lead[0]
    assert "Auf alle zurückgerechnet" in chapter.lead[0]
    assert chapter.sheets[0].rows[0][1].note == "3.488 : 13.950"
    assert triggered_chapter(Voice(rich.everything_untrusted(), "de")) is None


def test_pairs_name_the_better_arm_whichever_of_the_two_it_is() -> None:
    base = cases.clear_win()
    better = base.primary.uplifts[0]
    turned = dataclasses.replace(
        better,
        control=dataclasses.replace(better.treatment, arm="b"),
        treatment=dataclasses.replace(better.control, arm="a"),
        direction="down",
        relative=-0.2,
        relative_interval=Interval(-0.3, -0.1),
    )
    primary = dataclasses.replace(base.primary, pairs=(turned,))
    chapter = pairs_chapter(Voice(dataclasses.replace(base, metrics=(primary, *base.metrics[1:])), "en"))
    assert chapter is not None
    assert "25.0% higher with b than with a" in chapter.lead[0]
    assert "nothing is corrected" in chapter.lead[1]
    open_ = dataclasses.replace(turned, direction="open")
    primary = dataclasses.replace(base.primary, pairs=(open_,))
    chapter = pairs_chapter(Voice(dataclasses.replace(base, metrics=(primary, *base.metrics[1:])), "de"))
    assert chapter is not None
    assert "nicht nachweisbar" in chapter.lead[0]


def test_history_draws_every_run_the_pooled_line_and_the_prediction_without_a_dot() -> None:
    chapter = history_chapter(Voice(rich.everything(), "de"))
    assert chapter is not None
    rows = {row.name: row for row in chapter.forests[0].rows}
    assert len(rows) == 6 + 3
    assert rows["Alle Läufe zusammen"].strong
    prediction = rows["Nächster Lauf (Vorhersage)"].drawing
    assert prediction is not None
    assert not prediction.dot_shown
    assert "schrumpft der gemessene Uplift von +36,4\xa0% auf +31,1\xa0%" in chapter.forests[0].sentences[0]
    assert "99,8\xa0% Wahrscheinlichkeit" in chapter.forests[0].sentences[0]


def test_below_five_runs_nothing_is_shrunk_and_that_is_said() -> None:
    chapter = history_chapter(Voice(rich.young_programme(), "en"))
    assert chapter is not None
    assert "3 runs are too few for a prior" in chapter.forests[0].sentences[0]
    assert not any("shrunken" in row.name for row in chapter.forests[0].rows)


def test_a_chance_is_never_printed_as_certain() -> None:
    sure = dataclasses.replace(rich.history(), chance_better=0.99999)
    chapter = history_chapter(Voice(dataclasses.replace(cases.clear_win(), history=(sure,)), "de"))
    assert chapter is not None
    assert "über 99,9\xa0%" in chapter.forests[0].sentences[0]


def test_claims_carry_a_verdict_and_their_findings_in_words() -> None:
    chapter = claims_chapter(Voice(rich.everything(), "de"))
    assert chapter is not None
    backed, unbacked = chapter.items
    assert (backed.status, backed.word) == ("ok", "Gedeckt")
    assert (unbacked.status, unbacked.word) == ("warn", "Nicht gedeckt")
    assert "(UP608)" in unbacked.sentences[1]


def test_no_claim_is_backed_by_a_result_that_can_not_be_trusted() -> None:
    chapter = claims_chapter(Voice(rich.everything_untrusted(), "de"))
    assert chapter is not None
    assert all(item.status != "ok" for item in chapter.items)


def test_hostile_claims_stay_text() -> None:
    claim = ClaimReading("</p><script>alert(1)</script>" + "x" * 900, None, None, ("UP999", "<b>"))
    html = render(dataclasses.replace(cases.clear_win(), claims=(claim,)), language="de")
    assert "<script" not in html
    assert "<b>" not in html.split('id="claims"')[1].split("</section>")[0]


@pytest.mark.parametrize(
    "make",
    [
        segments_chapter,
        covariates_chapter,
        reached_chapter,
        triggered_chapter,
        pairs_chapter,
        history_chapter,
        claims_chapter,
    ],
)
def test_no_heading_stands_where_there_is_nothing(make: object) -> None:
    assert make(Voice(cases.clear_win(), "de")) is None  # type: ignore[operator]
