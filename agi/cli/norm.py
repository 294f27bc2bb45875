"""The norm check in lines for a terminal."""

from collections.abc import Iterator

from agi.services.norm.statement import NOT_MEASURED, Statement


def norm_lines(told: Statement) -> Iterator[str]:
    """Each rule, where it is not kept and how to mend it, then the sum."""
    yield told.title
    for one in told.outcomes:
        rule, measured = one.rule, one.measured
        yield f"{rule.code} {'ya   ' if measured.met else 'BELUM'} {rule.title}: {measured.value} (batas: {rule.limit})"
        yield f"           {'; '.join(map(str, rule.sources))}"
        for finding in measured.breaches:
            yield f"           {finding.path}:{finding.line}: {finding.message}"
        if not measured.met:
            yield f"           {rule.mend}"
    yield f"{told.met} dari {len(told.outcomes)} terpenuhi. {NOT_MEASURED}"
