"""What is measured, a file each; the order is that of the table."""

ORDER = (
    "pages",
    "bytes",
    "writes",
    "passwords",
    "rendering",
    "search",
    "queue",
    "backup",
    "serving",
)
"""Parts that are not named here come after these."""
