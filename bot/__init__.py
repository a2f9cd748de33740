"""Slack, and every other way to ask: no model and no table in here.

- `agent` answers a question, whoever carries it; `planner` and `reading` do without a language model.
- `commands` are the words that can be typed after `/callsheet`.
- `listeners` hear Slack and keep what they hear in the `backlog`, whose workers do it; `questions` are most of it.
- `desk` knows who asks (`profiles`) and where an answer may go, `views` draw results as blocks, `sending` paces them.
- `embeddings` asks a provider for the playbook's vectors.
- `outgoing` is the one way out: it lets no `links` to unknown hosts, and nothing that Slack would refuse, be sent.
- `jobs` go on beside the conversations: new leads are placed, `notices` are delivered, and `schedule` sends the
  `nudges` that are due.
- `workspaces` reach Slack, one by its token or all that the app was let into by `installing`.
- `running` puts the ways in around them: `web` over HTTP, `socketmode`; `stopping` ends both in order. `health` and
  `metrics` say how the process is.
- `workspace` is a Slack of our own for the demo and the tests.
- `app` and `cli` put everything together; only they (and `bench`) may import `knowledge` and `scoring`.
"""
