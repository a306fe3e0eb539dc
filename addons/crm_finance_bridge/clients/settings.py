"""What a consultant fills in per connection, as far as products share it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .errors import InvalidValues, MappingMissing


@dataclass(frozen=True, kw_only=True)
class BookSettings:
    """The books and the tables of codes.

    :param currencies: ISO code -> what the other side calls the currency
    :param local_currency: ISO code of the books
    :param materials: our product key -> number of the material
    :param units: our unit key -> number of the unit
    :param salespersons: our salesperson key -> number
    :param departments: our sales team key -> number of the department
    :param settlements: our journal key -> number of the way of payment; unknown ones use the product's own
    :param utc_offset_minutes: the server's clock against UTC (Asia/Shanghai = 480)
    """

    currencies: Mapping[str, str] = field(default_factory=dict)
    local_currency: str = "CNY"
    materials: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    salespersons: Mapping[str, str] = field(default_factory=dict)
    departments: Mapping[str, str] = field(default_factory=dict)
    settlements: Mapping[str, str] = field(default_factory=dict)
    utc_offset_minutes: int = 480

    def __post_init__(self):
        if not -720 <= self.utc_offset_minutes <= 840:
            raise InvalidValues("settings", "offset out of range")


@dataclass(frozen=True)
class KingdeeBooks(BookSettings):
    """Both Kingdee products keep books per organisation and are read by time of change.

    :param organisation: whose books these are (Galaxy: 结算组织, EAS: 财务组织)
    :param pay_organisation: the one that collects, empty = the same
    :param overlap_minutes: how far receipts are read again, for commits that came late
    """

    organisation: str
    pay_organisation: str = ""
    overlap_minutes: int = 15

    def __post_init__(self):  # pylint: disable=missing-return
        super().__post_init__()
        if not self.organisation:
            raise MappingMissing("organisation")
        if self.overlap_minutes < 1:
            raise InvalidValues("settings", "overlap out of range")

    @property
    def receipt_organisation(self):
        """The organisation whose receipts are read."""
        return self.pay_organisation or self.organisation
