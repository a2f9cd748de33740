"""Where books come from: one connector a system, each of which fills or updates the tables of `knowledge.crm`."""
