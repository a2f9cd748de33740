"""Where buyers live: countries, zones, and the telephone numbers of each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """One zone of one country, with how many of a hundred buyers live there and which team sells to them."""

    country: str
    zone: str
    region: str
    share: float
    team: int
    language: str
    names: str
    suffixes: tuple[str, ...]
    prefixes: tuple[str, ...]
    digits: int


_US = ("en", "en_US", ("Inc.", "LLC", "Group", "Co."))


def _us(zone: str, region: str, share: float, team: int, codes: str) -> Place:
    # 555-0100 to 555-0199 are kept free for fiction in every area.
    return Place("US", zone, region, share, team, *_US, tuple(f"+1{code}55501" for code in codes.split()), 2)


PLACES = (
    _us("America/New_York", "US East", 21, 0, "201 202 203 212 215 216 302 305 313 401 404 410 412 413 484 508 513 603 "
        "609 614 617 704 716 718 757 781 803 804 813 845 904 908 919 954"),
    _us("America/Chicago", "US Central", 13, 0, "205 210 214 218 224 225 262 281 309 312 314 319 402 405 414 417 501 "
        "504 512 515 601 608 612 630 651 708 713 773 816 832 901 913 918"),
    _us("America/Denver", "US Mountain", 5, 1, "303 307 385 406 505 720 801 970"),
    _us("America/Phoenix", "US Mountain", 3, 1, "480 520 602 623"),
    _us("America/Los_Angeles", "US West", 14, 1, "206 209 213 253 310 323 360 408 415 425 503 510 530 559 562 619 626 "
        "650 661 702 707 714 760 805 818 831 858 909 916 925 949 951 971"),
    Place("CA", "America/Toronto", "Canada", 4, 0, "en", "en_US", ("Inc.", "Ltd."),
          ("+141655501", "+151455501", "+161355501", "+190555501", "+164755501", "+151955501"), 2),
    Place("CA", "America/Vancouver", "Canada", 2, 1, "en", "en_US", ("Inc.", "Ltd."), ("+160455501", "+125055501"), 2),
    Place("GB", "Europe/London", "UK & Ireland", 11, 2, "en", "en_GB", ("Ltd", "plc", "Group"),
          ("+44207946", "+44161496", "+44121496", "+44131496", "+44117496", "+44113496"), 4),
    Place("DE", "Europe/Berlin", "DACH", 8, 2, "de", "de_DE", ("GmbH", "AG", "GmbH & Co. KG"),
          ("+493023125", "+498999998", "+496990009", "+494066969"), 3),
    Place("FR", "Europe/Paris", "France", 5, 2, "fr", "fr_FR", ("SA", "SAS", "SARL"),
          ("+33199", "+33261", "+33353", "+33465", "+33536"), 6),
    Place("NL", "Europe/Amsterdam", "Benelux", 4, 2, "nl", "nl_NL", ("B.V.", "N.V."), ("+3120800", "+3110800"), 4),
    Place("ES", "Europe/Madrid", "Iberia", 3, 2, "es", "es_ES", ("S.L.", "S.A."), ("+3491123", "+3493123"), 4),
    Place("AU", "Australia/Sydney", "ANZ", 2.5, 1, "en", "en_GB", ("Pty Ltd",), ("+6125550", "+6127010"), 4),
    Place("BR", "America/Sao_Paulo", "LATAM", 2.5, 0, "pt", "pt_BR", ("Ltda.", "S.A."), ("+55115555", "+55115550"), 4),
    Place("IN", "Asia/Kolkata", "India", 2, 2, "en", "en_IN", ("Pvt Ltd",), ("+91995550", "+91985550"), 5),
)  # fmt: skip
