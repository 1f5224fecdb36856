"""Which files changed against a git ref, so that a pull request is judged by what it brings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from uplift.errors import Place, Problem, ProjectError


def changed_since(ref: str, paths: Sequence[Path | str]) -> frozenset[Path]:
    """Files below the repositories of `paths` that differ from where the branch left `ref`; also uncommitted ones.

    Raises ProjectError (UP340) without git, outside a repository, for an unknown ref and for a history that is cut
    off before both meet.
    """
    roots = {_root(Path(path)) for path in paths}
    return frozenset(file for root in roots for file in _changed(root, ref))


def _root(path: Path) -> Path:
    folder = path if path.is_dir() else path.parent
    found = _git(folder, "rev-parse", "--show-toplevel", what=f"{folder.absolute()} is in no git repository")
    return Path(found.removesuffix("\n"))


def _changed(root: Path, ref: str) -> tuple[Path, ...]:
    tip = _git(
        root,
        *("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"),
        what=f"git knows no '{ref}' here",
        fix=f"fetch it first: git fetch origin {ref.removeprefix('origin/')} (GitHub Actions: fetch-depth: 0)",
    ).strip()
    base = _git(
        root,
        *("merge-base", tip, "HEAD"),
        what=f"the history is cut off before it meets '{ref}'",
        fix="fetch all of it: git fetch --unshallow (GitHub Actions: fetch-depth: 0; GitLab: GIT_DEPTH: 0)",
    ).strip()
    differing = _git(root, "diff", "--name-only", "-z", "--no-renames", base, "--")
    new = _git(root, "ls-files", "--others", "--exclude-standard", "-z")
    return tuple((root / name).resolve() for name in (differing + new).split("\0") if name)


def _git(folder: Path, *arguments: str, what: str = "", fix: str = "run it without --since") -> str:
    import subprocess

    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, check=False, stdin=subprocess.DEVNULL
        )
    except OSError as error:
        problem = Problem("UP340", f"git can't be run: {error.strerror or error}", "install git, or leave --since out")
        raise ProjectError(problem) from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ").splitlines()
        message = what or f"git {arguments[0]} failed"
        told = f" ({said[0]})" if said else ""
        raise ProjectError(Problem("UP340", f"{message}{told}", fix, Place(str(folder))))
    return done.stdout.decode(errors="surrogateescape")
