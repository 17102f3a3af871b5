"""Passwords: what a hash costs, and whether a refused sign-in tells who has an account."""

import statistics
import time
from collections.abc import Iterator

from app.demo.rules import DOMAIN
from app.kernel.db import db, write
from app.signin.rules import hash_password, verify_password
from app.throttling.models import Throttle
from tests.bench.site import Site, ask, cpu_ms, request
from tests.bench.table import Line

DATABASES = ("sqlite",)
TRIES = 500


def measure(site: Site) -> Iterator[Line]:
    """Hash and verify; then refuse a known and an unknown address in turns."""
    kept = hash_password("une phrase assez longue")
    words = kept.split("$")[3]
    yield Line(
        "argon2id: hash", cpu_ms(lambda: hash_password("x" * 12), 3, 3), "ms CPU", more=words
    )
    verify = cpu_ms(lambda: verify_password(kept, "une autre phrase"), 3, 3)
    yield Line("argon2id: verify", verify, "ms CPU")
    known, unknown = _refusals(site)
    middle = statistics.median(known), statistics.median(unknown)
    assert min(middle) > verify / 2, "a refused sign-in did not verify a hash"
    scatter = (statistics.stdev(known) ** 2 + statistics.stdev(unknown) ** 2) ** 0.5
    yield Line("sign-in refused, known address", middle[0], "ms CPU")
    yield Line("sign-in refused, unknown address", middle[1], "ms CPU")
    yield Line(
        "difference of the two",
        abs(middle[0] - middle[1]),
        "ms CPU",
        more=f"{TRIES} tries each; one try scatters by {scatter:.2f}",
    )


def _refusals(site: Site) -> tuple[list[float], list[float]]:
    spent: dict[str, list[float]] = {"learner": [], "nobody": []}
    site.app.config["WTF_CSRF_ENABLED"] = False  # the forms' token is no part of this
    try:
        for turn in range(TRIES):
            for name in spent if turn % 2 else reversed(spent):
                _forget_tries(site)
                address = f"{name}%40{DOMAIN}" if name == "learner" else f"{name}{turn}%40{DOMAIN}"
                body = f"email={address}&password=pas+la+bonne+phrase".encode()
                begun = time.process_time()
                answer = ask(site.app, request("/fr/sign-in", "POST", body))
                spent[name].append((time.process_time() - begun) * 1000)
                assert answer.status == 422, answer.status
    finally:
        site.app.config["WTF_CSRF_ENABLED"] = True
    return spent["learner"], spent["nobody"]


def _forget_tries(site: Site) -> None:
    with site.app.app_context():
        with write() as session:
            session.query(Throttle).delete()
        db.session.remove()
