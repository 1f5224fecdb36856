"""A keyring that keeps its entries in a file: what a machine without a desktop has instead of the system's own.

`PYTHON_KEYRING_BACKEND=tests.engine.file_keyring.FileKeyring` selects it, `KEYRING_FILE` says where the file is.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked


class FileKeyring(KeyringBackend):
    """Entries as JSON; an unreadable file is a locked keyring."""

    priority = -1  # chosen by its name only: whoever picks a keyring by priority shall not find it

    @property
    def _file(self) -> Path:
        return Path(os.environ["KEYRING_FILE"])

    def _entries(self) -> dict[str, str]:
        if not self._file.exists():
            return {}
        try:
            return dict(json.loads(self._file.read_text("utf-8")))
        except ValueError as error:
            raise KeyringLocked("the file is no keyring") from error

    def get_password(self, service: str, username: str) -> str | None:
        return self._entries().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._file.write_text(json.dumps(self._entries() | {f"{service}/{username}": password}), "utf-8")
