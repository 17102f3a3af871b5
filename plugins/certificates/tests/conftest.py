"""The fixtures of the SDK: a site with this plugin alone; a center with staff and a learner."""

import pytest

from app.sdk.testing import *  # noqa: F403


@pytest.fixture
def kenitra(center):
    return center()


@pytest.fixture
def base(kenitra):
    return f"/en/c/kenitra/x/certificates/{kenitra.cohort}"


@pytest.fixture
def staff(as_user, kenitra):
    return [as_user("manager", kenitra, name=name) for name in ("Hind", "Omar")]


@pytest.fixture
def amina(as_user, kenitra):
    return as_user("learner", kenitra, enrolled=True, name="Amina Tazi")
