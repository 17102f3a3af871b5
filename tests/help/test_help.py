import pytest

from app.accounts.hooks import PersonalData
from app.kernel.hooks import hooks
from app.kernel.i18n import translate
from tests.centers.making import make_center

FOOT = ("help", "offline", "personal-data", "accessibility")


@pytest.mark.parametrize("page", ["", "courses", "sign-in", "no-such-page", *FOOT])
def test_every_page_ends_with_links_to_pages_that_a_visitor_can_open(client, database, page):
    foot = client.get(f"/en/{page}").text.split("<footer")[1]
    for name in FOOT:
        assert f'href="/en/{name}"' in foot
    assert all(client.get(f"/en/{name}").status_code == 200 for name in FOOT)


@pytest.mark.parametrize(("lang", "name"), [("fr", "Code 212 Rabat"), ("ar", "كود 212 الرباط")])
def test_help_names_the_open_centers_and_no_others(client, database, lang, name):
    make_center("rabat", name="Code 212 Rabat", name_ar="كود 212 الرباط", state="open")
    make_center("oujda", name="Hidden", name_ar="Hidden", state="planned")
    page = client.get(f"/{lang}/help").text
    assert name in page
    assert "Hidden" not in page


def test_without_sms_nobody_is_told_to_wait_for_one(client, database):
    assert "the staff of your center print a code for you" in client.get("/en/help").text


def test_the_page_on_personal_data_names_all_that_features_declare(client, database):
    page = client.get("/en/personal-data").get_data(as_text=True)
    declared = [data for _, data in hooks.collect(PersonalData)]
    assert len(declared) > 5
    for data in declared:
        assert translate(data.words).replace("'", "&#39;") in page, data.table
