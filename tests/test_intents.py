"""What callers say in their own words, on any menu, leads to its place: understood by words, asked when in doubt."""

import random
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from sample_office import MENU, SampleOffice
from spoken_caller import HearingPhone

from agi.cli import main
from agi.dialogue.question import Answer, Mode, Options, Question, Result
from agi.dialogue.spoken import INTENTS
from agi.hearing.typed import understood
from agi.languages import INDONESIAN
from agi.rehearsal.callers import hear
from agi.services import SERVICES
from agi.speech.answer import Reading, Verdict, decide
from agi.speech.intents import Intents
from agi.speech.standard import of_menu
from agi.speech.tuning import Tuning
from agi.workshop.evaluation.command import built
from agi.workshop.evaluation.voices import listed
from agi.workshop.softphone.speaking import SPEAKERS, speak
from agi.workshop.softphone.wavfile import samples

pytest_plugins = ["office_fixtures"]

SENTENCES = Path(__file__).parent / "fixtures" / "own_words.tsv"
FRESH = SENTENCES.with_name("own_words_fresh.tsv")
"""Written without a look at the words that are known: how many of them were understood then, README tells."""
PLACES = sorted(MENU.spoken[INTENTS])
MAIN = Question("main", (), Options("1234"), grammar="menu:main")
FIRST = {
    "where": "where.ask_name",
    "nik_check": "nik.ask",
    "diagnosis": "diagnosis.refused_by",
    "document_status": "registration.ask",
    "applications": "nik.ask",
    "agent": "agent.connecting",
    "complaint": "info.complaint",  # this phone records nothing
    "ticket_status": "ticket.ask",
    "life_events": "life_event.which",
    "institution": "institution.intro",
    "called_me": "called_me.no",
    "fraud_report": "fraud.number",
    "own_nik": "nik.ask",
}


def wishes() -> Intents:
    return next(one for one in of_menu(MENU.spoken, MENU.leads, INDONESIAN) if isinstance(one, Intents))


WISHES = wishes()


def typed(line: str, question: Question = MAIN) -> Answer:
    return understood(line, question, MENU.spoken, MENU.leads)


def place(answer: Answer) -> str:
    return MENU.leads["menu:main"].get(answer.value, answer.value)


class TypingPhone(HearingPhone):
    """A phone at which sentences are typed, each when the hotline listens for words."""

    def __init__(self, *lines: str) -> None:
        super().__init__([])
        self._lines = list(lines)

    def turn(self, question: Question) -> Answer:
        if self._lines:
            self.script.append(typed(self._lines.pop(0), question))
        return super().turn(question)


@pytest.mark.parametrize("name", PLACES)
def test_every_sentence_of_the_table_leads_to_its_place_or_is_asked_about(name: str) -> None:
    for sentence in WISHES.sentences(name):
        words = tuple(sentence.split())
        found = WISHES.values(words)
        assert found, sentence
        assert found[0] == name or (WISHES.doubtful(words) and name in found) or found[0] in _inside(name), sentence


def _inside(menu: str) -> set[str]:
    """The places that a menu leads to: a sentence of its that says more than the menu means one of them."""
    return {one for one, above in WISHES.above.items() if menu in above}


def test_more_than_six_hundred_sentences_are_understood() -> None:
    assert sum(1 for name in PLACES for _ in WISHES.sentences(name)) >= 600


@pytest.mark.parametrize("name", PLACES)
def test_a_wish_leads_from_the_main_menu_to_every_place(name: str, office: SampleOffice) -> None:
    sentence = MENU.spoken[INTENTS][name][0]
    phone = TypingPhone(sentence, *(["ya"] if not typed(sentence).sure else []))
    heard = office.called(phone).phone.heard
    assert _first(name) in heard


@pytest.mark.parametrize(
    "sentence", ["KTP saya hilang pak", "aduh KTP-nya ilang", "ngurus e-KTP yang hilang gimana ya"]
)
@pytest.mark.parametrize("way", [(), ("persyaratan",), ("persyaratan", "akta"), ("informasi lain", "jam layanan")])
def test_a_wish_leads_there_from_every_menu_and_after_every_answer(
    way: tuple[str, ...], sentence: str, office: SampleOffice
) -> None:
    heard = office.called(TypingPhone(*way, sentence)).phone.heard
    assert "requirements.ktp_lost" in heard


def test_back_leads_to_the_menu_above_the_place_that_was_wished_for(office: SampleOffice) -> None:
    heard = office.called(TypingPhone("KTP saya hilang", "kembali")).phone.heard
    assert heard[-1] == "menu.requirements_ktp"


def _first(name: str) -> str:
    node = MENU.nodes[name]
    return node.prompt or (node.say[0] if node.say else FIRST[node.service])


def test_a_wish_in_doubt_is_asked_about_by_the_name_of_the_place(office: SampleOffice) -> None:
    call = office.called(TypingPhone("KTP saya hilang?", "ya"))
    assert ("speech.confirm_option", {"option": "ktp hilang atau rusak"}) in [
        (prompt.key, dict(prompt.places)) for prompt in call.phone.prompts
    ]
    assert "requirements.ktp_lost" in call.phone.heard


def test_of_two_places_that_fit_alike_the_second_is_offered_when_the_first_is_denied(office: SampleOffice) -> None:
    sentence = "blanko sama legalisir"
    first, second = WISHES.values(tuple(sentence.split()))
    assert not typed(sentence).sure
    heard = office.called(TypingPhone(sentence, "tidak", "ya")).phone.heard
    assert heard.count("speech.confirm_option") == 2
    assert _first(second) in heard
    assert _first(first) not in heard


@pytest.mark.parametrize(
    ("sentence", "sure"),
    [
        ("pindah", False),
        ("pindah pindah", False),
        ("mau pindah alamat", True),
        ("minta kode OTP penipuan bukan", True),
        ("[unk] pindah alamat", False),
    ],
)
def test_a_single_word_or_half_a_sentence_is_not_taken_unasked(sentence: str, sure: bool) -> None:
    words = tuple(sentence.lower().split())
    assert WISHES.values(words)
    assert WISHES.doubtful(words) is not sure


@pytest.mark.parametrize(
    ("sentence", "other", "verdict"),
    [
        ("halo pak mau tanya penipuan", -4.0, Verdict.CONFIRM),
        ("beli kan saluran di pasar", 0.5, Verdict.REJECTED),
        ("mau tanya saluran", 0.5, Verdict.CONFIRM),
    ],
)
def test_the_only_telling_word_of_a_sentence_must_be_heard_for_certain(
    sentence: str, other: float, verdict: Verdict
) -> None:
    found = [Reading(tuple(words.split()), score) for words, score in ((sentence, 0.0), ("beli kan sayur", other))]
    assert decide(WISHES, found, Tuning().thresholds).verdict is verdict


def test_a_place_that_leaves_much_of_what_was_said_out_is_asked_about() -> None:
    """Who says where they are sent next may not want to know how to move away."""
    left_over = typed("sudah bawa surat pindah sekarang ke mana")
    assert (left_over.result, left_over.sure) == (Result.MATCH, False)
    assert typed("sudah bawa surat pindah").sure


@pytest.mark.parametrize("sentence", [text for name, text in listed(SENTENCES) if not name])
def test_talk_about_other_things_is_not_taken(sentence: str) -> None:
    answer = typed(sentence)
    assert answer.result is Result.NO_MATCH or not answer.sure


@pytest.mark.parametrize("file", [SENTENCES, FRESH], ids=lambda file: file.stem)
def test_sentences_as_people_say_them_lead_to_their_places(file: Path) -> None:
    """Every word of theirs is heard here; how well voices are heard `hotline speech eval-voices --sentences` tells."""
    ours = [(name, text, typed(text)) for name, text in listed(file) if name]
    others = [text for name, text in listed(file) if not name]
    taken = [text for text in others if typed(text).sure]
    assert len(taken) <= 0.02 * len(others), taken
    wrong = [text for name, text, found in ours if found.sure and place(found) not in ("", name)]
    missed = [text for _, text, found in ours if found.result is not Result.MATCH]
    assert len(wrong) <= 0.02 * len(ours), wrong
    assert len(missed) <= 0.05 * len(ours), missed


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("KTP saya ilang", "requirements_ktp_lost"),
        ("mo bikin kartu keluarga", "requirements_kk_new"),
        ("ngurus akte kelahiran gimana", "requirements_akta_birth"),
        ("KTP-nya udah jadi belom", "status"),
        ("nggak punya KTP", "requirements_ktp_new"),
        ("mau ngurus cerai", "requirements_akta_divorce"),
        ("bapak saya meninggal mau ngurus aktenya", "requirements_akta_death"),
    ],
)
def test_colloquial_words_mean_what_the_written_ones_do(sentence: str, name: str) -> None:
    assert place(typed(sentence)) == name


def test_order_and_words_between_do_not_matter() -> None:
    words = ["hilang", "ktp", "saya", "pak", "kemarin"]
    chance = random.Random(1)
    for _ in range(20):
        chance.shuffle(words)
        assert typed(" ".join(words)) == Answer(Result.MATCH, "requirements_ktp_lost", Mode.SPEECH)


def test_the_words_of_a_menu_go_before_wishes() -> None:
    requirements = Question("requirements", (), Options("1234"), grammar="menu:requirements")
    assert typed("KTP", requirements).value == "2"
    assert typed("tolong KTP", requirements).value == "2"
    assert typed("urus KTP", requirements).value == "2"  # a wish for what the key leads to is the key


def test_an_agent_is_reached_in_own_words(office: SampleOffice) -> None:
    call = office.called(TypingPhone("saya mau ngomong sama orang saja"))
    assert call.phone.cases


def test_every_place_of_the_menu_can_be_wished_for() -> None:
    """But for what only asks by which number: the menu above asks that."""
    services = {name for name, node in MENU.nodes.items() if node.service and name not in ("nik_check", "to_agent")}
    menus = {name for name, node in MENU.nodes.items() if node.options}
    assert set(MENU.nodes) - set(PLACES) <= services | menus
    assert {MENU.nodes[name].service for name in services} < set(SERVICES)


def test_all_sentences_are_listed_with_their_places() -> None:
    done = CliRunner().invoke(main, ["intents", "list"])
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert {name for name, _ in lines} == set(PLACES)
    assert ["requirements_ktp_lost", "ktp hilang"] in lines
    assert ["requirements_ktp_lost", "kartu tanda penduduk hilang"] in lines
    some = CliRunner().invoke(main, ["intents", "list", "blanko"])
    assert {line.partition("\t")[0] for line in some.stdout.splitlines()} == {"blanko"}


def test_a_place_without_intents_is_told_to_whoever_asks_for_its_list() -> None:
    done = CliRunner().invoke(main, ["intents", "list", "nowhere"])
    assert done.exit_code == 2
    assert "nowhere has no intents" in done.stderr


def test_no_way_to_say_a_thing_means_another_one() -> None:
    ways = [way for line in INDONESIAN.own_words.synonyms for way in line]
    assert len(ways) == len(set(ways))


@pytest.mark.parametrize("line", ["", "?", "ktp " * 5000, "\t\0", "KTP/KK", "1234567890123456 hilang"])
def test_strange_lines_are_no_answer(line: str) -> None:
    assert not typed(line).sure or typed(line).result is not Result.MATCH


@pytest.mark.parametrize("sentence", ["kartu keluarga saya hilang bu", "saya mau ngurus KTP yang hilang"])
def test_the_first_word_of_a_sentence_is_heard_among_all_that_may_begin_one(sentence: str, tmp_path: Path) -> None:
    model = built(None, tmp_path / "model")
    speak(sentence, SPEAKERS["pria"], tmp_path / "said.wav")
    heard, _ = hear(model, model.grammar("menu:main"), np.pad(samples(tmp_path / "said.wav"), (5600, 24000)))
    assert heard.text.split()[0] == sentence.split()[0].lower()
