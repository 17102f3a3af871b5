"""An instructor of one center reads and changes nothing of another's."""

from tests.centers.making import belong, make_center, make_cohort


def test_abuse_40_cohorts_of_another_center_are_not_there(client, sign_in, make_person):
    kenitra, rabat = make_center("kenitra"), make_center("rabat")
    learner = make_person("Learner of Rabat")
    cohort_id, cohort = make_cohort(rabat)
    belong(rabat, learner, cohort_id=cohort_id)
    sign_in(make_person(role="instructor", scope="center", scope_id=kenitra))
    for url in (
        f"/fr/c/rabat/cohorts/{cohort}",
        f"/fr/c/kenitra/cohorts/{cohort}",
        f"/fr/notices/to-cohort/{cohort}",
        f"/fr/notices/to-person/{learner.public_id}",
    ):
        answer = client.get(url)
        assert answer.status_code == 404, url
        assert "Rabat" not in answer.text


def test_abuse_40_a_trainer_of_one_cohort_sees_no_colleagues_cohort(client, sign_in, make_person):
    kenitra = make_center("kenitra")
    mine, my_page = make_cohort(kenitra, "DA-7")
    _, other = make_cohort(kenitra, "DA-8")
    sign_in(make_person(role="instructor", scope="cohort", scope_id=mine))
    assert client.get(f"/fr/c/kenitra/cohorts/{my_page}").status_code == 200
    assert client.get(f"/fr/c/kenitra/cohorts/{other}").status_code == 404
    assert "DA-8" not in client.get("/fr/c/kenitra/cohorts").text
    assert client.get(f"/fr/notices/to-cohort/{other}").status_code == 404
