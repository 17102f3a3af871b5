"""What must hold of every plugin."""


def test_the_plugin_passes_the_suite(suite):
    assert [str(finding) for finding in suite().errors] == []
