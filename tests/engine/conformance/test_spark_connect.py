"""Spark Connect, the way into a cluster: the same bits over sc://. In a process of its own, as Spark wants it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import os, sys
from dataclasses import replace
from pathlib import Path
from pyspark.sql import SparkSession
from tests.engine.conformance import shop
from tests.engine.conformance.tables import cells
from tests.engine.studies import measured
folder = Path(sys.argv[1])
settings = {"spark.sql.shuffle.partitions": "2", "spark.ui.enabled": "false", "spark.driver.memory": "1g"}
builder = SparkSession.builder.remote("local[2]")
for name, value in settings.items():
    builder = builder.config(name, value)
session = builder.getOrCreate()
os.environ["UPLIFT_LAKE"] = "sc://localhost:15002"
study, who = shop.study(folder, "integer", written="America/New_York"), shop.assigned(folder, "integer")
sources = dict(study.project.sources)
for name in ("orders", "mails"):
    query = f"select * from parquet.`{folder}/{name}.parquet`"
    sources[name] = sources[name].model_copy(update={"file": None, "query": query, "connection": "lake"})
there = replace(study, project=study.project.model_copy(update={"sources": sources}))
assert cells(measured(there, who)) == cells(measured(study, who))
print(type(session).__module__)
session.stop()
"""


@pytest.mark.slow
def test_spark_connect_gives_the_same_bits(tmp_path: Path) -> None:
    pytest.importorskip("grpc", reason="Spark Connect needs pyspark[connect]")
    from tests.engine.conformance import shop

    shop.write(tmp_path, "integer")
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    env = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "pyspark.sql.connect.session"
