"""A private PostgreSQL server for a test run: made, used and thrown away.

`find()` tells where the programs are, `start()` returns the server's address. The server refuses
to run as root, so it is started as the user `postgres` then.
"""

import atexit
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path


def find() -> Path | None:
    """Return the folder with initdb and pg_ctl, or None where PostgreSQL is not installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if path := shutil.which("initdb"):
        folders.append(Path(path).resolve().parent)
    return next((f for f in folders if (f / "initdb").exists() and (f / "pg_ctl").exists()), None)


def start() -> str:
    """Start a server on a free port of this machine and return its address."""
    programs = find()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed")
    home = Path(tempfile.mkdtemp(prefix="rihla-pg-", dir="/tmp"))  # postgres must reach it
    root = os.geteuid() == 0
    if root:
        user = pwd.getpwnam("postgres")
        os.chown(home, user.pw_uid, user.pw_gid)
    as_user = ["runuser", "-u", "postgres", "--"] if root else []
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = home / "data"
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -k {home} -c fsync=off "
        "-c full_page_writes=off -c synchronous_commit=off -c max_connections=200"
    )
    run = {"check": True, "capture_output": True, "cwd": "/"}
    init = [programs / "initdb", "-D", data, "-A", "trust", "-U", "rihla", "-E", "UTF8"]
    subprocess.run([*as_user, *init, "--locale=C.UTF-8"], **run)
    subprocess.run(
        [
            *as_user,
            programs / "pg_ctl",
            "-D",
            data,
            "-o",
            options,
            "-l",
            home / "log",
            "-w",
            "start",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
    )

    def stop() -> None:
        subprocess.run(
            [*as_user, programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"],
            capture_output=True,
            cwd="/",
            check=False,
        )
        shutil.rmtree(home, ignore_errors=True)

    atexit.register(stop)
    return f"postgresql://rihla@127.0.0.1:{port}"
