"""Files into the books: CSV and Parquet, checked whole before a row is written.

`load_file` is the way in; `resume_unfinished` runs at start. A file goes through these in order:

- `sheets` opens it as a stream of text columns; `mapping` says which column is which field;
- `plan` reads it once to decide how each column is written (`forms`) and what its values become (`values`);
- `rows` makes rows, with the reasons why some cannot be; `staging` keeps them aside until all are checked;
- `rejects` writes down the others; `apply` moves rows into the books, a short transaction at a time.

`unfinished` makes imports take turns and remembers one that was cut off.
"""

from knowledge.imports.apply import as_text, resume_unfinished
from knowledge.imports.load import ImportReport, load_file
from knowledge.imports.rows import natural_id
from knowledge.imports.unfinished import UnfinishedImport

__all__ = ["ImportReport", "UnfinishedImport", "as_text", "load_file", "natural_id", "resume_unfinished"]
