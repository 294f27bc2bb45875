"""A whole rehearsal of the installation's own draft, by voice, as a person types it, and as the page has it done."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from line_exchange import until
from pages_office import pages_office
from speech_voices import acoustic_model

from agi.cli import main
from agi.editions.publishing import Publisher
from agi.rehearsal.place import kept

_LIMIT_S = 300


def test_the_words_of_a_changed_option_are_said_and_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    speaks = {"HOTLINE_SPEECH__ENABLED": "true", "HOTLINE_SPEECH__MODEL": str(acoustic_model())}
    office = pages_office(tmp_path, **speaks)
    settings = office.settings
    makes = Publisher(settings, lambda _: (), None)
    makes.publish(makes.draft(settings.prompts), "siti", "", ())
    menu = settings.prompts / "menu.toml"
    words = menu.read_text(encoding="utf-8")
    menu.write_text(words.replace('2 = ["perbaikan data",', '2 = ["betulkan data keluarga",', 1), encoding="utf-8")
    admin = office.client("admin")
    admin.post("/draf/gladi")
    until("it is over", lambda: "refresh" not in admin.get("/draf/gladi").headers, limit_s=_LIMIT_S)
    found = kept(settings)
    assert found
    assert not found.mute
    assert [one.name for one in found.questions] == ["problems"]
    option = next(one for one in found.questions[0].options if one.key == "2")
    new = next(way for way in option.ways if way.text == "betulkan data keluarga")
    assert new.share > 0.8
    assert new.times == 6
    assert 0 < (new.seconds or 0) < 2
    page = admin.get("/draf/gladi").text
    assert re.search(r"“betulkan data keluarga”: [56] dari 6", page)
    for name, value in office.environment.items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(main, ["prompts", "rehearse", "--voices", "1"])
    assert re.search(r"betulkan data keluarga [12]/2", done.stdout), done.output
    assert sorted(path.name for path in (settings.var / "rehearsal").iterdir()) == ["result.json"]
    office.close()
