"""The workshop of who writes plugins: a folder to begin with, and the suite that all of them pass.

The suite (app/workshop/conformance.py) is one for `rihla plugin check`, for tests of plugins and
for what is installed in the browser. Not what plugins import (app.sdk).
"""
