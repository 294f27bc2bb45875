"""What exchanges and telephones send besides a plain call: user parameters, and requests inside a call."""

from collections.abc import Iterator

import pytest
from line_exchange import Exchange, until
from raw_telephone import NUMBER, RawTelephone

from agi.workshop.softphone.phone import Account


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    made = Exchange(tmp_path_factory.mktemp("sip"))
    made.more("pjsip.conf", "\n[tester1](+)\ntrust_id_inbound = yes\n")  # as an operator is trusted
    made.start()
    yield made
    made.close()


@pytest.fixture
def telephone(exchange: Exchange) -> Iterator[RawTelephone]:
    with RawTelephone(exchange.account("tester1")) as made:
        yield made
    exchange.wait_for_silence()


@pytest.mark.parametrize("form", ["{};npdi", "{};npdi;rn=+622100", "{};phone-context=+62"])
def test_a_number_with_parameters_is_ours(telephone: RawTelephone, exchange: Exchange, form: str) -> None:
    server = f"{telephone.account.host}:{telephone.account.port}"
    assert telephone.dial(f"sip:{form.format(NUMBER)}@{server};user=phone").code == 200


def test_parameters_of_the_caller_are_no_part_of_the_number(telephone: RawTelephone, exchange: Exchange) -> None:
    telephone.dial(caller="0215550100;cpc=ordinary")
    until("the call is there", lambda: any("!0215550100!" in line for line in exchange.channels()))


PRIVATE = {
    "From alone": ("0215550188", []),
    "From anonymous": ("anonymous", [("P-Asserted-Identity", "<sip:0215550188@127.0.0.1>")]),
    "both": ("0215550188", [("P-Asserted-Identity", "<sip:0215550188@127.0.0.1>")]),
}


@pytest.mark.parametrize("written", PRIVATE)
@pytest.mark.parametrize("privacy", ["id", "id;critical", "user;id"])
def test_a_withheld_number_leaves_no_digit(
    telephone: RawTelephone, exchange: Exchange, written: str, privacy: str
) -> None:
    caller, headers = PRIVATE[written]
    before = exchange.last_words()
    telephone.dial(caller=caller, headers=[*headers, ("Privacy", privacy)])
    assert not any("0215550188" in line for line in exchange.channels())
    telephone.hang_up()
    exchange.wait_for_silence()
    until("the last word", lambda: " end" in exchange.last_words().removeprefix(before))
    said = exchange.last_words().removeprefix(before)
    assert "caller= " in said
    assert "188" not in said.partition("caller=")[2]


IN_A_CALL = {
    "OPTIONS": ([], 200),
    "UPDATE": ([], 200),
    "INFO": ([], 200),
    "PRACK": ([("RAck", "1 1 INVITE")], 400),
    "REFER": ([("Refer-To", "<sip:7001@127.0.0.1>"), ("Referred-By", "<sip:x@127.0.0.1>")], 603),
}


@pytest.mark.parametrize("method", IN_A_CALL)
def test_a_request_inside_a_call_is_answered_and_the_call_goes_on(telephone: RawTelephone, method: str) -> None:
    headers, expected = IN_A_CALL[method]
    assert telephone.dial().code == 200
    answer = telephone.ask(telephone.request(method, headers=headers), 2.0)
    assert answer is not None, f"no answer to {method}"
    assert answer.code == expected, answer.start
    assert not telephone.was_asked("BYE")


UNANSWERED = ("MESSAGE", "NOTIFY", "SUBSCRIBE", "PUBLISH", "FOO")


def test_requests_that_asterisk_leaves_unanswered_do_no_harm_to_the_call(telephone: RawTelephone) -> None:
    assert telephone.dial().code == 200
    for method in UNANSWERED:
        telephone.send(telephone.request(method, headers=[("Event", "dialog")]))
    answer = telephone.ask(telephone.request("OPTIONS"))
    assert answer is not None
    assert answer.code == 200
    assert not telephone.was_asked("BYE")


OUTSIDE_A_CALL = {"MESSAGE": 415, "SUBSCRIBE": 603, "PUBLISH": 489, "BYE": 481}  # a message with no words in it


@pytest.mark.parametrize("method", [*UNANSWERED, "INFO", "UPDATE", "REFER", "PRACK", "BYE"])
def test_a_request_outside_a_call_is_refused(telephone: RawTelephone, method: str) -> None:
    answer = telephone.ask(
        telephone.request(method, headers=[("Event", "dialog"), ("Refer-To", "<sip:7001@127.0.0.1>")])
    )
    assert answer is not None, f"no answer to {method}"
    assert answer.code == OUTSIDE_A_CALL.get(method, 501), answer.start


@pytest.mark.parametrize("name", ["tester2", "7001"])
def test_nobody_takes_over_a_call_by_knowing_its_ids(telephone: RawTelephone, exchange: Exchange, name: str) -> None:
    assert telephone.dial().code == 200
    with RawTelephone(exchange.account(name)) as other:
        assert other.dial(headers=[("Replaces", telephone.replaces)]).code == 404
    answer = telephone.ask(telephone.request("OPTIONS"))
    assert answer is not None
    assert answer.code == 200
    assert not telephone.was_asked("BYE")


def test_a_caller_who_says_to_be_the_one_that_takes_over_signs_in_like_everybody(exchange: Exchange) -> None:
    account = exchange.account("tester1")
    with RawTelephone(Account(account.host, account.port, "replaces", "")) as stranger:
        assert stranger.dial().code == 401
