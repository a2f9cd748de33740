"""What is likely: pure functions of a `Snapshot`; no session, no clock, no file in a model.

May import `knowledge`, never `tools` or `bot`.

- `base` is the contract of a model; `ranking` and `reach` are models, each with the baseline it must beat.
- `windows` turns a history into labelled rows, `features` declares what is read from a snapshot and how it is told,
  `columns` decides which of them a model may use, `estimators` learn, `calibration` makes chances and intervals,
  `trees` and `explanations` say why.
- `backtest` and `metrics` judge, `registry` keeps versions, `training` makes them, `refresh` keeps scores up to date.

To add a model: one file, one line in `registry.CATALOG`.
"""
