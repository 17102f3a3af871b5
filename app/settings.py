"""Every setting of a site: its name, type, default and a sentence.

A setting `public_url` is read from `RIHLA_PUBLIC_URL` or from `public_url` in
`instance/settings.toml`; the environment wins. An unknown name stops the start.
"""

import contextlib
import difflib
import os
import re
import secrets
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar, Literal

NOT_SETTINGS = ("RIHLA_TEST_", "RIHLA_BENCH_", "RIHLA_INSTANCE")


class SettingsError(ValueError):
    """A setting is unknown or has a value that makes no sense."""


class Secret(str):
    """A string that never shows itself in a log, an error page or a listing."""

    def __repr__(self) -> str:
        return "Secret(…)"


def _setting(default: Any, help: str) -> Any:
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True)
class Settings:
    """What this site is told from outside. Frozen: a change means a new start."""

    instance: Path = _setting(
        Path("instance"), "Folder of this site: data, uploads, backups, keys."
    )
    database_url: str = _setting(
        "", "SQLAlchemy address of the database; empty: instance/data.sqlite."
    )
    secret_key: Secret = _setting(
        Secret(""), "Key that signs cookies; empty: kept in instance/secret.key."
    )
    public_url: str = _setting(
        "http://127.0.0.1:8212",
        "Address under which people reach the site; links in messages are built from it.",
    )
    trusted_hosts: tuple[str, ...] = _setting(
        (), "Further host names that may be asked for, beside the public address."
    )
    proxies: int = _setting(
        0, "Number of reverse proxies in front whose X-Forwarded headers count."
    )
    site_name: str = _setting("JobInTech", "Name of the site, as people see it.")
    default_language: Literal["fr", "ar", "en"] = _setting(
        "fr", "Language of a visitor whose browser asks for none of ours."
    )
    sign_up: Literal["open", "invitation", "closed"] = _setting(
        "open", "Who may create an account: anyone, invited people, nobody."
    )
    staff_second_factor: Literal["offer", "require"] = _setting(
        "offer", "Two-step sign-in of staff: offered, or required before anything else."
    )
    mail: Literal["folder", "smtp"] = _setting(
        "folder", "How mail leaves: written to instance/mail, or through SMTP."
    )
    smtp_url: Secret = _setting(
        Secret(""), "smtp://user:password@host:587 (STARTTLS) or smtps://…:465."
    )
    mail_from: str = _setting("JobInTech <no-reply@localhost>", "Sender of mails.")
    sms: Literal["none", "folder"] = _setting(
        "none", "How SMS leave: not at all (staff print codes), or written to instance/sms."
    )
    backup_folder: str = _setting(
        "", "Where backups are kept, best on another disk; empty: instance/backups."
    )
    backup_passphrase: Secret = _setting(
        Secret(""), "Encrypts backups; without it they cannot be opened. Empty: not encrypted."
    )
    backups_kept: int = _setting(14, "How many backups are kept; older ones are removed.")
    plugin_install: Literal["off", "catalog", "upload"] = _setting(
        "catalog", "How admins install plugins in the browser: not, from the catalog, by upload."
    )
    plugin_catalog: str = _setting(
        "", "Folder of the signed catalog of plugins; empty: instance/plugins/catalog."
    )
    plugin_folders: tuple[str, ...] = _setting(
        (),
        "Further folders with plugins, or of one plugin, for who writes them; each is trusted"
        " like the product.",
    )
    plugins_shipped: bool = _setting(True, "Find the plugins that come with the product.")
    plugins_safe_mode: bool = _setting(False, "Start without any plugin.")
    demo: bool = _setting(False, "Mark every page as a demonstration.")
    demo_password: Secret = _setting(
        Secret(""), "Password of the demonstration accounts; empty: one is made and printed."
    )
    project_upload_mb: int = _setting(
        10, "What one version of a project may weigh, all its files together, in megabytes."
    )
    max_body_mb: int = _setting(64, "Largest request that is read, in megabytes; uploads included.")
    password_hashes_at_once: int = _setting(
        2, "Password hashes computed at the same time in one process."
    )
    debug: bool = _setting(False, "Flask's debugger; refused when the public address is https.")
    log_level: Literal["debug", "info", "warning", "error"] = _setting(
        "info", "Least level that is logged."
    )
    testing: bool = _setting(False, "Set by the tests.")

    origins: ClassVar[Mapping[str, str]] = {}
    """Where each given value came from, by name; what is missing is the default."""

    def __post_init__(self) -> None:
        """Refuse what cannot work together. Raises SettingsError."""
        if self.debug and self.public_url.startswith("https:"):
            raise SettingsError("RIHLA_DEBUG must be off when RIHLA_PUBLIC_URL is https.")
        if self.mail == "smtp" and not self.smtp_url:
            raise SettingsError("RIHLA_MAIL is smtp: set RIHLA_SMTP_URL.")

    @property
    def database(self) -> str:
        """Return the address of the database, the embedded one by default."""
        return self.database_url or f"sqlite:///{self.instance.resolve() / 'data.sqlite'}"

    @property
    def https(self) -> bool:
        """Tell whether people reach the site over TLS."""
        return self.public_url.startswith("https:")


_current: Settings | None = None


def use_settings(settings: Settings) -> Settings:
    """Make these the settings of the process, and return them."""
    global _current
    _current = settings
    return settings


def get_settings() -> Settings:
    """Return the settings of the process; those of the environment when none were chosen."""
    return _current or use_settings(load_settings(Path("instance")))


@contextlib.contextmanager
def settings_kept() -> Iterator[None]:
    """Put the settings of the process back afterwards, also when none were chosen before."""
    global _current
    before = _current
    try:
        yield
    finally:
        _current = before


def load_settings(instance: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Read `settings.toml` in the instance folder, then the environment.

    Raises SettingsError that names the setting, for an unknown name also the nearest known one.
    """
    environment = os.environ if environment is None else environment
    instance = Path(environment.get("RIHLA_INSTANCE", instance)).resolve()
    given: dict[str, Any] = {"instance": instance}
    file = instance / "settings.toml"
    if file.exists():
        given |= {
            name: (value, str(file)) for name, value in tomllib.loads(file.read_text()).items()
        }
    for name, value in environment.items():
        if name.startswith("RIHLA_") and not name.startswith(NOT_SETTINGS):
            given[name.removeprefix("RIHLA_").lower()] = (value, name)
    known = {f.name: f for f in fields(Settings)}
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for name, pair in given.items():
        value, origin = pair if isinstance(pair, tuple) else (pair, "default")
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise SettingsError(f"Unknown setting {name} ({origin}){hint}")
        values[name] = _converted(name, known[name].type, value, origin)
        origins[name] = origin
    if not values.get("secret_key"):
        values["secret_key"] = _kept_key(instance)
        origins["secret_key"] = str(instance / "secret.key")
    settings = Settings(**values)
    object.__setattr__(settings, "origins", origins)
    return settings


def _converted(name: str, kind: Any, value: Any, origin: str) -> Any:
    choices = getattr(kind, "__args__", ()) if getattr(kind, "__origin__", None) is Literal else ()
    try:
        if choices and value not in choices:
            raise ValueError(f"one of {', '.join(choices)}")
        if kind is bool:
            return _as_bool(value)
        if kind is int:
            return int(value)
        if kind == tuple[str, ...]:
            return tuple(value.split(",")) if isinstance(value, str) else tuple(value)
    except (ValueError, TypeError) as error:
        raise SettingsError(f"{origin}: {name} cannot be {value!r}: {error}") from None
    return kind(value) if kind in (Path, Secret, str) else value


def _as_bool(value: Any) -> bool:
    text = str(value).lower()
    if text in ("1", "true", "yes", "on"):
        return True
    if text in ("", "0", "false", "no", "off"):
        return False
    raise ValueError("true or false")


def _kept_key(instance: Path) -> Secret:
    file = instance / "secret.key"
    if not file.exists():
        instance.mkdir(parents=True, exist_ok=True)
        fresh = file.with_suffix(f".{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(fresh, file)  # the first process wins, the others read what it wrote
        fresh.unlink()
    return Secret(file.read_text().strip())


@dataclass(frozen=True)
class SettingView:
    """A setting as people may see it."""

    name: str
    value: str
    origin: str
    help: str


def describe_settings(settings: Settings) -> list[SettingView]:
    """Return every setting with its value and origin; a secret only says whether it is set."""
    return [
        SettingView(
            f.name,
            _shown(getattr(settings, f.name)),
            settings.origins.get(f.name, "default"),
            f.metadata["help"],
        )
        for f in fields(Settings)
    ]


def _shown(value: Any) -> str:
    if isinstance(value, Secret):
        return "…" if value else ""
    if isinstance(value, tuple):
        return ",".join(value)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    # an address may hold a password: scheme://user:password@host
    return re.sub(r"(://[^:/@]*):[^@/]*@", r"\1:…@", text)


def settings_markdown() -> str:
    """Return docs/settings.md, made of the declarations."""
    lines = [
        "# Settings",
        "",
        "Made by `rihla settings --markdown` from `app/settings.py`. Each setting is read from the",
        "environment (`RIHLA_PUBLIC_URL`) or from `settings.toml` in the instance folder",
        "(`public_url`); the environment wins. An unknown name stops the start. `rihla settings`",
        "prints the values of a site and where each comes from.",
        "",
        "| setting | variable | values | default | what it is |",
        "|---|---|---|---|---|",
    ]
    for f in fields(Settings):
        kind = _kind(f.type)
        default = _shown(f.default)
        cell = f"`{default}`" if default else "(empty)"
        lines.append(
            f"| `{f.name}` | `RIHLA_{f.name.upper()}` | {kind} | {cell} | {f.metadata['help']} |"
        )
    return "\n".join(lines) + "\n"


def _kind(kind: Any) -> str:
    if getattr(kind, "__origin__", None) is Literal:
        return ", ".join(f"`{choice}`" for choice in kind.__args__)
    names = {bool: "`true`, `false`", int: "a number", Path: "a folder", Secret: "text, secret"}
    return names.get(kind, "texts, with commas" if kind is not str else "text")
