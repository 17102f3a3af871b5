"""The fixtures of the SDK: a site with this plugin alone."""

from app.sdk.testing import *  # noqa: F403
