"""Files of a plugin, in a folder of its own that is backed up with the site."""

import os
from pathlib import Path

from app.kernel.errors import Invalid, NotFound
from app.kernel.i18n import say
from app.settings import get_settings

MOST_BYTES = 50_000_000


class Files:
    """The files of one plugin. Names are paths below its folder, such as `2026/07/card.pdf`."""

    def __init__(self, plugin: str) -> None:
        self._plugin = plugin

    @property
    def _folder(self) -> Path:
        return get_settings().instance / "uploads" / "plugins" / self._plugin

    def _path(self, name: str) -> Path:
        parts = name.split("/")
        bad = any(part in ("", ".", "..") or part.startswith(".") for part in parts)
        if bad or "\\" in name or "\0" in name or len(name) > 200:
            raise Invalid(say("This cannot be the name of a file."))
        folder = self._folder.resolve()
        path = (folder / name).resolve()
        if not path.is_relative_to(folder):  # a link that leads outside
            raise Invalid(say("This cannot be the name of a file."))
        return path

    def write(self, name: str, content: bytes) -> None:
        """Keep a file; one of the same name is replaced, whole or not at all."""
        if len(content) > MOST_BYTES:
            raise Invalid(say("This file is too large, so it was not kept."))
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(3).hex()}")
        try:
            with fresh.open("wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)

    def read(self, name: str) -> bytes:
        """Return what a file holds. Raises NotFound."""
        try:
            return self._path(name).read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise NotFound from None

    def exists(self, name: str) -> bool:
        """Tell whether there is a file of that name."""
        return self._path(name).is_file()

    def delete(self, name: str) -> None:
        """Remove a file; one that is gone already is fine."""
        self._path(name).unlink(missing_ok=True)

    def list(self, below: str = "") -> list[str]:
        """Return the names of the files below a folder, or of all."""
        folder = self._path(below) if below else self._folder.resolve()
        found = (path for path in folder.rglob("*") if path.is_file())
        root = self._folder.resolve()
        return sorted(
            path.relative_to(root).as_posix() for path in found if not path.name.startswith(".")
        )
