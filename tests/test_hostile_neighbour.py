"""Somebody else answers Asterisk in the line's place: they get no secret, run no program and write over nothing."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from line_exchange import Exchange

from agi.line.channel import Channel
from agi.line.protocol import ChannelError
from agi.line.wire import Wire
from agi.ops.configure import account
from agi.privacy import hash_key, line_proof


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    made = Exchange(tmp_path_factory.mktemp("neighbour"))
    made.caller("patient", "Wait(60)")
    made.start(confined=True)
    yield made
    made.close()


@pytest.fixture
def answered(exchange: Exchange) -> Iterator[Channel]:
    """A call that the neighbour has been given."""
    with socket.create_server(("127.0.0.1", exchange.settings.line.agi_port)) as listener:
        listener.settimeout(10)
        exchange.dial("patient")
        peer, _ = listener.accept()
        with peer:
            peer.setblocking(False)
            channel = Channel(Wire(peer.fileno(), peer.fileno()))
            channel.set_autohangup(0)
            yield channel
    exchange.hang_up_all()


def try_all(channel: Channel, *commands: tuple[str, ...]) -> str:
    """Everything that is answered to `commands`; a refusal is no answer."""
    answers = []
    for verb, *arguments in commands:
        try:
            answers.append(channel.command(verb, *arguments, wait_s=5).data)
        except ChannelError:
            continue
    return "\n".join(answers)


def test_no_file_no_password_and_no_variable_of_the_system_is_told(exchange: Exchange, answered: Channel) -> None:
    var = exchange.settings.var.absolute()
    etc = exchange.etc
    files = [*(var / "secrets").iterdir(), etc / "local" / "pjsip-accounts.conf", etc / "local" / "globals.conf"]
    questions = [f"${{{function}({path},0,1000)}}" for path in files for function in ("FILE", "STAT")]
    questions += [
        f"${{AST_CONFIG({files[-2]},7001-auth,password)}}",
        "${ENV(PATH)}",
        "${SHELL(id)}",
    ]
    questions += ["${AST_SORCERY(res_pjsip,auth,7001-auth,password)}", "${PJSIP_ENDPOINT(7001,auth)}", "${DB(a/b)}"]
    told = try_all(answered, *(("GET FULL VARIABLE", question) for question in questions))
    secrets = (
        hash_key(var).hex(),
        *(account(var, name).password for name in ("tester1", "7001")),
        *("password", "PATH=", "/usr/bin", "uid=", "7001-auth"),
    )
    assert [secret for secret in secrets if secret in told] == []
    assert answered.get_full_variable("${EPOCH}").isdigit()  # they are answered otherwise


def test_no_program_is_run_and_no_call_is_placed(exchange: Exchange, answered: Channel, tmp_path: Path) -> None:
    owned = tmp_path / "owned"
    script = exchange.settings.var / "asterisk" / "agi-bin" / "run.sh"
    script.write_text(f"#!/bin/sh\ntouch {owned}\n")
    script.chmod(0o700)
    before = len(exchange.channels())
    try_all(
        answered,
        ("EXEC", "System", f"touch {owned}"),
        ("EXEC", "TrySystem", f"touch {owned}"),
        ("EXEC", "AGI", str(script)),
        ("EXEC", "AGI", f"/bin/touch,{owned}"),
        ("EXEC", "EAGI", str(script)),
        ("EXEC", "Originate", "PJSIP/7001,app,Wait,5"),
        ("SET VARIABLE", f"FILE({owned})", "x"),
        ("SET VARIABLE", "SHELL(touch)", str(owned)),
    )
    assert not owned.exists()
    assert len(exchange.channels()) == before


def test_nothing_of_ours_is_written_over_and_no_sound_outside_ours_is_played(
    exchange: Exchange, answered: Channel, tmp_path: Path
) -> None:
    clip = next(exchange.settings.sounds.rglob("*.wav")).resolve()
    ours = clip.read_bytes()
    elsewhere = tmp_path / "new"
    (tmp_path / "stranger.wav").write_bytes(ours)
    for path in (clip.with_suffix(""), elsewhere, exchange.settings.data / "registry"):
        try_all(answered, ("RECORD FILE", str(path), "wav", "#", "200"))
    assert clip.read_bytes() == ours
    assert not list(tmp_path.glob("new*"))
    assert not list(exchange.settings.data.glob("*.wav"))
    with pytest.raises(ChannelError):
        answered.stream(str(tmp_path / "stranger"), lasts_s=5)


def test_the_proof_that_they_were_sent_is_of_no_use_to_another_user(exchange: Exchange, answered: Channel) -> None:
    # They have it: it was sent to them. The line asks the kernel too whose process it is that brings it.
    assert answered.env["agi_arg_2"] == line_proof(exchange.settings.var)
