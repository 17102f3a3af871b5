import email
import smtplib
import socketserver
import threading
from email.policy import default

import pytest
from sqlalchemy import func, select

from app.kernel import jobs
from app.kernel.db import db, write
from app.kernel.i18n import say
from app.kernel.jobs import Job
from app.messages import rules, services
from app.messages.hooks import Letter, Undeliverable
from app.messages.jobs import as_mail, send_by_smtp, send_to_mail_folder
from app.messages.models import Message
from app.settings import Secret, get_settings, use_settings

LETTER = Letter("abc", "amina@example.org", "Bonjour", "Un mot.\n", "fr")


def send(**changes):
    given = {
        "channel": "email",
        "address": "amina@example.org",
        "subject": say("A new password"),
        "body": [say("Your code for the sign-up:"), "SECRET-CODE"],
        "language": "fr",
    }
    with write():
        services.send(**(given | changes))


def mails(app):
    return sorted((app.extensions["settings"].instance / "mail").glob("*.eml"))


def test_a_message_is_written_to_the_folder_and_its_secret_is_gone_from_the_database(app, database):
    before = set(mails(app))
    send()
    assert "SECRET-CODE" in db.session.scalar(select(Message.text))
    assert "SECRET-CODE" not in str(db.session.scalars(select(Job.args)).all())
    jobs.drain()
    (new,) = set(mails(app)) - before
    mail = email.message_from_bytes(new.read_bytes(), policy=default)
    assert mail["To"] == "amina@example.org"
    assert "SECRET-CODE" in mail.get_content()
    assert db.session.scalar(select(func.count()).select_from(Message)) == 0


def test_nothing_is_sent_when_the_transaction_is_undone(database):
    def fail():
        with write():
            services.send(
                channel="email",
                address="a@example.org",
                subject=say("A new password"),
                body=[],
                language="fr",
            )
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert db.session.scalar(select(func.count()).select_from(Message)) == 0
    assert db.session.scalar(select(func.count()).select_from(Job)) == 0


def test_the_same_key_sends_once(database):
    send(key="welcome:1")
    send(key="welcome:1")
    assert db.session.scalar(select(func.count()).select_from(Message)) == 1


def test_a_repeat_has_the_same_message_id_and_takes_the_same_place(app, database):
    send_to_mail_folder(LETTER)
    send_to_mail_folder(LETTER)
    assert as_mail(LETTER)["Message-ID"] == "<abc@localhost>"
    folder = app.extensions["settings"].instance / "mail"
    assert [p.name for p in folder.iterdir() if "abc" in p.name] == ["abc.eml"]


def test_a_name_forges_no_header(database):
    send(subject=say("Hello %(name)s", name="x\r\nBcc: all@example.org"))
    subject = db.session.scalar(select(Message.subject))
    assert "\n" not in subject
    assert "\r" not in subject


def test_arabic_runs_from_the_right_and_links_stand_alone():
    text = rules.compose([say("Amina"), "https://example.org/x"], "ar")
    first, second = text.strip().split("\n\n")
    assert first.startswith("\N{RIGHT-TO-LEFT MARK}")
    assert second == "https://example.org/x"


def test_without_a_sender_a_phone_cannot_be_reached_and_nothing_is_kept(database):
    assert services.can_reach("email")
    assert not services.can_reach("phone")
    send(channel="sms", address="+212612345678")
    assert db.session.scalar(select(func.count()).select_from(Message)) == 0


class Server(socketserver.StreamRequestHandler):
    """Speaks just enough SMTP."""

    def handle(self):
        self.server.said = said = []
        self.wfile.write(b"220 test\r\n")
        for raw in self.rfile:
            line = raw.decode().strip()
            said.append(line)
            word = line.split(" ")[0].upper()
            if word == "RCPT" and "nobody" in line:
                self.wfile.write(b"550 no such person\r\n")
            elif word == "DATA":
                self.wfile.write(b"354 go on\r\n")
                while self.rfile.readline() != b".\r\n":
                    pass
                self.wfile.write(b"250 taken\r\n")
            else:
                self.wfile.write(b"221 bye\r\n" if word == "QUIT" else b"250 ok\r\n")
            if word == "QUIT":
                return


@pytest.fixture
def smtp(app):
    with socketserver.TCPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        old = get_settings()
        changed = {
            **old.__dict__,
            "smtp_url": Secret(f"smtp://127.0.0.1:{server.server_address[1]}"),
        }
        use_settings(type(old)(**changed))
        yield server
        use_settings(old)
        server.shutdown()


def test_mail_goes_over_smtp(smtp):
    send_by_smtp(LETTER)
    assert any(line.lower() == "rcpt to:<amina@example.org>" for line in smtp.said)


def test_a_mailbox_that_does_not_exist_is_not_tried_again(smtp):
    with pytest.raises(Undeliverable):
        send_by_smtp(Letter("abd", "nobody@example.org", "S", "T", "fr"))


def test_a_server_that_is_away_is_tried_again(app, database, monkeypatch):
    def away(*_args, **_more):
        raise smtplib.SMTPServerDisconnected("away")

    monkeypatch.setattr("app.messages.jobs._put", away)
    send()
    jobs.drain(limit=1)
    assert db.session.scalar(select(func.count()).select_from(Message)) == 1
    assert db.session.scalar(select(Job.state)) == "ready"


def test_the_command_says_how_it_went(app, database):
    result = app.test_cli_runner().invoke(args=["messages", "test", "a@example.org"])
    assert "handed over" in result.output
    result = app.test_cli_runner().invoke(args=["messages", "test", "+212612345678"])
    assert result.exit_code == 1
    assert "no way to send sms" in result.output
