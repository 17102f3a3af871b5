"""The command `rihla bench exam`."""

import tempfile
from pathlib import Path

import click
from flask.cli import AppGroup

from app.exams import examday, faults
from app.exams.rehearsal import Figures, make_learners, make_site

bench = AppGroup("bench", help="Measure what this machine carries, on a site of its own.")


@bench.command("exam", with_appcontext=False)
@click.option("--learners", default=3000, show_default=True, help="People who sit the exam.")
@click.option("--database", default="", help="Address of an empty database; SQLite if none.")
@click.option("--workers", default=2, show_default=True, help="Web processes.")
@click.option("--threads", default=4, show_default=True, help="Requests at once in each.")
def exam(learners: int, database: str, workers: int, threads: int) -> None:
    """Rehearse an exam day: begin, 60 saves each, close; account for every answer.

    Ends with 1 when an answer was lost, doubled or accepted late, or a request failed.
    """
    with tempfile.TemporaryDirectory(prefix="rihla-bench-") as folder:
        url = database or f"sqlite:///{folder}/exam.sqlite"
        app = make_site(Path(folder), url)
        people = make_learners(app, learners + 1)
        found = examday.rehearse(
            app, people[:-1], workers=workers, threads=threads, probe=people[-1], say=click.echo
        )
    _print(found)
    raise SystemExit(0 if found.is_well else 1)


@bench.command("faults", with_appcontext=False)
@click.option("--runs", default=10_000, show_default=True, help="Short attempts.")
@click.option("--database", default="", help="Address of an empty database; SQLite if none.")
def on_bad_networks(runs: int, database: str) -> None:
    """Sit short exams on the worst of networks; ends with 1 when anything was lost or gained."""
    with tempfile.TemporaryDirectory(prefix="rihla-bench-") as folder:
        app = make_site(Path(folder), database or f"sqlite:///{folder}/exam.sqlite")
        found = faults.run_all(app, make_learners(app, 1)[0], runs)
    click.echo(f"{found.runs} runs, {found.requests} requests: {found.faults}")
    click.echo(f"lost: {found.lost}, doubled: {found.doubled}, seconds gained: {found.gained}")
    for fault in found.strange[:5]:
        click.echo(f"  answered strangely: {fault}")
    raise SystemExit(0 if found.is_well else 1)


def _print(found: Figures) -> None:
    click.echo("")
    click.echo(f"{'':8}{'requests':>10}{'p50 ms':>10}{'p99 ms':>10}{'CPU ms':>10}")
    for name, times in found.times.items():
        cpu = 1000 * found.cpu[name] / len(times)
        half, most = examday.percentile(times, 0.5), examday.percentile(times, 0.99)
        click.echo(f"{name:8}{len(times):>10}{half:>10.1f}{most:>10.1f}{cpu:>10.2f}")
    click.echo(f"statements of a save: {found.statements}")
    click.echo(f"errors: {len(found.errors)}, sent again: {found.again}")
    for fault in found.errors[:5]:
        click.echo(f"  {fault}")
    click.echo(
        f"lost: {found.lost}, doubled: {found.doubled}, accepted late: {found.late}, "
        f"left open: {found.open}"
    )
