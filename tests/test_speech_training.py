"""Training the recogniser's network: on speech made here with espeak-ng, in seconds. Needs the group `train`."""

# ruff: noqa: E402 - what needs PyTorch is imported once it is known to be there

import json
import random
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from speech_voices import PRONUNCIATIONS

from agi.settings import ROOT

torch = pytest.importorskip("torch", reason="left out: PyTorch is not installed; `./hotline test --all` installs it")
torch.set_num_threads(1)  # calls go on beside this: leave them the other core
pytest.importorskip("scipy", reason="left out: SciPy is not installed; `./hotline test --all` installs it")
vosk = pytest.importorskip("vosk", reason="left out: Vosk is not installed")

from click.testing import CliRunner

from agi.rehearsal.voices import HELD_OUT
from agi.workshop.recordings import RecordingsError
from agi.workshop.training import corpus, kaldi, thin
from agi.workshop.training.augment import telephone
from agi.workshop.training.batches import Batches, Source
from agi.workshop.training.command import train as command
from agi.workshop.training.corpus import Utterance
from agi.workshop.training.export import export
from agi.workshop.training.features import RATE, mfcc
from agi.workshop.training.graphs import denominator, numerator
from agi.workshop.training.loop import Plan, PlanChangedError, Progress, train
from agi.workshop.training.mmi import objective
from agi.workshop.training.network import SUBSAMPLING, Network, factorised
from agi.workshop.training.synthesis import Espeak, espeak_voices, synthesise
from agi.workshop.training.texts import known_words, text

SHIPPED = ROOT / "data" / "model"
WORDS = ("satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "nol")

vosk.SetLogLevel(-2)


@pytest.fixture(scope="module")
def spoken() -> corpus.Corpus:
    """Sixty utterances of a few voices."""
    return synthesise(espeak_voices()[:4], 60, 1, lambda _: None)


def mean_objective(network: Network, heard: corpus.Corpus) -> float:
    """Per frame, without augmentation."""
    bigram = denominator([one.words for one in heard], PRONUNCIATIONS)
    total, frames = 0.0, 0
    for one in heard:
        x = mfcc(one.samples.astype(np.float32))
        with torch.no_grad():
            scores = network(torch.from_numpy(x)[None])
        length = -(-len(x) // SUBSAMPLING)
        total += float(objective(scores, [length], [numerator(one.words, PRONUNCIATIONS)], bigram)[0])
        frames += length
    return total / frames


def recognised(model: Path, one: Utterance) -> str:
    """What Vosk hears with the model directory `model`."""
    recogniser = vosk.KaldiRecognizer(vosk.Model(str(model)), RATE, json.dumps(list(WORDS)))
    recogniser.AcceptWaveform(np.pad(one.samples, RATE // 2).tobytes())
    return json.loads(recogniser.FinalResult())["text"]


def test_a_short_training_improves_the_objective_and_a_killed_run_goes_on(
    spoken: corpus.Corpus, tmp_path: Path
) -> None:
    start = kaldi.read(SHIPPED / "am" / "final.mdl")
    network = Network(start)
    with torch.no_grad():  # forget what the last layer knows
        network.output.weight.mul_(0.3)
    before = mean_objective(network, spoken)
    batches = Batches([Source("espeak", spoken, 1.0, synthetic=True)], 4, 1)
    bigram = denominator([one.words for one in spoken], PRONUNCIATIONS)
    checkpoint, seen = tmp_path / "work" / "checkpoint.pt", []
    plan = Plan(minutes=0.1, rate=1e-3, batch=4)

    train(network, batches, bigram, PRONUNCIATIONS, plan, checkpoint, seen.append)

    assert mean_objective(network, spoken) > before + 0.02
    with pytest.raises(PlanChangedError, match="checkpoint"):
        train(network, batches, bigram, PRONUNCIATIONS, replace(plan, seed=9), checkpoint, seen.append)
    again, reports = Network(start), list[Progress]()
    train(again, batches, bigram, PRONUNCIATIONS, plan, checkpoint, reports.append)  # its time is used up: only resumes
    assert not reports
    assert all(torch.equal(a, b) for a, b in zip(again.parameters(), network.parameters(), strict=True))


def test_the_command_exports_a_directory_that_vosk_loads_and_that_recognises(tmp_path: Path) -> None:
    out = tmp_path / "model"
    words = ["--synthetic-only", "--espeak", "12", "--minutes", "0.03", "--rate", "1e-6", "--batch", "2"]

    told = CliRunner().invoke(command, [*words, "--start", str(SHIPPED), "--out", str(out)])

    assert told.exit_code == 0, told.output
    shutil.rmtree(out / "work")
    assert recognised(out, Espeak("id+f2").say(("lima", "tujuh", "satu"), random.Random(1))) == "lima tujuh satu"
    assert recognised(out, Espeak("id").say(("dua", "delapan"), random.Random(2))) == "dua delapan"


def test_recordings_are_read_from_a_folder_with_a_manifest(tmp_path: Path) -> None:
    one = Espeak("id").say(("satu", "dua"), random.Random(1))
    import soundfile

    soundfile.write(tmp_path / "a.wav", np.repeat(one.samples, 2), 2 * RATE)
    (tmp_path / "manifest.tsv").write_text("file\tspeaker\ttranscript\na.wav\tS1\tSatu dua\n", encoding="utf-8")

    (heard,) = corpus.from_folder(tmp_path)

    assert (heard.speaker, heard.words) == ("S1", ("satu", "dua"))
    assert abs(len(heard.samples) - len(one.samples)) < RATE // 5


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        ("datei\tsprecher\na\tb\n", "first line file, speaker, transcript"),
        ("file\tspeaker\ttranscript\nnone.wav\tS1\tsatu\n", "manifest.tsv:2: none.wav"),
    ],
)
def test_a_manifest_that_is_wrong_is_named_with_its_line(tmp_path: Path, manifest: str, told: str) -> None:
    (tmp_path / "manifest.tsv").write_text(manifest, encoding="utf-8")
    with pytest.raises(RecordingsError, match=told):
        corpus.from_folder(tmp_path)


def test_recordings_and_synthetic_only_exclude_each_other(tmp_path: Path) -> None:
    told = CliRunner().invoke(command, ["--out", str(tmp_path / "model")])
    assert told.exit_code == 2
    assert "--synthetic-only" in told.output


def test_voices_that_are_asked_for_but_not_installed_are_named(tmp_path: Path) -> None:
    words = ["--synthetic-only", "--espeak", "0", "--mbrola", "5", "--mbrola-voices", str(tmp_path / "none")]
    told = CliRunner().invoke(command, [*words, "--start", str(SHIPPED), "--out", str(tmp_path / "model")])
    assert told.exit_code == 1
    assert f"No mbrola voice was found in {tmp_path / 'none'}" in told.output


def test_a_corpus_that_is_kept_is_the_same_when_loaded(spoken: corpus.Corpus, tmp_path: Path) -> None:
    corpus.save(spoken, tmp_path / "kept.npz")
    for one, again in zip(spoken, corpus.load(tmp_path / "kept.npz"), strict=True):
        assert (one.speaker, one.words) == (again.speaker, again.words)
        assert np.array_equal(one.samples, again.samples)


def test_the_same_seed_draws_the_same_batches_at_any_step(spoken: corpus.Corpus) -> None:
    sources = [Source("espeak", spoken, 1.0, synthetic=True)]
    straight, resumed = Batches(sources, 3, 7), Batches(sources, 3, 7)
    for step in (0, 1, 5):
        _ = straight[step]
    for one, again in zip(straight[6], resumed[6], strict=True):
        assert one.words == again.words
        assert np.array_equal(one.frames, again.frames)


def test_other_peoples_talk_alone_is_labelled_silence(spoken: corpus.Corpus) -> None:
    batches = Batches([Source("espeak", spoken, 1.0, synthetic=True)], 3, 3)
    drawn = [batches.example(np.random.default_rng(seed)) for seed in range(80)]
    silent = [one for one in drawn if not one.words]
    assert silent
    assert len(numerator((), PRONUNCIATIONS).phones) == 1
    loud = [one.frames[:, 0].max() for one in silent]
    assert max(loud) > 40  # something is heard in them


def test_a_file_that_is_read_and_written_unchanged_has_the_same_bytes(tmp_path: Path) -> None:
    source = SHIPPED / "am" / "final.mdl"
    model = kaldi.read(source)
    kaldi.write(tmp_path / "final.mdl", model, Network(model).trained())
    assert (tmp_path / "final.mdl").read_bytes() == source.read_bytes()
    assert kaldi.transition_model() == model.transition


def test_a_network_without_a_layer_looks_less_far_ahead_and_vosk_loads_it(tmp_path: Path) -> None:
    whole = kaldi.read(SHIPPED / "am" / "final.mdl")
    dropped = factorised(whole)[-1]
    less = thin.without(whole, [dropped])
    network = Network(less)
    assert network.context == Network(whole).context - 3
    export(network, less, tmp_path, PRONUNCIATIONS)
    decoder = vosk.KaldiRecognizer(vosk.Model(str(tmp_path)), RATE)
    decoder.AcceptWaveform(bytes(RATE))
    assert json.loads(decoder.FinalResult())["text"] == ""
    with pytest.raises(kaldi.NotKaldi, match="cannot be left out"):
        thin.without(less, [dropped])


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "final.mdl").write_bytes(b"\0B<TransitionModel> <Topology> nonsense")
    with pytest.raises(kaldi.NotKaldi, match=r"final\.mdl"):
        kaldi.read(tmp_path / "final.mdl")


def test_the_gradient_of_the_objective_is_that_of_finite_differences() -> None:
    generator = torch.Generator().manual_seed(1)
    scores = torch.randn(2, 24, 58, generator=generator, dtype=torch.float64).float().requires_grad_()
    graphs = [numerator(("satu",), PRONUNCIATIONS), numerator((), PRONUNCIATIONS)]
    bigram = denominator([("satu",), ("dua",)], PRONUNCIATIONS)
    objective(scores, [24, 15], graphs, bigram).sum().backward()
    assert scores.grad is not None
    assert not scores.grad[1, 15:].any()  # past the end nothing matters
    step = 1e-2
    for place in ((0, 3, 10), (0, 20, 1), (1, 14, 0)):
        values = []
        for sign in (1, -1):
            moved = scores.detach().clone()
            moved[place] += sign * step
            values.append(float(objective(moved, [24, 15], graphs, bigram).sum()))
        assert (values[0] - values[1]) / (2 * step) == pytest.approx(float(scores.grad[place]), abs=2e-3)


def test_the_right_words_score_higher_than_wrong_ones() -> None:
    network = Network(kaldi.read(SHIPPED / "am" / "final.mdl"))
    network.eval()
    one = Espeak("id").say(("tujuh", "lima"), random.Random(3))
    x = mfcc(one.samples.astype(np.float32))
    with torch.no_grad():
        scores = network(torch.from_numpy(x)[None])
    bigram = denominator([one.words], PRONUNCIATIONS)

    def score(*words: str) -> float:
        return float(objective(scores, [-(-len(x) // SUBSAMPLING)], [numerator(words, PRONUNCIATIONS)], bigram)[0])

    assert score("tujuh", "lima") > max(score("satu", "lima"), score("tujuh", "enam"), score("tujuh"), score())


def test_the_telephone_is_the_same_for_the_same_seed_and_never_overflows(spoken: corpus.Corpus) -> None:
    speech, others = spoken[0].samples.astype(np.float32), [one.samples for one in spoken[1:4]]
    for seed in range(12):
        heard, again = (telephone(speech, np.random.default_rng(seed), others, words=True) for _ in range(2))
        assert np.array_equal(heard, again)
        assert np.isfinite(heard).all()
        assert np.abs(heard).max() <= 32768


def test_every_text_is_pronounceable_and_in_the_exported_graph() -> None:
    rng, known = random.Random(5), set(known_words())
    for _ in range(3000):
        said = text(rng)
        assert said
        assert set(said) <= known
    for word in known:
        assert PRONUNCIATIONS.of(word)


def test_held_out_voices_are_not_trained_on() -> None:
    assert not {f"id+{variant}" for variant in HELD_OUT} & {voice.name for voice in espeak_voices()}
