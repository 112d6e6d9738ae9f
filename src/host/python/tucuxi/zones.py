"""The time zones of timestamps: dateutil's if it is installed, otherwise classes that look like them."""

import datetime
import time

try:
    from dateutil.tz import tzlocal, tzutc
except ImportError:

    class _Zone(datetime.tzinfo):
        def __repr__(self):
            return f"{type(self).__name__}()"

        def __eq__(self, other):
            return type(self) is type(other)

        def __hash__(self):
            return hash(type(self))

        def __reduce__(self):
            return type(self), ()

    class tzutc(_Zone):
        """UTC."""

        def utcoffset(self, when):
            return datetime.timedelta(0)

        dst = utcoffset

        def tzname(self, when):
            return "UTC"

    class tzlocal(_Zone):
        """The zone of the operating system."""

        def _local(self, when):
            stamp = when.replace(tzinfo=datetime.timezone.utc).timestamp() + time.timezone
            return time.localtime(stamp)

        def utcoffset(self, when):
            return datetime.timedelta(seconds=-time.timezone if when is None else self._local(when).tm_gmtoff)

        def dst(self, when):
            return datetime.timedelta(0) if when is None or not self._local(when).tm_isdst else self.utcoffset(when) - datetime.timedelta(seconds=-time.timezone)

        def tzname(self, when):
            return time.tzname[0] if when is None else self._local(when).tm_zone

        def fromutc(self, when):
            offset = time.localtime(when.replace(tzinfo=datetime.timezone.utc).timestamp()).tm_gmtoff
            return when + datetime.timedelta(seconds=offset)
