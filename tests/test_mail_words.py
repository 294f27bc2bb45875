"""What a mail says in its own words, whatever charset, format and quotes it came with, and whatever is to harm us."""

from email.message import EmailMessage

import pytest

from agi.doors import autoreply, mime
from agi.doors.autoreply import Thread
from agi.doors.imap import LONGEST_READ

ASKED = "cek#ktp#3273014507909999"  # nobody's: a real district, the serial 9999


def plain(body: str | bytes, kind: str = "text/plain; charset=utf-8", **headers: str) -> bytes:
    given = {"Content-Type": kind, **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items()).encode()
    return lines + b"\r\n" + (body.encode() if isinstance(body, str) else body)


def said(raw: bytes) -> str:
    return mime.own_words(raw)


QUOTED = [
    f"{ASKED}\n\nPada Sab, 28 Nov 2026 pukul 10.00 Halo <a@x.example> menulis:\n> apa kabar\n> lagi",
    f"On Sat, Nov 28, 2026 at 10:00 AM A Very Long Name Indeed\n<a@x.example> wrote:\n\n> apa\n\n{ASKED}",
    f"{ASKED}\n\nOn Sat, Nov 28, 2026, Halo wrote:\nnothing marks what is quoted here",
    f"{ASKED}\n-----Original Message-----\nFrom: a@x.example\napa kabar",
    f"{ASKED}\n________________________________\nFrom: Halo <a@x.example>\napa",
    f"{ASKED}\nDari: Halo <a@x.example>\nDikirim: 28 November 2026\napa",
    f"{ASKED}\n-- \nSiti Aminah\nJl. Merdeka 1",
    f"{ASKED}\n--\nSiti Aminah",
    f"{ASKED}\n\nDikirim dari iPhone saya",
    f"> apa kabar\n{ASKED}\n> lagi",
    f"\n\n  {ASKED}  \n\n",
]


@pytest.mark.parametrize("body", QUOTED, ids=lambda body: repr(body)[:60])
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_quotes_and_signatures_are_cut(body: str, newline: str) -> None:
    assert said(plain(body.replace("\n", newline))) == ASKED


@pytest.mark.parametrize(
    "line", ["Pada hari Senin saya datang, petugas menulis: tidak ada", "Dari: kota Bandung", "-- 1"]
)
def test_what_only_looks_like_a_quote_stays(line: str) -> None:
    assert said(plain(f"lapor\n{line}\nselesai")) == f"lapor\n{line}\nselesai"


CHARSETS = [
    ("text/plain; charset=utf-8", "café é".encode()),
    ("text/plain; charset=iso-8859-1", "café é".encode("latin-1")),
    ("text/plain", "café é".encode()),
    ("text/plain; charset=us-ascii", "café é".encode()),
    ("text/plain; charset=utf-8", "café é".encode("cp1252")),
    ("text/plain; charset=x-unknown", "café é".encode()),
    ("text/plain; charset=", "café é".encode()),
    ("text/plain; charset=punycode", "café é".encode()),
    ("text/plain; charset=zip", "café é".encode()),
    ("text/plain; charset=undefined", "café é".encode()),
    ("text/plain; charset*=bad''%ff%", "café é".encode()),
    ("text/plain; charset=utf-7", "café é".encode("utf-7")),
    ("text/plain; charset=utf-16", "café é".encode("utf-16")),
]


@pytest.mark.parametrize(("kind", "body"), CHARSETS, ids=lambda one: str(one)[:50])
def test_a_text_is_read_whatever_its_charset_is_said_to_be(kind: str, body: bytes) -> None:
    assert said(plain(body, kind)) == "café é"


def test_half_a_character_becomes_one_that_can_be_kept() -> None:
    said(plain(b"info +2AA-", "text/plain; charset=utf-7")).encode()
    mime.subject(mime.headers(plain("", Subject="=?utf-7?Q?+2AA-?="))).encode()


def test_base64_and_quoted_printable_are_decoded() -> None:
    assert said(plain("aW5mbw==", Content_Transfer_Encoding="base64")) == "info"
    assert said(plain("cek#ktp#=\r\n3273014507909999", Content_Transfer_Encoding="quoted-printable")) == ASKED


def test_lines_that_were_broken_to_fit_are_whole_again() -> None:
    flowed = "text/plain; charset=utf-8; format=flowed"
    assert (
        said(plain("cek#ktp#32730145 \r\n07909999\r\n satu\r\n-- \r\nSiti", flowed))
        == "cek#ktp#32730145 07909999\nsatu"
    )
    assert said(plain("cek#ktp#32730145 \r\n07909999", f"{flowed}; delsp=yes")) == ASKED


def test_the_plain_text_is_read_before_html_and_no_attachment_is() -> None:
    mail = EmailMessage()
    mail.set_content(ASKED)
    mail.add_alternative("<p>lain</p>", subtype="html")
    mail.add_attachment("rahasia", filename="catatan.txt")
    mail.add_attachment(b"x" * 1000, maintype="image", subtype="png", filename="foto.png")
    assert said(mail.as_bytes()) == ASKED


def test_html_is_read_as_it_is_shown() -> None:
    page = (
        f"<html><head><style>{'p {}' * 20_000}</style><title>no</title></head><body><script>no()</script>"
        "<p>cek#ktp#<b>32730145</b>0790<wbr>9999</p><div>kedua&nbsp;baris<br>ketiga</div>"
        '<div class="gmail_quote">Pada Sab, 28 Nov 2026 Halo menulis:<blockquote>lama</blockquote></div></body></html>'
    )
    assert said(plain(page, "text/html; charset=utf-8")).split() == [ASKED, "kedua", "baris", "ketiga"]


def test_an_attached_mail_and_an_empty_one_say_nothing() -> None:
    inner = EmailMessage()
    inner.set_content("syarat kk")
    mail = EmailMessage()
    mail.add_attachment(inner)
    assert said(mail.as_bytes()) == said(b"") == said(b"\r\n\r\n") == ""


def test_many_parts_and_bombs_are_read_or_refused_at_once() -> None:
    kind, part = "multipart/mixed; boundary=x", b"--x\r\nContent-Type: image/png\r\n\r\n\r\n"
    text = b"--x\r\n\r\ninfo\r\n--x--\r\n"
    assert said(plain(text + part * 10_000, kind)[:LONGEST_READ]) == "info"
    assert len(said(plain("a" * 20_000_000)[:LONGEST_READ])) == mime.LONGEST
    for page in ("<a a " * 50_000, "<!--" * 50_000, "<blockquote>" * 20_000, "&" * 200_000, "<![CDATA[" * 20_000):
        said(plain(page, "text/html")[:LONGEST_READ])


@pytest.mark.parametrize("deep", [100, 3000])
def test_parts_within_parts_without_end_are_not_read(deep: int) -> None:
    nested = b"".join(b"Content-Type: Multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (at, at) for at in range(deep))
    with pytest.raises(mime.Unreadable):
        said((nested + b"\r\n" * 200_000)[:LONGEST_READ])


SUBJECTS = [
    ("=?utf-8?B?Y2Vr?= =?utf-8?Q?_ktp?=", "cek ktp"),
    ("=?x-unknown?B?Y2Vr?=", "cek"),
    ("=?utf-8?B?!!!?= x", None),
    ("biasa\r\n saja", "biasa saja"),
    ("", ""),
    ("=?utf-8?B?Y2Vr?=" * 100_000, None),
    ("=?utf-8?Q?" + "=41" * 100_000 + "?=", None),
]


@pytest.mark.parametrize(("written", "read"), SUBJECTS, ids=lambda one: str(one)[:40])
def test_a_subject_is_decoded_as_far_as_it_can_be(written: str, read: str | None) -> None:
    found = mime.subject(mime.headers(plain("", Subject=written)))
    assert len(found) <= 1000 and (read is None or found == read)


def test_an_answer_has_one_safe_subject_and_all_it_needs() -> None:
    asked = mime.headers(plain("", Return_Path="<siti@x.example>", Message_ID="<2@x>", References="junk <1@x> <é>"))
    thread = autoreply.thread(asked, f"Re: BLS: {ASKED} \x00 tolong\u202e")
    raw = autoreply.answer(thread, "Jawaban é", "kami@x.example", "<answer.0@x.example>")
    mail = mime.headers(raw)
    assert mime.subject(mail) == "Re: cek#ktp#••••••••••••9999 tolong"
    assert (autoreply.message_id(mail), autoreply.header(mail, "References")) == ("<answer.0@x.example>", "<1@x> <2@x>")
    assert said(raw) == "Jawaban é" and b"\n" not in raw.replace(b"\r\n", b"") and b"\x00" not in raw
    assert autoreply.why_not(mail, "other@x.example"), "our own answers must not be answered"


def test_an_answer_to_a_mail_without_a_subject_and_an_id_has_a_subject() -> None:
    thread = autoreply.thread(mime.headers(plain("", Return_Path="<siti@x.example>")), "")
    mail = mime.headers(autoreply.answer(thread, "x", "kami@x.example", "<answer.0@x.example>"))
    assert mime.subject(mail) == "Halo Dukcapil" and "In-Reply-To" not in mail and "References" not in mail


@pytest.mark.parametrize("own", ["kami@x.example", "kami+layanan@x.example"])
def test_a_mail_of_our_own_is_known_whatever_is_added_to_its_name(own: str) -> None:
    mail = mime.headers(plain("", Return_Path="<Kami+uji@x.example>", From="siti@x.example"))
    assert autoreply.why_not(mail, own) == "it is our own"


def test_a_writer_of_thousands_of_letters_holds_up_nobody() -> None:
    mail = mime.headers(plain("", Return_Path="<siti@x.example>", From="noreply" * 9000 + "@x.example"))
    assert autoreply.why_not(mail, "kami@x.example") == ""


def test_a_thread_survives_being_written_down() -> None:
    thread = Thread("siti@x.example", "é\x1f", "<2@x>", ("<1@x>", "<2@x>"))
    assert Thread.read(thread.written()) == thread
