"""Measure and print: `python -m tests.bench [part …]`. Nothing here fails; tests hold counts."""

import argparse
import os
import pkgutil
import platform
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

from tests import postgresql
from tests.bench import parts
from tests.bench.site import site
from tests.bench.table import Row, rows_as_text

BUSY = 1.0


def known_parts() -> dict[str, ModuleType]:
    """Return the parts by name, in the order of the table."""
    names = [found.name for found in pkgutil.iter_modules(parts.__path__)]
    first = [name for name in parts.ORDER if name in names]
    ordered = first + [name for name in names if name not in first]
    return {name: import_module(f"{parts.__name__}.{name}") for name in ordered}


def measured(chosen: dict[str, ModuleType], kinds: list[str]) -> Iterator[Row]:
    """Measure what needs no site, then each database with one site for all its parts."""
    for name, part in chosen.items():
        if not part.DATABASES:
            yield from _rows(name, "", part, None)
    for kind in kinds:
        asked = {name: part for name, part in chosen.items() if kind in part.DATABASES}
        if asked:
            _say(f"a site with the demonstration on {kind}")
            with site(kind) as found:
                for name, part in asked.items():
                    yield from _rows(name, kind, part, found)


def _rows(name: str, kind: str, part: ModuleType, found: object) -> Iterator[Row]:
    begun = time.monotonic()
    for line in part.measure(found):
        yield Row(name, kind, line)
    _say(f"{name} {kind}: {time.monotonic() - begun:.0f} s")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def main() -> None:
    """Measure the parts that are named, or all, on SQLite and PostgreSQL."""
    every = known_parts()
    reader = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    reader.add_argument("part", nargs="*", help=f"of {', '.join(every)}")
    reader.add_argument("--database", choices=("sqlite", "postgresql"), help="only this one")
    given = reader.parse_args()
    if unknown := set(given.part) - every.keys():
        reader.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(every)}")
    chosen = {name: part for name, part in every.items() if name in (given.part or every)}
    kinds = [given.database] if given.database else ["sqlite", "postgresql"]
    left_out = "postgresql" in kinds and not postgresql.find()
    if left_out:
        kinds.remove("postgresql")
    begun, load = time.monotonic(), os.getloadavg()[0]
    rows = list(measured(chosen, kinds))
    order = list(every)
    rows.sort(key=lambda row: order.index(row.part))
    print(f"{_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"measured in {time.monotonic() - begun:.0f} s\n")
    print(rows_as_text(rows))
    if left_out:
        print("\nPostgreSQL is not installed: its figures were left out.")
    if load > BUSY:
        print(f"\nOthers were busy on this machine (load {load:.1f}): times are too high.")


if __name__ == "__main__":
    main()
