"""Measuring the site: `python -m tests.bench [part …]` ends with one table, beside the budgets.

Each file in `parts/` measures one thing: `DATABASES` says on which databases it is asked (none:
once, without a site), and `measure(site)` gives lines. A new part is a new file there.
"""
