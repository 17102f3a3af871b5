"""Questions of other systems: read into a course after a look at them, and written for others.

Formats are brought by plugins (hooks.py). A file waits in a table between its preview and its
author's decision; then the questions are Markdown in a new version of the course, which nobody but
its authors sees.
"""

from flask import Flask

from app.accounts.hooks import PersonalData
from app.kernel.hooks import hooks as registry
from app.kernel.i18n import say
from app.questions import jobs, routes
from app.questions.cli import questions
from app.web.hooks import name_verbs

VERBS = {
    "questions.import": say("Questions imported"),
}


def init_app(app: Flask) -> None:
    """Register the pages, the command and the job."""
    name_verbs(VERBS)
    app.register_blueprint(routes.bp)
    app.cli.add_command(questions)
    jobs.register()
    registry.register(
        PersonalData,
        "question_upload",
        PersonalData(
            "question_upload",
            "person_id",
            ("file_name", "created_at"),
            "delete",
            words=say("The files of questions that you sent and have not decided about"),
        ),
    )
