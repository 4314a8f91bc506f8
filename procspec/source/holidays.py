"""Public holidays of a country or a subdivision, from the library `holidays` (extra `calendars`).

A calendar of a close wants the days on which offices are shut: the category `public`, and for a holiday
that falls on a weekend the day on which it is observed as well (the library's documentation,
`country_holidays`, parameters `categories` and `observed`).
"""

from __future__ import annotations

import re
import warnings
from datetime import date
from typing import TYPE_CHECKING

from procspec.source.suggest import hint
from procspec.workdays import NoHolidays

if TYPE_CHECKING:
    from holidays import HolidayBase

_REGION = re.compile(r"(?P<country>[A-Z]{2})(?:-(?P<part>[A-Z0-9]{1,3}))?")
"""ISO 3166-1 alpha-2, and the second half of ISO 3166-2: what the library goes by."""
NOT_INSTALLED = (
    "Public holidays come from the library `holidays`, which is not installed. Install procspec-cli with "
    "the extra `calendars`, or list the days under businessDateExclusions."
)

_ELSE = "Use another version of it, or list the days under businessDateExclusions instead of `holidays`."


def installed() -> bool:
    """Whether the library is there."""
    try:
        import holidays  # noqa: F401
    except ImportError:
        return False
    return True


def source() -> str:
    """The library and its version, for plans: `holidays 0.109`."""
    from holidays.version import __version__

    return f"holidays {__version__}"


def fault(region: str) -> str | None:
    """Why the library cannot know this region, in sentences that say what to do; None if it does."""
    match = _REGION.fullmatch(region)
    if match is None:
        return (
            f'"{region}" is no region. Write the code of a country such as "US", or of a country and a part '
            f'of it such as "US-NY".{_meant(region)}'
        )
    try:
        _entity(region)
    except NotImplementedError:
        return _unknown(match["country"], match["part"])
    except Exception as error:  # it computes lunar months and more: nobody knows what it may raise
        return f"The library {source()} fails for {region} ({type(error).__name__}). {_ELSE}"
    return None


def public(region: str, year: int) -> frozenset[date]:
    """The public holidays of a region without a `fault`, the days on which they are observed included.

    Raises `NoHolidays` where the library has none, or says that it has not all of them: to take that for
    a year without holidays would move dates.
    """
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            days = frozenset(_entity(region, year))
        except Exception:  # whatever it is, it does not know them
            days = frozenset()
    gaps = [warning for warning in said if not issubclass(warning.category, DeprecationWarning)]
    if not days or gaps:
        raise NoHolidays(
            f"The library {source()} does not know the public holidays of {region} in {year}. {_ELSE}",
            year,
        )
    return days


def _entity(region: str, year: int | None = None) -> HolidayBase:
    """The library's answer. Raises `NotImplementedError` for a region that it does not have."""
    import holidays

    country, _, part = region.partition("-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a spelling that it still knows
        return holidays.country_holidays(
            country, subdiv=part or None, years=year, expand=False, observed=True, categories=holidays.PUBLIC
        )


def _unknown(country: str, part: str | None) -> str:
    import holidays

    known = holidays.list_supported_countries()
    if country not in known:
        return f'The library {source()} knows no country "{country}". Write its code of ISO 3166-1.'
    parts = [name for name in known[country] if _REGION.fullmatch(f"{country}-{name}")]
    if not parts:
        return f'The library {source()} knows no parts of {country}. Write "{country}".'
    return f'The library {source()} knows no "{part}" in {country}.{hint(part, parts)}'


def _meant(region: str) -> str:
    """The code that somebody had in mind who wrote it in lower case, or a code of three letters."""
    import holidays

    guess = region.strip().upper().replace("_", "-")
    country, _, part = guess.partition("-")
    if country not in holidays.list_supported_countries():
        return ""
    code = "-".join(filter(None, (holidays.country_holidays(country).country, part)))
    return f' Did you mean "{code}"?' if _REGION.fullmatch(code) and fault(code) is None else ""
