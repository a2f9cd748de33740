"""What to do next with a deal or a lead: the step after which such ones are won more often.

`steps` says what counts as a step, `decisions` lays past ones side by side with what came of them, `effects` tells what
each step adds, `path` what usually comes next and when. `model` advises by them.
"""

from scoring.advice.model import Advice, NextStep, NextTouch

__all__ = ["Advice", "NextStep", "NextTouch"]
