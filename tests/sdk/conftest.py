"""The fixtures of the SDK."""

from app.sdk.testing import *  # noqa: F403
