"""Several experiments analysed together: the same results, from one scan."""

from __future__ import annotations

from pathlib import Path

from tests.analysis.projects import AFTER, EXPERIMENT, START, draw
from uplift.analysis import analyze
from uplift.analysis.several import read_together
from uplift.assignment import assign
from uplift.results.json_form import to_json
from uplift.spec import load_study
from uplift.store import Store


def test_read_together_or_alone_gives_the_same_bytes(tmp_path: Path) -> None:
    drawn = draw(tmp_path / "s", contacts=1_500)
    folder = drawn.study.root / "experiments"
    (folder / "letter.yml").write_text(
        EXPERIMENT.replace("id: sale", "id: letter").replace("14d", "10d"), encoding="utf-8"
    )
    (folder / "nobody.yml").write_text(EXPERIMENT.replace("id: sale", "id: nobody"), encoding="utf-8")
    studies = [load_study(folder / f"{name}.yml") for name in ("sale", "letter", "nobody")]
    with Store.open(drawn.study.root / drawn.study.project.state) as store:
        assign(studies[1], on=START, store=store)
    drawn.order([(unit, "2026-03-05 10:00:00", f"{unit % 50}.00") for unit in drawn.arms if unit % 3 == 0])
    alone = [to_json(analyze(study, as_of=AFTER)) for study in studies[:2]]
    for kept in (drawn.study.root / ".uplift" / "units").iterdir():
        if kept.is_file() and kept.name.startswith(("units-", "days-")):
            kept.unlink()
    assert read_together(studies) == 2  # nobody is assigned to the third: its own analysis says so
    assert [to_json(analyze(study, as_of=AFTER)) for study in studies[:2]] == alone
    assert read_together(studies) == 0
