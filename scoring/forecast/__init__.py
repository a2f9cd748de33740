"""What a period's bookings will come to: from open deals, deals to come and the series of the past.

`model` is the forecast that is trained and served; `projection` is what it says of a period. It learns from `deals` on
the company's own `clock`: how they turn into wins (`conversion`), how they come in (`arrivals`), how weekly bookings
go on (`series`). An `outlook` puts these together, `weights` by how well each did, `simulation` draws from it,
`spread` says how wide. `backtest` lives the past again, `judging` says what that comes to; `bridge` explains what
changed since an earlier forecast, `optimism` how people's own dates and amounts come true.
"""

from scoring.forecast.model import Forecast, plain

__all__ = ["Forecast", "plain"]
