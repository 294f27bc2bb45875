"""The README names every command and every setting, and nothing that does not exist."""

import re

import click
import pytest
from pydantic import BaseModel

from agi.cli import COMMANDS, main
from agi.settings import ROOT, Settings

README = (ROOT / "README.md").read_text()


def _leaves(command: click.Command, words: tuple[str, ...]) -> list[tuple[str, ...]]:
    if not isinstance(command, click.Group):
        return [words]
    context = click.Context(command)
    found = []
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        assert inner is not None
        if not inner.hidden:
            found += _leaves(inner, (*words, name))
    return found


ALL_COMMANDS = [" ".join(words) for words in _leaves(main, ())]


@pytest.mark.parametrize("command", ALL_COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert re.search(rf"\b{command}\b", README), f"`hotline {command}` is not in README.md"


@pytest.mark.parametrize("command", ALL_COMMANDS)
def test_every_command_and_every_option_has_help(command: str) -> None:
    found: click.Command = main
    for word in command.split():
        assert isinstance(found, click.Group)
        inner = found.get_command(click.Context(found), word)
        assert inner is not None
        found = inner
    assert found.get_short_help_str(), f"`hotline {command}` has no help"
    for option in found.params:
        if isinstance(option, click.Option):
            assert option.help, f"`hotline {command} {option.opts[0]}` has no help"


def test_every_command_that_the_readme_names_exists() -> None:
    named = set(re.findall(r"\./hotline ([a-z]+)", README))
    assert named <= set(COMMANDS), named - set(COMMANDS)


def _settings() -> list[tuple[str, str, str]]:
    rows = []
    for group, field in Settings.model_fields.items():
        section = field.annotation
        assert isinstance(section, type)
        assert issubclass(section, BaseModel)
        for name, one in section.model_fields.items():
            rows.append((f"{group}.{name}", str(one.default), one.description or ""))
    return rows


@pytest.mark.parametrize(("name", "default", "description"), _settings())
def test_every_setting_stands_in_the_readme_with_default_and_description(
    name: str, default: str, description: str
) -> None:
    assert description, f"{name} has no description"
    assert f"| `{name}` | `{default}` | {description} |" in README


GLOSSARY = re.findall(r"^\| (.*`.*) \| `(agi/[a-z_/]+\.py)` \| ", README.partition("### Words")[2], re.MULTILINE)


@pytest.mark.parametrize(("ours", "module"), GLOSSARY)
def test_a_word_of_the_glossary_is_one_of_its_module(ours: str, module: str) -> None:
    source = (ROOT / module).read_text()
    for word in re.findall("`([^`]+)`", ours):
        assert re.search(rf"\b{word}\b", source), f"{word} is not in {module}"


def test_there_is_a_glossary() -> None:
    assert len(GLOSSARY) > 20
