"""Course content: reads folders of Markdown, checks them and renders lessons to safe HTML.

It is a library of values in, values out: no database, no web, no clock. What is published, to
whom and when is the business of `app.courses`. The format is described in docs/course-format.md.
"""
