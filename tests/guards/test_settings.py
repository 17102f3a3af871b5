from dataclasses import fields

import pytest

from app.settings import Secret, Settings, SettingsError, load_settings


def test_every_setting_has_a_type_a_default_and_a_sentence():
    for setting in fields(Settings):
        assert setting.metadata["help"].endswith("."), setting.name
        assert setting.type is not None


def test_an_unknown_setting_stops_the_start_and_names_the_nearest(tmp_path):
    with pytest.raises(SettingsError, match="did you mean public_url"):
        load_settings(tmp_path, {"RIHLA_PUBLIK_URL": "x"})


def test_a_wrong_value_is_named(tmp_path):
    with pytest.raises(SettingsError, match="proxies"):
        load_settings(tmp_path, {"RIHLA_PROXIES": "two"})
    with pytest.raises(SettingsError, match="one of"):
        load_settings(tmp_path, {"RIHLA_SIGN_UP": "maybe"})


def test_the_environment_wins_over_the_file(tmp_path):
    (tmp_path / "settings.toml").write_text('site_name = "A"\nproxies = 1\n')
    settings = load_settings(tmp_path, {"RIHLA_SITE_NAME": "B"})
    assert (settings.site_name, settings.proxies) == ("B", 1)


def test_the_key_is_made_once_and_kept_private(tmp_path):
    first = load_settings(tmp_path, {}).secret_key
    assert load_settings(tmp_path, {}).secret_key == first
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_secret_does_not_show_itself():
    assert "hidden" not in repr(Settings(smtp_url=Secret("hidden")))


def test_the_debugger_is_refused_on_a_public_site():
    with pytest.raises(SettingsError, match="RIHLA_DEBUG"):
        Settings(debug=True, public_url="https://example.org")


def test_the_instance_folder_may_be_given_relative_to_where_one_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = load_settings(tmp_path / "other", {"RIHLA_INSTANCE": "here"})
    assert settings.instance == tmp_path / "here"
