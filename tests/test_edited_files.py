"""TOML files as people's editors write them: taken as they are, or told in plain words with the line."""

from pathlib import Path

import pytest

from agi import tomlfile

GOOD = '[a]\nb = "satu"\n'


@pytest.mark.parametrize(
    "raw",
    [
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("\n", "\r").encode(),
        GOOD.replace("b =", "\tb\t=\t").encode(),
    ],
    ids=["byte order mark", "line ends of Windows", "line ends of old Macs", "tabs"],
)
def test_what_editors_add_is_taken(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "id.toml").write_bytes(raw)
    file = tomlfile.read(tmp_path / "id.toml")
    assert file.tables == {"a": {"b": "satu"}}
    assert file.lines == {"a": 1, "a.b": 2}


MISTAKES = [
    ("UTF-16", GOOD.encode("utf-16"), 0, "UTF-16"),
    ("UTF-16 without mark", GOOD.encode("utf-16-le"), 0, "UTF-16"),
    ("ANSI", '[a]\nb = "café"\n'.encode("cp1252"), 2, "simpan lagi sebagai UTF-8"),
    ("key twice", b'[a]\nb = "x"\nc = "y"\nb = "z"\n', 4, "b di [a] sudah ada di baris 2"),
    ("table twice", b'[a]\nb = "x"\n[a]\nc = "y"\n', 3, "tabel [a] sudah ada di baris 1"),
    ("closing quote", b'[a]\nb = "x\nc = "y"\n', 2, "penutup"),
    ("closing quote at the end", b'[a]\nb = "x', 2, "penutup"),
    ("closing single quote", b"[a]\nb = 'x\n", 2, "penutup"),
    ("opening quote", b'[a]\nb = x y"\n', 2, 'tulis "x y", di antara tanda kutip'),
    ("no quotes", b"[a]\nb = ya\n", 2, "true (ya)"),
    ("a time without quotes", b"[a]\nb = 07.30\n", 2, 'tulis "07.30"'),
    ("quotes of Word", "[a]\nb = “x”\n".encode(), 2, "dari Word"),
    ("key in quotes of Word", '[a]\n“b” = "x"\n'.encode(), 2, "dari Word"),
    ("no-break space", '[a]\nb\u00a0= "x"\n'.encode(), 2, "spasi tak terlihat"),
    ("zero-width space", '[a]\n\u200bb = "x"\n'.encode(), 2, "spasi tak terlihat"),
    ("quotes in a sentence", b'[a]\nb = "kata "siap" saja"\n', 2, "di tengah kalimat"),
    ("no equals sign", b'[a]\nb "x"\n', 2, "tidak punya tanda ="),
    ("colon", b'[a]\nb : "x"\n', 2, "tidak punya tanda ="),
    ("nothing after the sign", b"[a]\nb =\n", 2, "tidak ada apa-apa setelah tanda ="),
    ("list left open", b'[a]\nb = ["x", "y"\nc = "z"\n', 2, "tutup dengan ]"),
    ("list without comma", b'[a]\nb = ["x" "y"]\n', 2, "koma"),
    ("table left open", b'[a\nb = "x"\n', 1, "judul tabel"),
    ("backslash", b'[a]\nb = "C:\\data"\n', 2, "garis miring terbalik"),
    ("three quotes left open", b'[a]\nb = """x\n\nc = "y"\n', 2, "tidak pernah ditutup"),
    ("blank in a key", b'[a]\nnama saya = "x"\n', 2, "nama di kiri tanda ="),
    ("rest of a merge", b'[a]\n<<<<<<< HEAD\nb = "x"\n', 2, "git"),
    ("control character", b'[a]\nb = "x\x07"\n', 2, "huruf kendali"),
    ("huge", b"#" * (tomlfile.MOST_BYTES + 1), 0, "lebih besar"),
    ("deep", b"a = " + b"[" * 9000, 0, "bersarang"),
    ("huge number", b"a = " + b"9" * 9000, 0, "terlalu panjang"),
]


@pytest.mark.parametrize(("raw", "line", "told"), [one[1:] for one in MISTAKES], ids=[one[0] for one in MISTAKES])
def test_a_mistake_is_told_in_words_with_its_line(tmp_path: Path, raw: bytes, line: int, told: str) -> None:
    (tmp_path / "id.toml").write_bytes(raw)
    with pytest.raises(tomlfile.TomlError) as caught:
        tomlfile.read(tmp_path / "id.toml")
    assert caught.value.line == line
    assert told in caught.value.message
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(tomlfile.TomlError, match="tidak ada"):
        tomlfile.read(tmp_path / "id.toml")
    with pytest.raises(tomlfile.TomlError, match="folder"):
        tomlfile.read(tmp_path)
    (tmp_path / "link").symlink_to("link")
    with pytest.raises(tomlfile.TomlError, match="tidak bisa dibaca"):
        tomlfile.read(tmp_path / "link")
