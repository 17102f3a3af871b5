"""Logs: one JSON object a line on standard error, with the request's id, without bodies.

Control characters are escaped by JSON, so that nobody forges a line.
"""

import json
import logging
import re
import sys
from typing import Any

import structlog

from app.settings import Secret, get_settings

_UNSEEN = re.compile("[\x7f-\x9f\u2028\u2029]")


def _hide_secrets(_logger: Any, _name: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {k: ("…" if isinstance(v, Secret) else v) for k, v in fields.items()}


def _dumps(fields: Any, **options: Any) -> str:
    # JSON leaves these as they are, and terminals and some readers act on them
    text = json.dumps(fields, ensure_ascii=False, **options)
    return _UNSEEN.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


def init_app(_app: object) -> None:
    """Send our logs and those of libraries to standard error as JSON."""
    level = getattr(logging, get_settings().log_level.upper())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _hide_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(_dumps)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=structlog.processors.JSONRenderer(_dumps),
            foreign_pre_chain=shared,
        )
    )
    root = logging.getLogger()
    if not get_settings().testing:
        root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING))


def get_logger() -> Any:
    """Return the logger; its methods take a short event name and fields."""
    return structlog.get_logger()
