"""The browser that looks at the app: Debian's Chromium."""

import shutil

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
"""Where it lies; None where it is not installed."""
MISSING = "Install chromium first: apt install chromium\n"
