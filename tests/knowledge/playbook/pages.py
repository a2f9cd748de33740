"""Files of each kind, made for a test."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence

import docx
from pptx import Presentation


def pdf(*texts: str, about: str = "") -> bytes:
    """A PDF of a page for each text; `about` goes into what it says of itself."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(texts)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(texts)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for n, text in enumerate(texts):
        drawn = "BT /F1 12 Tf 72 720 Td " + " ".join(f"({line}) Tj 0 -14 Td" for line in text.splitlines()) + " ET"
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {5 + 2 * n} 0 R >>"
        )
        objects.append(stream(drawn.encode()))
    return assembled([*objects, f"<< {about} >>"], info=4 + 2 * len(texts))


def stream(content: bytes, extra: str = "") -> str:
    return f"<< /Length {len(content)} {extra} >>\nstream\n{content.decode('latin-1')}\nendstream"


def assembled(objects: Sequence[str], *, info: int | None = None) -> bytes:
    """A PDF of some objects, the first of which is its catalogue."""
    out = io.BytesIO(b"%PDF-1.7\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1"))
    start = out.tell()
    out.write(f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n".encode())
    out.writelines(f"{place:010} 00000 n \n".encode() for place in places)
    about = f"/Info {info} 0 R" if info else ""
    out.write(f"trailer << /Size {len(places) + 1} /Root 1 0 R {about} >>\nstartxref\n{start}\n%%EOF".encode())
    return out.getvalue()


def word(fill: Callable[..., object]) -> bytes:
    """A Word file that was filled by `fill(document)`."""
    document = docx.Document()
    fill(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def slides(fill: Callable[..., object]) -> bytes:
    """A presentation that was filled by `fill(show)`."""
    show = Presentation()
    fill(show)
    out = io.BytesIO()
    show.save(out)
    return out.getvalue()


def bomb(size: int) -> bytes:
    """An archive of a few kilobytes whose one part unpacks to as many bytes of nothing."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/document.xml", "w", force_zip64=True) as part,
    ):
        block = bytes(1_000_000)
        for _ in range(size // len(block)):
            part.write(block)
    return out.getvalue()


def changed(archive: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """An archive, one part of which was changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            content = old.read(part)
            new.writestr(part, change(content) if part == name else content)
    return out.getvalue()
