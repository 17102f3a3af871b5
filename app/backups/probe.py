"""Starts the site on a restored copy and asks it for pages: `python -m app.backups.probe`.

Prints a JSON list of what is wrong as its last line. It runs in a process of its own, since an
application holds settings and hooks for the whole process.
"""

import json
import sys

PAGES = ("/readyz", "/fr/", "/fr/courses", "/ar/sign-in")


def probe() -> list[str]:
    """Bring the copy to this version's schema, walk its audit trail, ask for pages."""
    from app import create_app
    from app.kernel import audit, migrations
    from app.kernel.db import db

    app = create_app()
    with app.app_context():
        if migrations.head() and migrations.pending():
            migrations.upgrade()
        problems = [
            f"audit trail of center {fault.center_id}, entry {fault.seq}: {fault.reason}"
            for fault in audit.verify()
        ]
        db.session.remove()
    client = app.test_client()
    for page in PAGES:
        status = client.get(page).status_code
        if status != 200:
            problems.append(f"{page} answers {status}")
    return problems


if __name__ == "__main__":
    sys.stdout.write(json.dumps(probe()) + "\n")
