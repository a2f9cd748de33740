"""What the company knows, as far as it is written down: documents in, passages out.

- `library` is the whole: `Playbook.add`, `sync`, `search`, `mark`.
- In: `files` finds the documents of a folder, `readers/` read each kind (one file and one line a kind; `apart` reads
  the dangerous ones in a process of their own), `documents` says who each is for, `passages` cuts it, `intake` tells
  what changed and `publishing` makes it serve.
- Out: `words` (BM25) and `vectors` (Chroma, of an `embedding`) each find passages, `search` makes one list of them and
  says how sure it is. `glossary` holds the company's synonyms. `minilm` is an embedding that knows meaning, run by
  `bert`; another is any class with `name` and `vectors`, chosen in `bot.app`.
- `marks` keeps what people thought of passages and what they asked in vain; `upkeep` finds what wants looking after.
"""

from knowledge.playbook.documents import Document
from knowledge.playbook.library import Playbook
from knowledge.playbook.passages import Passage
from knowledge.playbook.search import Found, Hit

__all__ = ["Document", "Found", "Hit", "Passage", "Playbook"]
