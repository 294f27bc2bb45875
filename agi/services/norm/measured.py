"""What a rule found."""

from dataclasses import dataclass

from agi.dialogue.finding import Finding


@dataclass(frozen=True, slots=True)
class Measured:
    """`value`: what was measured, in words; `breaches`: each place that does not keep to it."""

    value: str
    breaches: tuple[Finding, ...] = ()

    @property
    def met(self) -> bool:
        """Whether nothing breaks the rule."""
        return not self.breaches
