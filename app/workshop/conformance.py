"""The suite that every plugin passes: `rihla plugin check`, tests, and the installer's rehearsal.

Nothing of the plugin runs in the process that asks. Files are looked at first; then a process with
limits, an empty environment and a site of its own loads the plugin and uses it.
"""

import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from app.plugins.discovery import THIRD_PARTY
from app.workshop import static
from app.workshop.rules import Finding, Report, from_lines

ROOT = Path(__file__).resolve().parent.parent.parent
MOST_OUTPUT = 4000
_INNER = """
import gc, resource, sys
gc.disable()  # until the application stands: it keeps what it imports
for name, most in {limits!r}:
    resource.setrlimit(getattr(resource, name), (most, most))
sys.path[:0] = {paths!r}
from app.workshop.inside import main
main({folder!r}, {needs!r}, {database!r}, {scratch!r}, {channel})
"""


@dataclass(frozen=True)
class Limits:
    """What the process of a plugin may use: seconds of the clock and of the processor, bytes."""

    seconds: float = 120
    processor: int = 90
    memory: int = 2 << 30
    file: int = 64 << 20


def examine(
    folder: Path,
    *,
    needs: tuple[Path, ...] = (),
    database_url: str = "",
    limits: Limits | None = None,
) -> Report:
    """Say everything that is wrong with the plugin in `folder`. Never raises for what it does.

    `folder` holds plugin.toml, and is named as the plugin or `rihla_` and the name; a folder that
    holds one such is looked into. `needs` are the folders of plugins that it requires.
    `database_url` is an empty database that is used up; without one, SQLite in a temporary folder.
    The files are only read: a plugin that fails here has run nowhere else.
    """
    folder = find_package(folder)
    name = folder.name.removeprefix(THIRD_PARTY)
    if not (folder / "plugin.toml").is_file():
        return Report(name, findings=(Finding("manifest", "There is no plugin.toml here."),))
    before = static.look(folder)
    if not before.is_good:
        return before
    inner = _run(folder, needs, database_url, limits or Limits())
    return replace(
        inner,
        plugin=before.plugin,
        version=before.version,
        findings=(*before.findings, *inner.findings),
        passed=(*before.passed, *inner.passed),
    )


def find_package(folder: Path) -> Path:
    """Return the folder with plugin.toml: this one, or the only one inside."""
    folder = folder.resolve()
    if (folder / "plugin.toml").is_file():
        return folder
    inside = sorted(path.parent for path in folder.glob("*/plugin.toml"))
    return inside[0] if len(inside) == 1 else folder


def _run(folder: Path, needs: tuple[Path, ...], database: str, limits: Limits) -> Report:
    with (
        tempfile.TemporaryDirectory(prefix="rihla-check-") as scratch,
        tempfile.TemporaryFile("w+") as channel,
        tempfile.TemporaryFile("w+", errors="replace") as output,
    ):
        code = _INNER.format(
            limits=[
                ("RLIMIT_AS", limits.memory),
                ("RLIMIT_CPU", limits.processor),
                ("RLIMIT_FSIZE", limits.file),
                ("RLIMIT_CORE", 0),
            ],
            paths=[str(ROOT)],
            folder=str(folder),
            needs=[str(find_package(need)) for need in needs],
            database=database,
            scratch=scratch,
            channel=channel.fileno(),
        )
        process = subprocess.Popen(  # noqa: S603  (our own interpreter and code)
            [sys.executable, "-I", "-c", code],
            cwd=scratch,
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "TMPDIR": scratch},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=(channel.fileno(),),
            start_new_session=True,
        )
        end = _wait(process, limits.seconds)
        output.seek(0)
        said = output.read()[-MOST_OUTPUT:]
        channel.seek(0)
        report, unended = from_lines(channel.readlines())
    if not end and not unended and report.passed:
        return replace(report, output=said)
    why = Finding(unended or "start", end or "It ended the process.", "", "error")
    return replace(report, findings=(*report.findings, why), output=said)


def _wait(process: "subprocess.Popen[bytes]", seconds: float) -> str:
    """Wait for the end; return what was wrong with it, or nothing."""
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return f"It did not come to an end within {seconds:.0f} seconds."
    finally:
        _end_group(process.pid)
    if code == 0:
        return ""
    if code < 0:
        return f"It ended the process: {signal.Signals(-code).name}."
    return f"It ended the process with {code}."


def _end_group(group: int) -> None:
    """End what the plugin may have started and left behind."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
