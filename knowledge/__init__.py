"""What is so: the books, who may see them, what the assistant has said.

No Slack, no language model, no trained model in here; this floor imports none of the others.

- `database` opens SQLite or PostgreSQL by URL; `migrations/` holds the schema's history.
- `crm` and `ledger` are the tables; `people`, `scores`, `frames` (leads), `pipeline` (deals), `metrics` are the ways to
  read them; `reading` fetches rows in bulk, `edits` takes edits back; `customers` are those of whom it is known whether
  they stayed.
- `proposals` keeps what waits for a click and what was decided; `assigning` is the one place where a lead changes
  hands, `pool` knows the leads of nobody, `staff` who can be given any; `notices` are what people will be told,
  `standing` what may be done without a click, `holdouts` who goes on as before so that an effect can be told and
  `trials` what became of them; `stock` is every open lead that could change hands, `ownership` who has had one.
- `nudges` keeps which nudges were considered and what came of them, `wishes` what people wish of them; `occasions` are
  what somebody could act on now, `followups` what they did about it, `promises` what is due; `rotas` say when people
  work.
- `deeds` counts what people did, `changes` what became of the pipeline, `team_posts` are the summaries of a team that
  are posted on their own.
- `entries` is what people enter by a click (calls, meetings, won and lost), `local_edits` what no file changes back,
  `snoozes` who is put aside until when; `instants` reads days to come, `calendar` periods and calling hours.
- `forecasts` keeps what was told of a period until it can be graded, `quotas` says what was aimed at.
- `installations` are the Slack workspaces that the app is in, with their tokens, encrypted.
- `playbook` is what the company wrote down, to be quoted; `documents/` are those of the demo company.
- `imports` loads files; `connectors` bring in other systems (one file each, one line in `CONNECTORS`).
"""
