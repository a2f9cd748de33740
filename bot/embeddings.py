"""The playbook's vectors from OpenAI, or from any server that speaks its /embeddings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tools.errors import Unavailable

if TYPE_CHECKING:
    import openai

MODEL, SIZE = "text-embedding-3-small", 1_536
# The limits are 8,192 tokens a text, 300,000 tokens and 2,048 texts a request. A token is one byte at least, so
# counting bytes keeps them in every language, without a tokenizer that would be downloaded.
BYTES_A_TEXT, BYTES_A_REQUEST, TEXTS_A_REQUEST = 8_192, 300_000, 2_048
# Somebody waits for the vector of one text, and the words can answer without it; an index is worth waiting for.
# The library obeys a server that asks for two minutes before the next attempt, so the one is not tried again.
WAIT_FOR_ONE, WAIT_FOR_MANY = (5.0, 0), (60.0, 4)


class OpenAI:
    """Vectors of text-embedding-3-small.

    Texts leave the house: every passage when it is indexed, and every question that is asked of the playbook. The key
    is read by OpenAI's library from OPENAI_API_KEY.

    Parameters
    ----------
    base_url : where a compatible server is; None for OpenAI's own
    """

    name = f"openai-{MODEL}-{SIZE}"

    def __init__(self, base_url: str | None = None) -> None:
        self._base_url = base_url

    def vectors(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Vectors of the texts, (n_texts, 1536); of a long text its first 8,192 bytes.

        Raises
        ------
        Unavailable
            When the server does not answer, refuses the key, takes no more, or answers with something else.
        """
        patience = WAIT_FOR_ONE if len(texts) == 1 else WAIT_FOR_MANY
        parts = [self._asked(part, *patience) for part in _requests([_cut(text) for text in texts])]
        found = np.concatenate(parts) if parts else np.empty((0, SIZE), np.float32)
        found /= np.linalg.norm(found, axis=1, keepdims=True)
        return found

    def _asked(self, texts: list[str], timeout: float, retries: int) -> npt.NDArray[np.float32]:
        import openai

        try:
            client = self._client.with_options(timeout=timeout, max_retries=retries)
            # Not every compatible server knows the shorter form in base64.
            answer = client.embeddings.create(input=texts, model=MODEL, encoding_format="float")
            return _read(answer, len(texts))
        except openai.OpenAIError as error:
            reason = _reason(error)
        except (AttributeError, KeyError, TypeError, ValueError):
            reason = "answers with something that is no vectors; check OPENAI_BASE_URL"
        # Without its cause: what a server answers may hold the key or the text, and would be written to the log.
        raise Unavailable(f"The server that makes the playbook's vectors {reason}.")

    @cached_property
    def _client(self) -> openai.OpenAI:
        import openai

        return openai.OpenAI(base_url=self._base_url)


def _read(answer: openai.types.CreateEmbeddingResponse, count: int) -> npt.NDArray[np.float32]:
    ordered = sorted(answer.data, key=lambda each: each.index)
    found = np.array([each.embedding for each in ordered], np.float32)
    if found.shape != (count, SIZE) or not np.isfinite(found).all() or not found.any(axis=1).all():
        raise ValueError("not one vector of that size for each text")
    return found


def _reason(error: openai.OpenAIError) -> str:
    import openai

    if isinstance(error, openai.APIConnectionError):
        return "cannot be reached; check OPENAI_BASE_URL and the network"
    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        return "refuses OPENAI_API_KEY; check it, or set CALLSHEET_EMBEDDING to hashing"
    if isinstance(error, openai.RateLimitError):
        return "takes no more just now; try again in a minute, or check the account's quota"
    if isinstance(error, openai.NotFoundError):
        return f"has no {MODEL}; check OPENAI_BASE_URL, or set CALLSHEET_EMBEDDING to hashing"
    if isinstance(error, openai.APIStatusError):
        return f"answers with an error ({error.status_code}); try again in a minute"
    return "cannot be asked; check OPENAI_API_KEY and OPENAI_BASE_URL"


def _cut(text: str) -> str:
    # An empty text is refused.
    return text.encode("utf-8", "ignore")[:BYTES_A_TEXT].decode("utf-8", "ignore") or " "


def _requests(texts: Sequence[str]) -> Iterator[list[str]]:
    """The texts in order, as many at once as are taken."""
    part: list[str] = []
    held = 0
    for text in texts:
        size = len(text.encode())
        if part and (len(part) == TEXTS_A_REQUEST or held + size > BYTES_A_REQUEST):
            yield part
            part, held = [], 0
        part.append(text)
        held += size
    if part:
        yield part
