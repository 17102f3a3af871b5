"""Starting the server: what cannot work is said before anything runs."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.serve import serve

PATIENCE = 60


def test_a_port_that_is_taken_ends_the_start_with_a_sentence(app):
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as other:
        port = other.getsockname()[1]
        said = CliRunner().invoke(serve, ["--port", str(port)])
    assert said.exit_code == 1
    assert f"Port {port} is taken" in said.output


def test_a_port_that_cannot_be_is_refused_with_a_sentence(app):
    said = CliRunner().invoke(serve, ["--port", "70000"])
    assert said.exit_code == 1
    assert "port 70000" in said.output


def children(pid):
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in found.split()]


def answers(address):
    try:
        return urllib.request.urlopen(address, timeout=5).status == 200  # noqa: S310  (our own)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def wait_for(true, what):
    until = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < until, what
        time.sleep(0.1)


def lives(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
def test_what_dies_is_started_again_and_one_signal_ends_all(committed_app, tmp_path):
    url = str(committed_app.config["SQLALCHEMY_DATABASE_URI"])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    given = {k: v for k, v in os.environ.items() if not k.startswith("RIHLA_")}
    given |= {"RIHLA_INSTANCE": str(tmp_path), "RIHLA_DATABASE_URL": url, "RIHLA_PUBLIC_URL": base}
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
    server = subprocess.Popen(command, env=given | {"RIHLA_LOG_LEVEL": "error"})
    seen = set()
    try:
        wait_for(lambda: answers(base + "/healthz"), "the server does not answer")
        for place in (0, 1):  # the web server, the worker for jobs
            first = children(server.pid)
            assert len(first) == 2
            seen |= {*first, *children(first[0])}
            if place == 0:
                time.sleep(3)  # a web server that ends at once ends the start
            for pid in (*children(first[place]), first[place]):
                os.kill(pid, signal.SIGKILL)
            wait_for(
                lambda old=first[place]: (
                    old not in children(server.pid) and len(children(server.pid)) == 2
                ),
                "it was not started again",
            )
            wait_for(lambda: answers(base + "/fr/courses"), "the server does not answer any more")
        seen |= {*children(server.pid), *children(children(server.pid)[0])}
        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE) == 0
        wait_for(lambda: not any(lives(pid) for pid in seen), "something is left running")
    finally:
        if server.poll() is None:
            server.terminate()
            server.wait(PATIENCE)
