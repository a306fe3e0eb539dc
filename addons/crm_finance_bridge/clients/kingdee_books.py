"""What both Kingdee products are read by: the time of change, told in the server's local time."""

from datetime import UTC, datetime, timedelta

from .adapter import FinanceAdapter
from .errors import Unknown
from .results import ReceiptCursor


class KingdeeAdapter(FinanceAdapter):
    """Settings are a :class:`.settings.KingdeeBooks`."""

    def read_receipts(self, cursor, until):
        """One page of the window from ``since`` less the overlap.

        Pages continue behind the last bill, not at an offset: a bill that is changed while we read
        leaves the window, and offsets would then skip another. A finished window moves ``since`` to its end.
        """
        end = self._window_end(cursor, until)
        if not cursor.partial and end <= cursor.since:
            return [], cursor
        start = cursor.since - timedelta(minutes=self.settings.overlap_minutes)
        receipts, following = self._receipts_page(start, end, cursor.after_id)
        if following is None:
            return receipts, ReceiptCursor(end)
        return receipts, ReceiptCursor(cursor.since, end, following)

    def _receipts_page(self, start, end, after_id):
        """Receipts changed in the window behind ``after_id``, and what the next page goes on behind, if there is one."""
        raise NotImplementedError

    def _moment(self, value):
        """Aware UTC of the server's local time, or ``None``."""
        if not value:
            return None
        try:
            moment = self._parsed_moment(value)
        except (TypeError, ValueError):
            raise Unknown("a date of the reply is unreadable", reason="shape") from None
        return moment.replace(tzinfo=moment.tzinfo or self._zone).astimezone(UTC)

    @staticmethod
    def _parsed_moment(value):
        return datetime.fromisoformat(value)
