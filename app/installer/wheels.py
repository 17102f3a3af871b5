"""Archives of plugins: read without executing anything, and made from a folder.

An archive is a wheel `rihla_<name>-<version>-py3-none-any.whl` with one package in it. What would
be dangerous to unpack, or is not what it says it is, is refused with a sentence.
"""

import ast
import base64
import configparser
import csv
import hashlib
import importlib.metadata
import io
import stat
import zipfile
from collections.abc import Callable
from email.parser import Parser
from pathlib import Path, PurePosixPath

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import Version

from app.installer.rules import (
    GROUP,
    MOST_ARCHIVE,
    MOST_ENTRIES,
    MOST_FILE,
    MOST_RATIO,
    MOST_UNPACKED,
    PREFIX,
    SUSPICIOUS,
    Package,
    Rejected,
)
from app.kernel.i18n import Sentence, say
from app.plugins.manifest import parse
from app.plugins.rules import Manifest, ManifestError, is_native

WATCHED = {
    "socket": "http:outbound",
    "urllib": "http:outbound",
    "http": "http:outbound",
    "requests": "http:outbound",
    "httpx": "http:outbound",
    "smtplib": "mail",
    "subprocess": "",
    "ctypes": "",
    "pickle": "",
    "marshal": "",
    "multiprocessing": "",
}
"""Modules worth a warning, with the capability that announces them."""


def read_package(data: bytes, file: str) -> Package:
    """Look at an archive without executing any of it. Raises Rejected with what is wrong."""
    if len(data) > MOST_ARCHIVE:
        raise Rejected(
            say("The file is too large: %(most)s MB is the most.", most=MOST_ARCHIVE >> 20)
        )
    name, version = _named(file)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            _check_entries(infos)
            top, info_dir = _tops(infos)
            files = {i.filename: archive.read(i) for i in infos if not i.is_dir()}
    except (zipfile.BadZipFile, RuntimeError, EOFError, NotImplementedError, OSError):
        raise Rejected(say("This is not an archive, or it is damaged.")) from None
    _check_record(files, f"{info_dir}/RECORD")
    manifest = _manifest(files, top)
    _check_names(manifest, top, name, version, files, info_dir)
    _check_needs(files, info_dir)
    return Package(
        manifest,
        file,
        len(data),
        sum(len(content) for content in files.values()),
        hashlib.sha256(data).hexdigest(),
        tuple(_look_at_code(files, manifest)),
        files.get(f"{top}/CHANGELOG.md", b"").decode("utf-8", "replace")[:100_000],
    )


def _named(file: str) -> tuple[str, Version]:
    try:
        name, version, _, _ = parse_wheel_filename(file)
    except InvalidWheelFilename:
        raise Rejected(
            say(
                "The file must be named %(example)s; this one is named %(name)s.",
                example=f"{PREFIX}example-1.0-py3-none-any.whl",
                name=file[:100],
            )
        ) from None
    return name, version


def _check_entries(infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MOST_ENTRIES:
        raise Rejected(
            say("It holds %(n)s files; %(most)s is the most.", n=len(infos), most=MOST_ENTRIES)
        )
    seen: set[str] = set()
    total = 0
    for info in infos:
        _check_entry(info)
        folded = info.filename.rstrip("/").casefold()
        if folded in seen:
            raise Rejected(say("It holds %(file)s twice.", file=info.filename))
        seen.add(folded)
        total += info.file_size
        if info.file_size > MOST_FILE or total > MOST_UNPACKED:
            raise Rejected(say("Unpacked it is larger than %(most)s MB.", most=MOST_UNPACKED >> 20))


def _check_entry(info: zipfile.ZipInfo) -> None:
    name, path, mode = info.orig_filename, PurePosixPath(info.filename), info.external_attr >> 16
    odd = not name.isprintable() or "\\" in name or ":" in name or "\0" in name
    if odd or name.startswith("/") or ".." in path.parts or not path.parts:
        raise Rejected(say("It wants to write outside its folder: %(file)s.", file=repr(name)))
    if mode and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_IFMT(mode) == 0):
        raise Rejected(say("%(file)s is a link or a device, not a file.", file=name))
    if info.flag_bits & 1:
        raise Rejected(say("%(file)s is encrypted.", file=name))
    packed = max(1, info.compress_size)
    if info.file_size > SUSPICIOUS and info.file_size / packed > MOST_RATIO:
        raise Rejected(say("%(file)s is blown up when it is unpacked.", file=name))
    if path.suffix == ".pth" or path.parts[0].endswith(".data"):
        raise Rejected(say("%(file)s would run by itself: it may not be here.", file=name))


def _tops(infos: list[zipfile.ZipInfo]) -> tuple[str, str]:
    """Return the names of the package and of its dist-info folder."""
    tops = {PurePosixPath(info.filename).parts[0] for info in infos}
    described = sorted(top for top in tops if top.endswith(".dist-info"))
    packages = sorted(tops - set(described))
    if len(described) != 1:
        raise Rejected(say("It is not a wheel: its description (.dist-info) is missing."))
    if len(packages) != 1:
        raise Rejected(
            say("It holds more than one package: %(names)s.", names=", ".join(packages) or "–")
        )
    if not packages[0].startswith(PREFIX):
        raise Rejected(
            say(
                "Its package is named %(name)s; it must begin with %(prefix)s.",
                name=packages[0],
                prefix=PREFIX,
            )
        )
    return packages[0], described[0]


def _check_record(files: dict[str, bytes], record: str) -> None:
    try:
        rows = csv.reader(io.StringIO(files[record].decode("utf-8")))
        wanted = {row[0]: row[1] for row in rows if row}
    except (KeyError, IndexError, UnicodeDecodeError, csv.Error):
        raise Rejected(say("Its list of files (RECORD) is missing or damaged.")) from None
    for name, content in files.items():
        if name == record:
            continue
        if wanted.pop(name, "") != _fingerprint(content):
            raise Rejected(say("%(file)s is not what its list of files says.", file=name))
    missing = sorted(name for name in wanted if name != record)
    if missing:
        raise Rejected(say("%(file)s is in its list of files and missing.", file=missing[0]))


def _fingerprint(content: bytes) -> str:
    digest = hashlib.sha256(content).digest()
    return "sha256=" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _manifest(files: dict[str, bytes], top: str) -> Manifest:
    try:
        return parse(files[f"{top}/plugin.toml"].decode("utf-8"))
    except KeyError:
        raise Rejected(say("It has no plugin.toml.")) from None
    except UnicodeDecodeError:
        raise Rejected(say("plugin.toml is not UTF-8 text.")) from None
    except ManifestError as error:
        raise Rejected(error.sentence) from None


def _check_names(
    manifest: Manifest,
    top: str,
    name: str,
    version: Version,
    files: dict[str, bytes],
    info_dir: str,
) -> None:
    wanted = f"{PREFIX}{manifest.name}"
    if top != wanted or name.replace("-", "_") != wanted:
        raise Rejected(
            say(
                "plugin.toml calls it %(name)s, so its package and file must be named %(wanted)s.",
                name=manifest.name,
                wanted=wanted,
            )
        )
    if Version(manifest.version) != version:
        raise Rejected(
            say(
                "The file says version %(file)s, plugin.toml %(toml)s.",
                file=str(version),
                toml=manifest.version,
            )
        )
    points = configparser.ConfigParser(interpolation=None)
    points.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        points.read_string(files.get(f"{info_dir}/entry_points.txt", b"").decode("utf-8"))
    except (configparser.Error, UnicodeDecodeError):
        raise Rejected(say("Its entry points cannot be read.")) from None
    if points.sections() != [GROUP] or dict(points[GROUP]) != {manifest.name: top}:
        raise Rejected(say("Its only entry point must be [%(group)s].", group=GROUP))


def _check_needs(files: dict[str, bytes], info_dir: str) -> None:
    """Refuse what needs packages that are not here: nothing is fetched from the network."""
    meta = Parser().parsestr(files.get(f"{info_dir}/METADATA", b"").decode("utf-8", "replace"))
    for line in meta.get_all("Requires-Dist") or ():
        try:
            need = Requirement(line)
        except InvalidRequirement:
            raise Rejected(say("It needs %(need)s: that says nothing.", need=line[:80])) from None
        if need.marker and not need.marker.evaluate({"extra": ""}):
            continue
        try:
            has = importlib.metadata.version(need.name)
        except importlib.metadata.PackageNotFoundError:
            raise Rejected(
                say(
                    "It needs the Python package %(need)s, which is not on this server. Nothing "
                    "is fetched from the network: whoever runs the server can add it.",
                    need=str(need),
                )
            ) from None
        if not need.specifier.contains(has, prereleases=True):
            raise Rejected(
                say(
                    "It needs the Python package %(need)s; %(has)s is here.",
                    need=str(need),
                    has=has,
                )
            )


def _look_at_code(files: dict[str, bytes], manifest: Manifest) -> list[Sentence]:
    """Refuse what is not Python; return what an admin should know about the rest."""
    warnings = []
    for name, content in sorted(files.items()):
        if is_native(name):
            warnings.append(say("%(file)s is machine code that nobody can read.", file=name))
        if not name.endswith(".py"):
            continue
        try:
            tree = ast.parse(content)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise Rejected(
                say("%(file)s is not Python: %(why)s", file=name, why=str(error)[:120])
            ) from None
        for module in sorted(_imports(tree) & WATCHED.keys()):
            if WATCHED[module] not in manifest.uses:
                warnings.append(
                    say(
                        "%(file)s uses %(module)s, which it does not announce.",
                        file=name,
                        module=module,
                    )
                )
    return warnings


def _imports(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def unpack(data: bytes, into: Path) -> None:
    """Write the files of an archive that `read_package` found good. Overwrites nothing."""
    root = into.resolve()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            target = (root / info.filename).resolve()
            if not target.is_relative_to(root):
                raise Rejected(
                    say("It wants to write outside its folder: %(file)s.", file=info.filename)
                )
            if info.is_dir():
                target.mkdir(parents=True, exist_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as out:
                out.write(archive.read(info))
            target.chmod(0o444)


def pack(folder: Path) -> tuple[str, bytes]:
    """Make an archive of a plugin's folder and return its file name and content.

    The same folder always gives the same bytes. A folder of the product (`plugins/<name>`) becomes
    the package `rihla_<name>`; its own imports are changed with it. The change log of a project
    (`rihla plugin new --wheel`) stands beside the package and goes into it. Raises Rejected.
    """
    try:
        manifest = parse((folder / "plugin.toml").read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        raise Rejected(say("It has no plugin.toml.")) from None
    except ManifestError as error:
        raise Rejected(error.sentence) from None
    top = f"{PREFIX}{manifest.name}"
    rename = _renaming(manifest.name)
    files = {
        f"{top}/{path.relative_to(folder).as_posix()}": rename(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not _is_left_out(path.relative_to(folder))
    }
    beside = folder.with_name("CHANGELOG.md")  # admins read it before they upgrade
    if beside.is_file() and folder.with_name("pyproject.toml").is_file():
        files.setdefault(f"{top}/CHANGELOG.md", beside.read_bytes())
    info_dir = f"{top}-{manifest.version}.dist-info"
    files |= _described(manifest, top, info_dir)
    lines = [f"{name},{_fingerprint(content)},{len(content)}" for name, content in files.items()]
    files[f"{info_dir}/RECORD"] = "\n".join([*lines, f"{info_dir}/RECORD,,", ""]).encode()
    file = f"{top}-{manifest.version}-py3-none-any.whl"
    data = _zipped(files)
    read_package(data, file)
    return file, data


def _is_left_out(path: Path) -> bool:
    first = path.parts[0]
    hidden = any(part.startswith(".") or part == "__pycache__" for part in path.parts)
    return hidden or first in ("tests", "dist", "build") or path.suffix in (".pyc", ".whl", ".sig")


def _renaming(name: str) -> Callable[[Path], bytes]:
    """Return what reads a file and lets it import itself under the name of the archive."""

    def read(path: Path) -> bytes:
        content = path.read_bytes()
        if path.suffix != ".py" or f"plugins.{name}".encode() not in content:
            return content
        try:
            return _renamed(content, name)
        except SyntaxError:  # `read_package` says so with the file's name
            return content

    return read


def _renamed(content: bytes, name: str) -> bytes:
    text, own = content.decode("utf-8"), f"plugins.{name}"
    lines = text.splitlines(keepends=True)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            named = [node.module or ""]
        elif isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        else:
            continue
        if any(module == own or module.startswith(f"{own}.") for module in named):
            line = lines[node.lineno - 1]
            lines[node.lineno - 1] = line.replace(own, f"{PREFIX}{name}")
    return "".join(lines).encode()


def _described(manifest: Manifest, top: str, info_dir: str) -> dict[str, bytes]:
    meta = f"Metadata-Version: 2.1\nName: {top}\nVersion: {manifest.version}\n"
    wheel = "Wheel-Version: 1.0\nGenerator: rihla\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    return {
        f"{info_dir}/METADATA": meta.encode(),
        f"{info_dir}/WHEEL": wheel.encode(),
        f"{info_dir}/entry_points.txt": f"[{GROUP}]\n{manifest.name} = {top}\n".encode(),
    }


def _zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return out.getvalue()
