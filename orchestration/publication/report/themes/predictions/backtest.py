"""Each prediction beside a baseline of one line, on the days it had not seen."""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.publication.report import format as show
from orchestration.publication.report.panel import Column, Content, Panel, PanelTable, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, say


@dataclass(frozen=True, slots=True)
class Trial:
    """The deciding measure of one prediction."""

    prediction: str
    baseline: str
    measure: str
    customers: int
    model_value: float | None
    baseline_value: float | None
    is_better: bool | None


_SQL = """
select prediction, baseline, measure, customers, model_value, baseline_value, is_better
from marts.rpt_backtest
where
    kind = 'hold_out'
    and is_deciding
    and as_of_date = (select max(as_of_date) from marts.rpt_backtest where kind = 'hold_out')
order by prediction
"""


def _build(published: Published) -> Content | None:
    trials = published.rows(Trial, _SQL)
    if not trials:
        return None
    lost = [trial for trial in trials if trial.is_better is False]
    judged = [trial for trial in trials if trial.is_better is not None]
    return Content(
        reading=say(
            "backtest.some_lost" if lost else "backtest.none_lost",
            judged=show.count(len(judged)),
            won=show.count(len(judged) - len(lost)),
        ),
        tables=(PanelTable(say("backtest.caption"), _table(trials)),),
    )


def _table(trials: list[Trial] | tuple[Trial, ...]) -> Table:
    return Table(
        columns=(
            Column(say("backtest.prediction"), kind="word"),
            Column(say("backtest.measure"), kind="word"),
            Column(say("backtest.model")),
            Column(say("backtest.baseline")),
            Column(say("backtest.baseline_is"), kind="word"),
            Column(say("words.buyers")),
            Column(say("backtest.verdict"), kind="word"),
        ),
        rows=tuple(
            (
                say(f"backtest.predictions.{trial.prediction}"),
                say(f"backtest.measures.{trial.measure}"),
                _written(trial.model_value, trial.measure),
                _written(trial.baseline_value, trial.measure),
                say(f"backtest.baselines.{trial.baseline}"),
                show.count(trial.customers),
                say(f"backtest.{_verdict(trial)}"),
            )
            for trial in trials
        ),
    )


def _verdict(trial: Trial) -> str:
    if trial.is_better is None:
        return "unknown"
    return "met" if trial.is_better else "lost"


def _written(value: float | None, measure: str) -> Text:
    if value is None:
        return say("words.no_data")
    return show.number(value, 1 if measure == "median_absolute_days" or value >= 100 else 3)


BACKTEST = Panel(key="backtest", reads=("marts.rpt_backtest",), build=_build)
