"""Measuring the site: `python -m tests.bench` prints a table, each figure beside its budget."""
