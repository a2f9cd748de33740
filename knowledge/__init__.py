"""What is so: the books, who may see them, what the assistant has said.

No Slack, no language model, no trained model in here; this floor imports none of the others.

- `database` opens SQLite or PostgreSQL by URL; `migrations/` holds the schema's history.
- `crm` and `ledger` are the tables; `people`, `scores`, `frames`, `metrics` are the ways to read them.
- `imports` loads files; `connectors` bring in other systems (one file each, one line in `CONNECTORS`).
"""
