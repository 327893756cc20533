"""The comparison key of a date of birth."""

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

# Excel's and SQL Server's first day, Excel's first on a Mac, Unix's and DOS's zero, and the day
# that forms preselect. Whoever was really born on one of them loses this proof and no other.
DUMMIES = (
    date(1900, 1, 1),
    date(1901, 1, 1),
    date(1904, 1, 1),
    date(1970, 1, 1),
    date(1980, 1, 1),
    date(2000, 1, 1),
)
_OLDEST_YEARS = 120
_NO_DATE = pa.scalar(None, pa.date32())


def birth_key(births: pa.Array, *moments: pa.Array) -> pa.Array:
    """The dates that can be a birth: no dummy, not before 1900, not after the record was made.

    The moments are those of the record itself, the first that is known counts: a date after it or
    more than 120 years before it is no birth of its customer.
    """
    known = pc.coalesce(*moments, pa.scalar(None, pa.timestamp("us")))
    made = pc.cast(known, pa.date32(), safe=False)
    years = pc.subtract(pc.year(made), pc.year(births))
    impossible = pc.or_(pc.greater(births, made), pc.greater(years, _OLDEST_YEARS))
    is_dummy = pc.is_in(births, pa.array(DUMMIES, pa.date32()))
    too_old = pc.less(births, pa.scalar(date(1900, 1, 1)))
    bad = pc.or_(pc.or_(is_dummy, too_old), pc.fill_null(impossible, False))
    return pc.if_else(bad, _NO_DATE, births)
