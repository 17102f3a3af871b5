"""Ends the process at once while it is imported."""

import os

os._exit(1)
