"""A turn: given a caller's sound, then the answer, and when it ended."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from speech_voices import MENU, VOICES, frames, model_in, say, silence
from vosk import KaldiRecognizer

from agi.languages import INDONESIAN
from agi.languages.language import Command
from agi.speech.answer import Heard, Verdict
from agi.speech.decoding import Decoding
from agi.speech.grammar import DigitsGrammar, Grammar, Kind, Nik, NikStanding, YesNo
from agi.speech.model import Model
from agi.speech.recogniser import Recogniser
from agi.speech.sound import said as spoken
from agi.speech.tuning import Tuning

Sound = NDArray[np.int16]
Say = Callable[..., Sound]


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return model_in(tmp_path_factory.mktemp("speech") / "model")


@pytest.fixture
def saying(tmp_path: Path) -> Say:
    return lambda text, voice="id+f4", rate=140: say(tmp_path, text, voice, rate)


def turn(model: Model, grammar: Grammar, *sounds: Sound) -> tuple[Heard, int | None]:
    """What is heard, and after how many ms the turn ended by itself (None: it did not)."""
    recogniser = model.recogniser(grammar)
    for nth, frame in enumerate(frames(*sounds), 1):
        if recogniser.feed(frame).ended:
            return recogniser.finish(), 20 * nth
    return recogniser.finish(), None


class Counted:
    """A decoder that counts the seconds it decodes."""

    seconds = 0.0

    def __init__(self, decoder: KaldiRecognizer) -> None:
        self._decoder = decoder

    def AcceptWaveform(self, sound: bytes) -> bool:  # noqa: N802 - Vosk's name
        Counted.seconds += len(sound) / 16_000
        return self._decoder.AcceptWaveform(sound)

    def __getattr__(self, name: str) -> object:
        return getattr(self._decoder, name)


def decoded(model: Model, grammar: Grammar, line: Sound) -> float:
    """How often each second of `line` is decoded in turns one after another."""
    Counted.seconds, recogniser = 0.0, None
    for frame in frames(line):
        recogniser = recogniser or Recogniser([lambda: Counted(model.decoder(50, grammar.name))], grammar, Tuning())
        if recogniser.feed(frame).ended:
            recogniser.finish()
            recogniser = None
    if recogniser is not None:
        recogniser.finish()
    return Counted.seconds / (len(line) / 8000)


def at_level(sound: Sound, level_db: float) -> Sound:
    """`sound` at `level_db` (dBov)."""
    loud = sound[np.abs(sound) > np.abs(sound).max() / 20].astype(float)
    scaled = sound * (32768 * 10 ** (level_db / 20) / np.sqrt(np.mean(loud**2)))
    return scaled.clip(-32_000, 32_000).astype(np.int16)


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize(
    ("said", "key"),
    [("cek nik", "1"), ("saya mau status dokumen", "2"), ("tolong persyaratan", "3"), ("nomor empat", "4")],
)
def test_an_option_is_heard_in_its_words(model: Model, saying: Say, voice: str, said: str, key: str) -> None:
    heard, ended = turn(model, MENU, silence(500), saying(said, voice), silence(1500))
    assert (heard.verdict, heard.value) == (Verdict.ACCEPTED, key)
    assert ended is not None


def test_a_certain_answer_ends_within_300_ms(model: Model, saying: Say) -> None:
    sound = saying("cek nik")
    loud = np.flatnonzero(np.abs(sound) > np.abs(sound).max() / 30)
    _, ended = turn(model, MENU, silence(500), sound, silence(1500))
    assert ended is not None
    assert -40 <= ended - (500 + loud[-1] / 8) <= 300


@pytest.mark.parametrize(("said", "value"), [("ya", "ya"), ("ya betul", "ya"), ("tidak", "tidak"), ("bukan", "tidak")])
def test_yes_and_no_are_heard(model: Model, saying: Say, said: str, value: str) -> None:
    heard, _ = turn(model, YesNo(), silence(400), saying(said), silence(1500))
    assert (heard.verdict, heard.value) == (Verdict.ACCEPTED, value)


@pytest.mark.parametrize("grammar", [MENU, YesNo(), DigitsGrammar(6, 6)], ids=["menu", "yesno", "digits"])
def test_a_command_is_heard_on_every_question(model: Model, saying: Say, grammar: Grammar) -> None:
    heard, _ = turn(model, grammar, silence(400), saying("hubungkan ke petugas"), silence(2000))
    assert heard.command is Command.AGENT


@pytest.mark.parametrize(
    "said", ["kereta api datang dari bandung", "selamat pagi semuanya", "di mana rumah sakit umum"]
)
@pytest.mark.parametrize("grammar", [MENU, YesNo()], ids=["menu", "yesno"])
def test_other_speech_is_never_taken_unasked(model: Model, saying: Say, grammar: Grammar, said: str) -> None:
    heard, _ = turn(model, grammar, silence(400), saying(said), silence(2500))
    assert heard.verdict is not Verdict.ACCEPTED


def test_digits_with_pauses_are_one_number(model: Model, saying: Say) -> None:
    parts = [saying("tiga dua satu"), silence(1000), saying("kosong lima enam")]
    heard, ended = turn(model, DigitsGrammar(6, 6), silence(400), *parts, silence(2000))
    assert heard.value == "321056"
    assert ended is not None


def test_a_nik_in_one_breath_is_heard(model: Model, saying: Say) -> None:
    nik = "3273014508900012"
    said = saying(INDONESIAN.numbers.spell(nik))
    heard, ended = turn(model, Nik(lambda _: NikStanding.KNOWN), silence(400), said, silence(2000))
    assert heard.value == nik
    assert ended is not None


@pytest.mark.parametrize("level_db", [-14, -32, -42])
@pytest.mark.parametrize("voice", VOICES)
def test_loud_and_quiet_callers_are_heard_alike(model: Model, saying: Say, voice: str, level_db: float) -> None:
    for grammar, said, value in (
        (MENU, "status dokumen", "2"),
        (DigitsGrammar(6, 6), "tiga dua satu enam lima nol", "321650"),
    ):
        heard, ended = turn(model, grammar, silence(500), at_level(saying(said, voice), level_db), silence(1500))
        assert (heard.value, ended is not None) == (value, True)


def test_a_number_is_heard_beside_a_radio(model: Model, saying: Say) -> None:
    said = at_level(saying("tiga dua satu enam lima nol"), -23)
    line = np.concatenate((silence(1500), said, silence(3000)))
    radio = saying("kemarin dia pergi ke pasar lalu membeli tiga ikan dan dua ikat sayur", "id+m1")
    radio = np.resize(at_level(radio, -43), len(line))
    heard, ended = turn(model, DigitsGrammar(6, 6), line + radio)
    assert (heard.value, ended is not None) == ("321650", True)


@pytest.mark.parametrize(
    "grammar", [MENU, YesNo(), DigitsGrammar(6, 6), DigitsGrammar(16, 16)], ids=lambda one: one.name
)
@pytest.mark.parametrize("said", ["kemarin dia pergi ke pasar membeli ikan, ", "tiga satu, ya, nol dua, nik, "])
def test_sound_is_decoded_three_times_at_most_whoever_talks_on(
    model: Model, saying: Say, grammar: Grammar, said: str
) -> None:
    talk = saying(said * 3, "id+m1")
    assert decoded(model, grammar, np.resize(talk, 8 * 8000)) < 3.3


def seconds_for(model: Model, sound: Sound) -> float:
    """Of the processor, to decode `sound` as an answer to a question for yes or no."""
    began = time.thread_time()
    Decoding(model.decoder(50, "yesno"), Kind.YES_NO, sound.tobytes()).readings()
    return time.thread_time() - began


def test_four_people_who_talk_at_once_cost_little_more_than_one(model: Model) -> None:
    told = {
        "id+m1": "kemarin dia pergi ke pasar lalu membeli tiga ikan dan dua ikat sayur",
        "id+f4": "besok kami semua mau berangkat naik kereta ke rumah nenek di kampung",
        "id+m3": "anak itu suka sekali bermain bola bersama teman temannya sore hari",
        "id+f2": "hujan turun deras sejak pagi jadi jalan di depan kantor banjir lagi",
    }
    four = [np.resize(spoken(text, voice, 150), 12 * 8000) for voice, text in told.items()]
    together = (np.sum(four, axis=0, dtype=np.int32) / 4).astype(np.int16)
    assert seconds_for(model, together) < 4 * seconds_for(model, four[0])


def test_a_noise_that_comes_again_and_again_is_decoded_no_oftener(model: Model) -> None:
    pulse = np.concatenate((silence(140), np.random.default_rng(1).normal(0, 4000, 8 * 100).astype(np.int16)))
    assert decoded(model, YesNo(), np.resize(pulse, 8 * 8000)) < 3.3


def test_a_nik_after_which_a_voice_goes_on_is_asked_back(model: Model, saying: Say) -> None:
    said = saying(INDONESIAN.numbers.spell("3273014508900012"))
    said = said[: np.flatnonzero(np.abs(said) > np.abs(said).max() / 10)[-1]]
    recogniser = model.recogniser(Nik(lambda _: NikStanding.KNOWN))
    for frame in frames(silence(400), said):
        recogniser.feed(frame)
    heard = recogniser.finish()
    assert (heard.verdict, heard.value) == (Verdict.CONFIRM, "3273014508900012")
    heard, _ = turn(model, Nik(lambda _: NikStanding.KNOWN), silence(400), said, silence(2000))
    assert heard.verdict is Verdict.ACCEPTED


def test_a_number_that_cannot_be_a_nik_is_never_its_answer(model: Model, saying: Say) -> None:
    sound = saying(INDONESIAN.numbers.spell("3273014508900012"))
    heard, _ = turn(model, Nik(lambda _: NikStanding.INVALID), silence(400), sound, silence(3000))
    assert heard.verdict is Verdict.REJECTED
    assert heard.value == ""


def test_silence_is_silence_and_never_ends_the_turn(model: Model) -> None:
    heard, ended = turn(model, MENU, silence(3000))
    assert heard.verdict is Verdict.SILENCE
    assert ended is None


def test_a_cough_is_forgotten_and_the_answer_after_it_is_heard(model: Model, saying: Say) -> None:
    noise = np.random.default_rng(3).normal(0, 4000, 2000) * np.exp(-np.arange(2000) / 700)
    sounds = (silence(500), noise.astype(np.int16), silence(1500), saying("status dokumen"), silence(1500))
    heard, ended = turn(model, MENU, *sounds)
    assert heard.value == "2"
    assert ended is not None


class Certain:
    """A decoder that hears `text`, whatever is said."""

    def __init__(self, text: str) -> None:
        self._text = text

    def AcceptWaveform(self, sound: bytes) -> bool:  # noqa: N802 - Vosk's name
        return False

    def PartialResult(self) -> str:  # noqa: N802 - Vosk's name
        return json.dumps({"partial": self._text})

    def FinalResult(self) -> str:  # noqa: N802 - Vosk's name
        return json.dumps({"alternatives": [{"text": self._text, "confidence": 100.0}]})


@pytest.mark.parametrize(
    ("said", "others", "value", "verdict"),
    [
        ("nik", "status dokumen", "1", Verdict.ACCEPTED),
        ("saya mau tanya alamat kantor", "status dokumen", "2", Verdict.ACCEPTED),
        ("saya mau tanya alamat kantor", "besok", "1", Verdict.CONFIRM),
    ],
)
def test_an_option_that_is_much_shorter_than_what_was_said_is_not_taken_for_all_of_it(
    saying: Say, said: str, others: str, value: str, verdict: Verdict
) -> None:
    recogniser = Recogniser([lambda: Certain("nik"), lambda: Certain(others)], MENU, Tuning())
    for frame in frames(silence(400), saying(said), silence(1500)):
        recogniser.feed(frame)
    heard = recogniser.finish()
    assert (heard.value, heard.verdict) == (value, verdict)


@pytest.mark.parametrize(
    ("others", "value", "verdict"),
    [("status dokumen", "2", Verdict.ACCEPTED), ("selamat pagi", "", Verdict.SILENCE), ("besok", "", Verdict.SILENCE)],
)
def test_a_wish_in_the_same_breath_as_a_greeting_is_heard(
    saying: Say, others: str, value: str, verdict: Verdict
) -> None:
    recogniser = Recogniser([lambda: Certain("selamat siang pak"), lambda: Certain(others)], MENU, Tuning())
    for frame in frames(silence(400), saying("selamat siang pak kartu keluarga saya hilang")):
        recogniser.feed(frame)
    heard = recogniser.finish()
    assert (heard.value, heard.verdict) == (value, verdict)


def test_it_is_known_when_the_caller_began_whatever_was_heard_before(model: Model, saying: Say) -> None:
    noise = np.random.default_rng(3).normal(0, 4000, 2000) * np.exp(-np.arange(2000) / 700)
    recogniser = model.recogniser(YesNo())
    for frame in frames(silence(250), noise.astype(np.int16), silence(1500), saying("ya benar"), silence(1500)):
        recogniser.feed(frame)
    assert recogniser.finish().value == "ya"
    assert 2000 <= recogniser.began_ms <= 2150


def test_speech_over_the_prompt_is_heard_from_its_first_syllable(model: Model, saying: Say) -> None:
    heard, _ = turn(model, MENU, saying("syarat dokumen"), silence(1500))
    assert heard.value == "3"


def rest_of_a_sentence(saying: Say) -> Sound:
    """Of "saya mau cek KTP saya, sudah jadi belum", from the vowel of "jadi" on."""
    sound = saying("jadi belum")
    return sound[np.argmax(np.abs(sound) > np.abs(sound).max() / 3) :]


def test_what_was_begun_before_the_question_is_no_answer_to_it(model: Model, saying: Say) -> None:
    recogniser = model.recogniser(MENU, opening_ms=Tuning().opening_ms)
    for frame in frames(rest_of_a_sentence(saying), silence(1500)):
        partial = recogniser.feed(frame)
        assert not (partial.speaking or partial.started or partial.ended)
    assert recogniser.finish().verdict is Verdict.SILENCE


def test_the_answer_after_it_is_heard(model: Model, saying: Say) -> None:
    recogniser = model.recogniser(MENU, opening_ms=Tuning().opening_ms)
    for frame in frames(rest_of_a_sentence(saying), silence(800), saying("status dokumen"), silence(1500)):
        recogniser.feed(frame)
    assert recogniser.finish().value == "2"


@pytest.mark.parametrize("below_db", [18, 23])
def test_the_answer_after_it_is_heard_where_others_talk_without_a_pause(
    model: Model, saying: Say, below_db: int
) -> None:
    rest = rest_of_a_sentence(saying)
    others = saying("kemarin dia pergi ke pasar lalu membeli ikan dan sayur segar", "id+m1")
    line = np.concatenate((rest, silence(2500), saying("status dokumen"), silence(3000)))
    behind = np.resize(others[others != 0], len(line)) / others.std() * rest.std() * 10 ** (below_db / -20)
    recogniser = model.recogniser(MENU, opening_ms=Tuning().opening_ms)
    for frame in frames((line + behind).clip(-32_000, 32_000).astype(np.int16)):
        recogniser.feed(frame)
    assert recogniser.finish().value == "2"


@pytest.mark.parametrize("after_ms", [0, 100, 200])
@pytest.mark.parametrize("voice", VOICES)
def test_a_spoken_answer_that_goes_on_after_a_pause_is_none_to_the_next_question(
    model: Model, saying: Say, voice: str, after_ms: int
) -> None:
    recogniser = model.recogniser(MENU, opening_ms=Tuning().after_speech_ms)
    sound = saying("jadi belum", voice)
    begin = np.flatnonzero(np.abs(sound) > np.abs(sound).max() / 30)[0]
    for frame in frames(silence(after_ms), sound[begin:], silence(1500)):
        partial = recogniser.feed(frame)
        assert not (partial.speaking or partial.started or partial.ended)
    assert recogniser.finish().verdict is Verdict.SILENCE


@pytest.mark.parametrize("noise", [10, 100])
@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize(("opening_ms", "after_ms"), [(Tuning().opening_ms, 100), (Tuning().after_speech_ms, 320)])
def test_who_answers_as_soon_as_a_question_can_be_answered_is_heard(
    model: Model, saying: Say, voice: str, noise: int, opening_ms: int, after_ms: int
) -> None:
    sound = saying("syarat dokumen", voice)
    begin = np.flatnonzero(np.abs(sound) > np.abs(sound).max() / 30)[0]
    line = np.concatenate((silence(after_ms), sound[begin:], silence(1500)))
    line += np.random.default_rng(2).normal(0, noise, len(line)).astype(np.int16)
    recogniser = model.recogniser(MENU, opening_ms=opening_ms)
    for frame in frames(line):
        recogniser.feed(frame)
    assert recogniser.finish().value == "3"


def test_two_turns_beside_each_other_hear_their_own(model: Model, saying: Say) -> None:
    one, other = model.recogniser(YesNo()), model.recogniser(MENU)
    first, second = (
        frames(silence(400), saying("tidak"), silence(2000)),
        frames(silence(400), saying("nik"), silence(2000)),
    )
    for nth in range(min(len(first), len(second))):
        one.feed(first[nth])
        other.feed(second[nth])
    assert (one.finish().value, other.finish().value) == ("tidak", "1")


def test_frames_of_any_length_give_the_same(model: Model, saying: Say) -> None:
    pcm = b"".join(frames(silence(400), saying("ya benar"), silence(1000)))
    whole, crumbs = model.recogniser(YesNo()), model.recogniser(YesNo())
    whole.feed(pcm)
    for begin in range(0, len(pcm), 77):
        crumbs.feed(pcm[begin : begin + 77])
    assert whole.finish() == crumbs.finish()


def test_a_late_echo_of_our_prompt_is_neither_an_answer_nor_an_interruption(model: Model, saying: Say) -> None:
    prompt = saying("untuk cek nik tekan satu, untuk status dokumen tekan dua")
    echo = np.concatenate((silence(500), (prompt / 10).astype(np.int16), silence(1000)))
    recogniser = model.recogniser(MENU)
    for sound, sent in zip(frames(echo), frames(prompt, silence(1500)), strict=True):
        partial = recogniser.feed(sound, sent)
        assert not (partial.speaking or partial.started or partial.ended)
    assert recogniser.finish().verdict is Verdict.SILENCE


def test_the_longer_way_to_say_an_option_is_waited_for(model: Model, saying: Say) -> None:
    parts = [saying("cek"), silence(60), saying("nik")]
    heard, _ = turn(model, MENU, silence(400), *parts, silence(1500))
    assert heard.value == "1"
    assert MENU.may_lengthen(("syarat",)) is True
    assert MENU.may_lengthen(("cek", "nik")) is False


def test_an_answer_does_not_end_while_the_caller_speaks_on(model: Model, saying: Say) -> None:
    sound = saying("status permohonan saya", "id+m1")
    loud = np.flatnonzero(np.abs(sound) > np.abs(sound).max() / 30)
    heard, ended = turn(model, MENU, silence(500), sound, silence(1500))
    assert heard.value == "2"
    assert ended is not None
    assert ended >= 500 + loud[-1] / 8


def test_an_answer_in_noise_that_never_falls_quiet_still_ends(model: Model, saying: Say) -> None:
    sound = np.concatenate((silence(500), saying("status permohonan", "id+m1"), silence(4000)))
    noise = np.random.default_rng(5).normal(0, 10 ** (-12 / 20) * float(sound.std()), len(sound))
    spoken_ms = 500 + len(sound) / 8 - 4500
    heard, ended = turn(model, MENU, (sound + noise).astype(np.int16))
    assert heard.value == "2"
    assert ended is not None
    assert ended - spoken_ms < 1500
