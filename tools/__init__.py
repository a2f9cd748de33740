"""What may be asked: one function a tool, behind one door.

`base` is the door (role, arguments, run, citations, audit, refusal), `access` the whole policy of who may see what,
`untrained` says why a model has nothing to say, `names` turns what people call things into records, `mentions` finds
them in a question. `charts` draws and `pages` writes the files that go with answers; `cards` is all there is to say of
a model (from `findings`, `verdicts`, `pictures`, `descriptions` and the `nouns` of each model). Every other module is a
subject with its tools: of leads that change hands, `plans` proposes (in the shape of `planned`, in the words of
`plan_words`), `decisions`, `appeals` and `standing` are the clicks, `news` what those concerned are told, `allocation`
why, `waiting` what waits for a click. Of forecasts, `forecasts` says what comes (in the words of `forecast_words`, by
`projections`) and `accuracy` how it came true; of deals, `deals` says which are at risk (`due` puts them in order,
`deal_cards` makes a card each) and `advice` what to do next; `outcomes` (by `outcome_words`) and `snoozes` propose what
a person did or puts aside, and write it by a click; `playbook` quotes the company's documents; `customers` say who
converts and who stays (in the words of `customer_words`). Of nudges, `moments` says how each kind is found and told
(about which `subjects`, with what at `stakes`), `nudging` which go out, `nudges` and `nudge_settings` are what people
see and click; `briefing` is the day at a glance. Of teams, `team_summary` says what happened (of whom and when by
`teams`, the `team_figures` that are its `team_facts`, who is out of the ordinary by `standings` of `signals`, what to
do by `team_actions`, in the words of `team_words`, in `team_parts`, and as `team_picture`), and `team_posts` has it
posted. This floor imports `scoring` and `knowledge`; it knows no Slack.

To add a tool: write a function with `@tool(...)` and its `Result` in the module of its subject, and put it into
`TOOLS` in `catalog`. Its docstring is what a language model reads; the questions it answers, a line each in the file of
its name in `examples`, are what the offline planner learns.
"""
