"""Who should get which lead: the exact allocation, its prices and its proof.

Start with `allocating`, the question and its answer. `problem` brings it into one form and `conflicts` says what cannot
be kept; `solver` takes the turns: first prices at the `start`, from samples or a `ladder` (`binned` where leads have
owners); a `shortlist` of who comes into question for each lead; `prices` that settle on it, by `sharp` demand and, from
afar, by `blurred`; the `repair` that makes it exact; and the certificate. `reading` is the one place that goes through
the whole matrix. `crowded` and `load` are for reps whose later leads are worth less; `arrivals` gives out a single new
lead.
"""

from scoring.allocation.allocating import Allocation, allocate
from scoring.allocation.arrivals import Choice, choose
from scoring.allocation.problem import Share

__all__ = ["Allocation", "Choice", "Share", "allocate", "choose"]
