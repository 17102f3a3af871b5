"""A small exam day on real worker processes, and what the account of it finds."""

import pytest
from sqlalchemy import delete

from app.activities.models import AnswerEvent
from app.exams import examday
from app.exams.rehearsal import Figures, make_learners, make_site
from app.kernel.db import db, write
from tests.conftest import close

LEARNERS = 4


@pytest.mark.slow
@pytest.mark.only_sqlite
def test_every_answer_of_an_exam_day_is_accounted_for(tmp_path):
    app = make_site(tmp_path, f"sqlite:///{tmp_path}/exam.sqlite")
    *people, probe = make_learners(app, LEARNERS + 1)
    found = examday.rehearse(app, people, workers=2, threads=2, probe=probe, say=lambda _line: None)
    assert found.is_well, found
    assert len(found.times["save"]) >= LEARNERS * (examday.SAVES - 2)
    assert all(len(learner.kept) >= examday.SAVES - 2 for learner in people)

    with app.app_context():
        with write() as session:
            session.execute(delete(AnswerEvent).where(AnswerEvent.seq == 7))
        db.session.remove()
    again = Figures(statements=1)
    examday.reconcile(app, people, again)
    assert again.lost == LEARNERS
    assert not again.is_well
    close(app)
