"""What is likely: pure functions of a `Snapshot`; no session, no clock, no file in a model.

May import `knowledge`, never `tools` or `bot`.

- `base` is the contract of a model, `sources` the books it learns from (leads or deals), `chance` what those share
  that learn a chance from records at past instants, `rates` what these must beat and what else stands in for them;
  `ranking`, `reach`, `waiting` and `pace` are models of leads, `deals` holds those of deals, each with the baseline it
  must beat; `preferences` is what a company may set of them. A model's own description is what its card shows.
- `personas` finds what marks a class beyond chance, `staying` the customers who stay.
- `norms` tells what is usual of each person, and what of late is out of the ordinary.
- `uplift` tells whom contact moves, and not just who is likely.
- `windows` turns a history into labelled rows, `features` declares what is read from a snapshot and how it is told
  (`activity`: what was done and when),
  `columns` decides which of them a model may use, `estimators` (and `narrow`, by few columns; `preparation` lays
  columns out for the linear ones) learn, `calibration` makes chances and intervals, `trees` and `explanations` say why.
- `splits` says which rows teach and which judge; `backtest` judges, by `metrics`, `curves`, `groups` and `drift`;
  what it finds is an `evaluation`.
- `registry` keeps versions (whose `fields` are those of this code, or they don't serve), `training` makes them,
  `champion` says which serves, `refresh` keeps scores up to date.
- `retro` lives the past again, and tells what following the ranking would have changed.
- `eligibility` says who may be given which lead, `stream` whom to give the next one, `dispatch` does it: new leads find
  their rep as they come, and hot ones do not lie.
- `intent` says which kind of question a text is, by its words and what `words` mean.
- `retrieval` asks the playbook questions whose answers are known, and learns from some of them when it may be sure.
- `forecast` says what a period's bookings will come to (a package; its own map is in it).
- `matching` says what each rep adds to a lead, `reps` are those there are, `policy` what another way to share leads out
  would have been worth.
- `plans` places a whole pool of leads: `cases` holds what is known of them (`layout` reads it from the books),
  `placing` finds the best placement, `ways` are what it is compared with, `outcomes` says what each makes expect;
  `fits` is one lead beside every rep, `lift` what following plans brought.
- `attention` says which nudge is worth an interruption, `responses` what people act on; `rehearsal` tries both on
  invented people.
- `sequence` learns from sequences of events what usually comes next, and when; `advice` which step to take, by what it
  adds.

To add a model: one file, one line in `registry.CATALOG`.
"""
