"""Moves as plans make them."""

from __future__ import annotations

from knowledge.proposals import Move


def move(lead_id, from_id="P-1", to_id="P-2", arm="plan"):
    return Move(lead_id, from_id, to_id, 100.0, 150.0, 0.2, 0.3, f"{to_id} wins more often.", arm)
