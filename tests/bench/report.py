"""The figures as a table for people; the JSON has every round."""

from works import Work, spread


def number(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def row(cells: list[str]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, (10, 11, 9, 9, 9, 11, 20), strict=True)).rstrip()


def table(works: list[Work]) -> str:
    lines = []
    for work in works:
        kept = sum(r.kept for r in work.rounds)
        refused = len(work.rounds) - kept
        lines += ["", f"{work.name} ({kept} rounds{f', {refused} refused' if refused else ''})"]
        lines += [f"  {note}" for note in [*work.notes, work.fault] if note]
        if any("ms.median" in work.medians(engine) for engine in work.engines()):
            lines.append("  " + row(["engine", "each second", "median ms", "p95", "max", "total ms", "Sarhad is"]))
            for engine in work.engines():
                figures = work.medians(engine)
                cells = [engine] + [number(figures[key]) if key in figures else "" for key in
                                    ("per_s", "ms.median", "ms.p95", "ms.max", "ms.total")]
                if "per_s" in figures:
                    cells[5] = ""  # of as many as there was time for
                ratios = work.ratios(engine) if engine not in ("sarhad", "disk") else []
                if ratios:
                    s = spread(ratios)
                    cells.append(f"{s['median']:.2f}× ({s['min']:.2f}–{s['max']:.2f})")
                lines.append("  " + row(cells + [""] * (7 - len(cells))))
        else:
            for engine in work.engines():
                lines.append("  " + ", ".join(f"{key} {number(value)}" for key, value in work.medians(engine).items()))
        lines += [f"  {'met   ' if goal.met else 'MISSED'} {goal.text}: {number(goal.value)}" for goal in work.goals]
    return "\n".join(lines)


def summary(works: list[Work]) -> str:
    lines = ["", "goals"]
    for work in works:
        lines += [f"  {'met   ' if g.met else 'MISSED'} {work.name}: {g.text}: {number(g.value)}" for g in work.goals]
        if work.fault:
            lines.append(f"  FAILED {work.name}: {work.fault}")
        elif not work.kept():
            lines.append(f"  REFUSED {work.name}: every round was disturbed by other programs")
    return "\n".join(lines)
