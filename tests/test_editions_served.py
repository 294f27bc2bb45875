"""Which edition a call hears: the newest when it begins, its own when it comes back, with its own grammars."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from line_exchange import until
from speech_voices import acoustic_model
from structlog.testing import capture_logs
from test_editions import MENU, publisher_of, settings_of
from voice_office import PromptsFolder, prompts_folder

from agi.dialogue.question import Options, Prompt, Question
from agi.editions.publishing import Publisher
from agi.editions.store import Edition
from agi.hearing.listener import ModelListener
from agi.hearing.protocol import CannotListen
from agi.line.served import NotReady, ServedEditions
from agi.settings import ROOT
from agi.speech.tuning import Tuning
from agi.voice import audio


@pytest.fixture
def folder(tmp_path: Path) -> PromptsFolder:
    made = prompts_folder(tmp_path)
    (made.prompts / "menu.toml").write_text(MENU)
    (tmp_path / "var").mkdir()
    (ROOT / "var" / "voice-cache").mkdir(parents=True, exist_ok=True)
    (tmp_path / "var" / "voice-cache").symlink_to(ROOT / "var" / "voice-cache")
    return made


def published(folder: PromptsFolder, publisher: Publisher | None = None) -> Edition:
    made = publisher or publisher_of(folder)
    with made.editions.alone():
        return made.publish(made.draft(folder.prompts), "", "", ())


@pytest.fixture
def served(folder: PromptsFolder) -> Iterator[ServedEditions]:
    published(folder)
    editions = ServedEditions(settings_of(folder))
    editions.follow()
    yield editions
    editions.close()


def test_nothing_is_served_before_anything_was_published(folder: PromptsFolder) -> None:
    with pytest.raises(NotReady, match="hotline up"):
        ServedEditions(settings_of(folder))


def test_a_call_keeps_its_edition_and_the_next_one_hears_the_newest(
    folder: PromptsFolder, served: ServedEditions
) -> None:
    first = served.current()
    text = (folder.prompts / "id.toml").read_text()
    (folder.prompts / "id.toml").write_text(text.replace("Selamat datang", "Selamat pagi"))
    published(folder)
    until("the second edition", lambda: served.current().number == 2)
    second = served.current()
    [before], [after] = (one.clips.playable("call.welcome") for one in (first, second))
    assert before == folder.var / "editions" / "1" / "sounds" / "call" / "welcome"
    assert after == folder.var / "editions" / "2" / "sounds" / "call" / "welcome"
    assert served.again(first.language) is first
    assert served.again("id") is second


def test_what_is_known_is_spoken_before_a_call_needs_it_where_the_engine_is_slow(served: ServedEditions) -> None:
    clips, office = served.current().clips, f"Loket {uuid4()}"
    asked: list[str] = []

    def known() -> Iterator[Prompt]:
        asked.append("once more")
        yield Prompt("status.nowhere", {"office": office})  # what can't be said is no reason to stop
        yield Prompt("status.since", {"document": "document.kk", "since": "2026-11-24", "office": office})

    served.speak_ahead(known)
    assert asked == []  # milliseconds: nothing is gained
    clips.engine = replace(clips.engine, slow=True)
    served.speak_ahead(known)
    name = clips._identity(f"{clips._aloud(office)}.", audio.TAIL_MS)
    until("the office's name has been spoken", lambda: clips._cache.has(name))
    assert clips.speech.spoken == 0


def test_an_edition_that_cannot_be_read_leaves_the_one_before(folder: PromptsFolder) -> None:
    published(folder)
    served = ServedEditions(settings_of(folder))
    (published(folder).prompts / "menu.toml").write_text("[")
    with capture_logs() as told:
        served.follow()
        until("word of it", lambda: any(one["event"] == "edition.not_served" for one in told))
    assert served.current().number == 1
    published(folder)
    until("the third edition", lambda: served.current().number == 3)
    served.close()


def test_an_edition_that_calls_hear_is_not_removed(folder: PromptsFolder, served: ServedEditions) -> None:
    first = served.current()
    strict = publisher_of(folder, keep=1, days=0)
    for _ in range(3):
        published(folder, strict)
    assert (first.held.edition.folder / "edition.json").is_file()


def test_the_speech_service_hears_each_question_with_the_grammars_of_its_edition(folder: PromptsFolder) -> None:
    publisher = Publisher(settings_of(folder), lambda _: (), acoustic_model())
    published(folder, publisher)
    listener = ModelListener(publisher.editions, Tuning())
    for number in (2, 3, 4, 5):
        (folder.prompts / "menu.toml").write_text(MENU.replace("main", f"main{number}"))
        published(folder, publisher)
    for number in (2, 3, 4, 5, 2):
        for edition in (number, 1):
            question = Question("menu", (), Options("1"), grammar=f"menu:main{number}", edition=edition)
            if edition == 1:
                with pytest.raises(CannotListen):
                    listener.recogniser(question, 0, first=True)
            else:
                listener.recogniser(question, 0, first=True).close()
    listener.recogniser(Question("menu", (), Options("1"), grammar="menu:main5"), 0, first=True).close()
