"""Starting the server: what cannot work is said before anything runs."""

import socket

from click.testing import CliRunner

from app.serve import serve


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
