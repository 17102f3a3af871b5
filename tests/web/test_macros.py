import re
from typing import Any
from xml.etree import ElementTree

import pytest
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from wtforms import (
    BooleanField,
    EmailField,
    FileField,
    Form,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TextAreaField,
    widgets,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from app.kernel import i18n
from app.web import drawings
from app.web.assets import HERE

EMAIL, LEVEL = "Write an address.", "Choose a level."


class Sample(Form):
    email = EmailField(
        "Email",
        [InputRequired(EMAIL)],
        description="Only to write to you.",
        render_kw={"autocomplete": "email", "dir": "ltr"},
    )
    level = RadioField(
        "Level",
        [InputRequired(LEVEL)],
        choices=[SelectChoice("a", "First"), SelectChoice("b", "Second")],
    )
    days = SelectMultipleField(
        "Days",
        choices=[SelectChoice("1", "Monday"), SelectChoice("2", "Tuesday")],
        option_widget=widgets.CheckboxInput(),
    )
    center = SelectField("Center", choices=[SelectChoice("o", "Oujda")])
    why = TextAreaField("Why?", [Optional()])
    work = FileField("Work")
    agree = BooleanField("I agree")
    step = HiddenField()


@pytest.fixture(scope="module")
def templates() -> Environment:
    env = Environment(
        loader=FileSystemLoader(HERE.parent / "templates"),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals.update({name: getattr(drawings, name) for name in drawings.__all__})
    env.globals["csrf_token"] = lambda: "the-token"
    env.filters["number"] = i18n.format_number
    return env


@pytest.fixture
def forms(templates: Environment) -> Any:
    return templates.get_template("macros/form.html").module


@pytest.fixture
def parts(templates: Environment) -> Any:
    return templates.get_template("macros/parts.html").module


@pytest.fixture
def sent() -> Sample:
    form = Sample(data={"center": "o"})
    form.validate()
    return form


def tree(html: str) -> ElementTree.Element:
    """Read the macros' HTML as XML: with values for bare attributes, and inputs closed."""
    text = re.sub(r" (autofocus|checked|required|selected)(?=[ >])", r' \1=""', str(html))
    text = re.sub(r"<input([^>]*)>", r"<input\1/>", text)
    return ElementTree.fromstring(f"<page>{text}</page>")  # noqa: S314 (our own templates)


def test_a_field_in_error_is_tied_to_its_hint_and_its_error(forms: Any, sent: Sample) -> None:
    page = tree(forms.field(sent.email))
    control = page.find(".//input")
    assert control is not None
    assert control.get("aria-invalid") == "true"
    assert control.get("aria-describedby") == "email-hint email-error"
    assert control.get("autocomplete") == "email"
    assert control.get("dir") == "ltr"
    assert {node.get("id") for node in page.iter("p")} == {"email-hint", "email-error"}
    assert page.find(".//label[@for='email']") is not None


def test_a_field_without_error_says_nothing_of_errors(forms: Any) -> None:
    html = forms.field(Sample().email, hint="Another hint")
    assert "aria-invalid" not in html
    assert "Another hint" in html
    assert "Only to write" not in html


@pytest.mark.parametrize("name", ["level", "days"])
def test_choices_are_one_group_with_a_legend(forms: Any, name: str) -> None:
    page = tree(forms.field(Sample()[name]))
    group = page.find("fieldset")
    assert group is not None
    assert group.find("legend") is not None
    assert len(group.findall("label/input")) == 2


def test_every_kind_of_field_has_a_label(forms: Any) -> None:
    form = Sample()
    for field in form:
        html = forms.field(field)
        if field.name == "step":
            assert "<label" not in html
        else:
            assert str(field.label.text) in html
            assert f'id="{field.id}' in html


def test_only_optional_fields_are_called_optional(forms: Any) -> None:
    form = Sample()
    assert "(optional)" in forms.field(form.why)
    assert "(optional)" not in forms.field(form.email)


def test_the_summary_leads_to_each_faulty_field(forms: Any, sent: Sample) -> None:
    html = forms.error_summary(sent)
    page = tree(html)
    links = [node.get("href") for node in page.iter("a")]
    assert links == ["#email", "#level-0"]
    assert EMAIL in html
    assert LEVEL in html
    shown = "".join(str(forms.field(field)) for field in sent)
    for link in links:
        assert f'id="{str(link)[1:]}"' in shown


def test_a_form_without_errors_has_no_summary(forms: Any) -> None:
    assert not forms.error_summary(Sample()).strip()


def test_one_act_is_a_form_with_the_token(forms: Any) -> None:
    page = tree(forms.act("/fr/sign-out", "Sign out", fields={"all": "1"}))
    form = page.find("form")
    assert form is not None
    assert form.get("method") == "post"
    assert {(n.get("name"), n.get("value")) for n in form.iter("input")} == {
        ("csrf_token", "the-token"),
        ("all", "1"),
    }
    assert form.find("button") is not None


def test_what_people_wrote_is_escaped(parts: Any, forms: Any) -> None:
    evil = '<img src=x onerror=1>"'
    for html in (
        parts.card("slug", "/x", evil, evil, evil, facts=[("clock", evil)]),
        parts.empty(evil, evil, "/x", evil),
        parts.fact(evil, evil),
        parts.breadcrumb([(evil, "/x"), (evil, None)]),
        parts.progress(1, 2, evil),
        parts.steps([(evil, evil)]),
        parts.switch("name", evil),
        parts.tag(evil),
        forms.submit(evil),
    ):
        assert "<img" not in html


def test_the_last_crumb_is_this_page_and_no_link(parts: Any) -> None:
    page = tree(parts.breadcrumb([("Courses", "/fr/courses"), ("Python", "/fr/courses/python")]))
    assert [node.text for node in page.iter("a")] == ["Courses"]
    assert page.find(".//*[@aria-current='page']") is not None


def test_a_table_names_its_columns_for_phones_too(templates: Environment) -> None:
    source = """{% from "macros/parts.html" import table, head, cell %}
    {% call(row) table("People", ["Name", ("Marks", "num")], rows) %}
    {{ head(row[0]) }}{{ cell("Marks", row[1], num=True) }}{% endcall %}"""
    page = tree(templates.from_string(source).render(rows=[("Aya", 17)]))
    assert [node.text for node in page.iter("th")] == ["Name", "Marks", "Aya"]
    cell = page.find(".//td")
    assert cell is not None
    assert (cell.get("data-label"), cell.get("class"), cell.text) == ("Marks", "num", "17")


def test_no_macro_writes_a_style(templates: Environment) -> None:
    for name in templates.list_templates():
        source = templates.loader.get_source(templates, name)[0]  # type: ignore[union-attr]
        assert "style=" not in source, name
        assert "<style" not in source, name
        assert " on" + "click" not in source, name


def test_macros_give_safe_markup(parts: Any) -> None:
    assert isinstance(parts.tag("new"), Markup)
