"""The gradebook: what the marks of a course add up to, and why.

Only the arithmetic so far, in `rules`: categories with weights, lowest marks dropped, marks that a
person overrode, and each total with the way to it. Marks themselves are kept by `app.activities`.
"""
