"""What is likely: pure functions of a `Snapshot`; no session, no clock, no file in a model.

May import `knowledge`, never `tools` or `bot`.

- `base` is the contract of a model; `ranking`, `reach` and `waiting` are models, each with the baseline it must beat.
- `windows` turns a history into labelled rows, `features` declares what is read from a snapshot and how it is told
  (`activity`: what was done and when),
  `columns` decides which of them a model may use, `estimators` learn, `calibration` makes chances and intervals,
  `trees` and `explanations` say why.
- `splits` says which rows teach and which judge; `backtest` judges, by `metrics`, `curves`, `groups` and `drift`.
- `registry` keeps versions, `training` makes them, `champion` says which serves, `refresh` keeps scores up to date.

To add a model: one file, one line in `registry.CATALOG`.
"""
