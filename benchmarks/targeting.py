"""Learning and judging targeting against causalml's DR learner on the same contacts: CPU seconds, ratio, peak memory.

    python benchmarks/targeting.py [CONTACTS…]        # 64,000 256,000 1,000,000 by default

Each step runs in a process of its own, with one thread, so that CPU seconds mean the same on both sides. Ours holds
every contact out (cross-fitting), races three candidates and fits the model for contacts to come; causalml's fits with
the known probability and predicts the same contacts, with LightGBM as it comes. `metrics` are AUTOC, QINI, a gain curve
of twenty shares, a Qini curve and the uplift of the best 30 %, all with standard errors.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time

import numpy as np

FEATURES = 12
PEER_UP_TO = 256_000  # causalml is not asked for more: it would only take longer


def world(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Twelve features, half of the contacts treated, a tenth respond, an effect of two features."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(n, FEATURES)).astype(np.float32)
    arm = (rng.random(n) < 0.5).astype(np.int64)
    effect = 0.03 + 0.03 * (x[:, 0] > 0) + 0.02 * np.clip(x[:, 1], -1, 1)
    chance = 0.1 + 0.04 * np.clip(x[:, 2], -2, 2) + effect * arm
    return x, arm, (rng.random(n) < chance).astype(float)


def learned(n: int) -> dict[str, float]:
    """Our learner, everything that a target list needs."""
    from uplift.targeting.contracts import Feature, Features, Outcome, TargetingData
    from uplift.targeting.learner import Settings, learn

    x, arm, y = world(n)
    columns = tuple(Feature(f"x{j}", "number") for j in range(FEATURES))
    data = TargetingData(
        np.arange(n).astype(str), Features(x, columns), ("control", "mail"), arm, np.full((n, 2), 0.5),
        {"y": Outcome("y", "y", "proportion", y)},
    )  # fmt: skip
    import lightgbm  # noqa: F401  (the import is not the fit)

    def fit() -> object:
        return learn(data, "y", Settings(threads=1))

    return timed(fit)


def peer(n: int) -> dict[str, float]:
    """causalml's DR learner, fitted and asked for every contact."""
    x, arm, y = world(n)
    from uplift.targeting.causalml_learners import quiet

    with quiet():
        from causalml.inference.meta import BaseDRRegressor
        from lightgbm import LGBMRegressor

        def fit() -> object:
            model = BaseDRRegressor(learner=LGBMRegressor(n_jobs=1, verbosity=-1), control_name=0)
            model.fit(X=x, treatment=arm, y=y, p=np.full(n, 0.5))
            return model.predict(X=x, p=np.full(n, 0.5), verbose=False)

        return timed(fit)


def metrics(n: int) -> dict[str, float]:
    """All numbers about a ranking."""
    from uplift.targeting.curves import qini_curve, uplift_at
    from uplift.targeting.rate import autoc_of, gain_curve, qini_of, sorted_by

    x, arm, y = world(n)
    treated = arm == 1
    score = x[:, 0].astype(float)
    effects = np.where(treated, y - 0.1, 0.1 - y) * 2

    def judge() -> object:
        rows = sorted_by(score, effects)
        found = [autoc_of(rows).estimate(), qini_of(rows).estimate()]
        points = gain_curve(effects, score, shares=np.linspace(0.05, 1, 20))
        return found, points, qini_curve(y, treated, score), uplift_at(0.3, y, treated, score)

    return timed(judge)


def timed(act) -> dict[str, float]:
    """CPU and wall seconds of one call, and the peak memory of the process in MB."""
    cpu, wall = time.process_time(), time.perf_counter()
    act()
    return {
        "cpu": time.process_time() - cpu,
        "wall": time.perf_counter() - wall,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


STEPS = {"learned": learned, "peer": peer, "metrics": metrics}


def run(step: str, n: int) -> dict[str, float]:
    """One step in a process of its own, with one thread."""
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    done = subprocess.run(
        [sys.executable, "-P", __file__, "--step", step, str(n)], capture_output=True, text=True, check=True,
        env={**os.environ, **single},
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--step"]:
        print(json.dumps(STEPS[arguments[1]](int(arguments[2]))))
        return
    sizes = [int(a.replace("_", "")) for a in arguments] or [64_000, 256_000, 1_000_000]
    print(f"{'contacts':>10}  {'step':<8} {'CPU s':>7} {'wall s':>7} {'MB':>6}")
    for n in sizes:
        found = {step: run(step, n) for step in STEPS if step != "peer" or n <= PEER_UP_TO}
        for step, row in found.items():
            print(f"{n:>10,}  {step:<8} {row['cpu']:>7.2f} {row['wall']:>7.2f} {row['memory']:>6.0f}")
        if "peer" in found:
            ratio = found["learned"]["cpu"] / found["peer"]["cpu"]
            print(f"{'':>10}  ours / causalml's DR learner (CPU, fit and score): {ratio:.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
