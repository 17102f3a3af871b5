"""Sending: the job, and the senders that the site brings itself."""

import contextlib
import os
import smtplib
import ssl
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

from app.kernel import clock
from app.kernel.db import db, write
from app.kernel.hooks import hooks
from app.kernel.jobs import JobType
from app.kernel.logs import get_logger
from app.messages import queries, services
from app.messages.hooks import Letter, Sender, Undeliverable
from app.settings import get_settings

SECONDS = 20
LOCAL = ("localhost", "127.0.0.1", "::1")


def send(message: str) -> None:
    """Send one message and remove it; a repeat after that does nothing."""
    found = queries.find_waiting(message)
    db.session.rollback()  # nothing is held while the network takes its time
    if found is None:
        return
    channel, letter = found
    sender = hooks.get(Sender, channel)
    if sender is None:
        raise RuntimeError(f"nobody sends on {channel} any more")
    try:
        sender.send(letter)
    except Undeliverable as refused:
        get_logger().warning("undeliverable", message=letter.id, reason=str(refused)[:200])
    with write():
        services.forget_message(message)


def as_mail(letter: Letter) -> EmailMessage:
    """Return the letter as a mail. Its Message-ID is the same each time."""
    settings = get_settings()
    host = urlsplit(settings.public_url).hostname or "localhost"
    name, sender = parseaddr(settings.mail_from)
    mail = EmailMessage()
    mail["From"] = Address(name, addr_spec=sender)
    mail["To"] = Address(addr_spec=letter.address)
    mail["Subject"] = letter.subject
    mail["Message-ID"] = f"<{letter.id}@{host}>"
    mail["Date"] = format_datetime(clock.now())
    mail["Content-Language"] = letter.language
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text, cte="base64" if not letter.text.isascii() else "7bit")
    return mail


def send_by_smtp(letter: Letter) -> None:
    """Send over SMTP, encrypted unless the server is this very machine."""
    url = urlsplit(str(get_settings().smtp_url))
    host, secure = url.hostname or "localhost", url.scheme == "smtps"
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if secure:
        server = smtplib.SMTP_SSL(host, url.port or 465, timeout=SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, url.port or 587, timeout=SECONDS)
    with server:
        server.ehlo()
        if not secure and (host not in LOCAL or server.has_extn("starttls")):
            server.starttls(context=context)
            server.ehlo()
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        try:
            server.send_message(as_mail(letter))
        except smtplib.SMTPRecipientsRefused as refused:
            codes = [code for code, _ in refused.recipients.values()]
            if all(code >= 500 for code in codes):
                raise Undeliverable(f"refused with {codes}") from None
            raise


def send_to_mail_folder(letter: Letter) -> None:
    """Write the mail into instance/mail."""
    _put(get_settings().instance / "mail", f"{letter.id}.eml", as_mail(letter).as_bytes())


def send_to_sms_folder(letter: Letter) -> None:
    """Write the SMS into instance/sms."""
    text = f"{letter.address}\n\n{letter.text}"
    _put(get_settings().instance / "sms", f"{letter.id}.txt", text.encode())


def _put(folder: Path, name: str, content: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f".{name}.{os.getpid()}"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(folder / name)
    finally:
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()


def forget_old() -> None:
    """Remove messages that never could be sent."""
    with write():
        services.forget_old(before=clock.now() - timedelta(days=services.KEPT_DAYS))


def register() -> None:
    """Register the senders that the settings choose, and the jobs."""
    settings = get_settings()
    mail = {"smtp": send_by_smtp, "folder": send_to_mail_folder}[settings.mail]
    hooks.register(Sender, "email", Sender(mail))
    if settings.sms == "folder":
        hooks.register(Sender, "sms", Sender(send_to_sms_folder))
    hooks.register(JobType, "messages.send", JobType(send, timeout=90))
    hooks.register(JobType, "messages.forget_old", JobType(forget_old, schedule="50 3 * * *"))
