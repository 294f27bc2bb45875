"""The drill tells for each fault how many calls went on and were answered, and ends what it started."""

from click.testing import CliRunner

from agi.bench.drill import Fault, Part, Trial, report
from agi.cli import main


def test_the_table_counts_calls_and_tells_the_worst() -> None:
    trials = [
        Trial(Part.LINE, Fault.KILLED, True, 1.5, 0.2),
        Trial(Part.LINE, Fault.KILLED, True, 2.5, None),
        Trial(Part.ASTERISK, Fault.FROZEN, False, 9.0, 4.0),
    ]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in report(trials).splitlines()[2:]]
    assert rows == [
        ["line killed", "2 of 2", "2.5", "1 of 2", "0.2"],
        ["asterisk frozen", "0 of 1", "–", "1 of 1", "4.0"],
    ]


def test_a_killed_line_drops_nobody() -> None:
    done = CliRunner().invoke(main, ["drill", "--moments", "1", "--part", "line", "--fault", "killed"])
    assert done.exit_code == 0, done.output
    row = next(line for line in done.output.splitlines() if line.startswith("| line killed"))
    assert row.count("1 of 1") == 2
    assert "told nothing: 1 of 1." in done.output
