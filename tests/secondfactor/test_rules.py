from datetime import UTC, datetime, timedelta

import pytest

from app.secondfactor import rules

RFC_KEY = b"12345678901234567890"
NOW = datetime(2026, 3, 2, 9, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_codes_are_those_of_the_standard(seconds, code):
    moment = datetime.fromtimestamp(seconds, UTC)
    assert rules.code_at(RFC_KEY, moment) == code
    assert rules.step_of(RFC_KEY, code, moment) == seconds // 30


@pytest.mark.parametrize(("off", "fits"), [(-60, 0), (-30, 1), (0, 1), (30, 1), (60, 0)])
def test_a_phone_may_be_half_a_minute_off(off, fits):
    code = rules.code_at(RFC_KEY, NOW + timedelta(seconds=off))
    found = rules.step_of(RFC_KEY, code, NOW)
    assert found == (int(NOW.timestamp()) + off) // 30 if fits else found is None


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２", "٠" * 5, "²²²²²²"])
def test_what_is_no_code_fits_nothing(typed):
    assert rules.step_of(RFC_KEY, typed, NOW) is None


def test_a_code_may_be_typed_in_groups_and_in_arabic_digits():
    code = rules.code_at(RFC_KEY, NOW)
    arabic = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    for typed in (f"{code[:3]} {code[3:]}", f" {code}\n", arabic, f"{code[:3]}-{code[3:]}"):
        assert rules.step_of(RFC_KEY, typed, NOW) == int(NOW.timestamp()) // 30


def test_a_key_is_kept_for_one_person_only(app):
    sealed = rules.seal(RFC_KEY, 7)
    assert rules.unseal(sealed, 7) == RFC_KEY
    assert rules.unseal(sealed, 8) is None
    assert sealed != rules.seal(RFC_KEY, 7), "two people with one key do not show it"


def test_a_key_is_shown_as_apps_take_it():
    assert rules.shown_key(RFC_KEY) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
    address = rules.address_of(RFC_KEY, account="a+b@example.org", site="Rihla: la site")
    assert address.startswith("otpauth://totp/Rihla%20%20la%20site:a%2Bb%40example.org?")
    assert "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" in address
    assert "issuer=Rihla%20%20la%20site" in address


def test_the_picture_carries_no_style_and_no_words():
    drawn = rules.picture_of(rules.address_of(RFC_KEY, account="<b>", site="&"))
    assert drawn.startswith("<svg")
    assert "style" not in drawn
    assert "<b>" not in drawn
