"""The block `send_time:`: at which hour a campaign reaches each contact, and from which log that is learned."""

from typing import Literal

from pydantic import Field

from uplift.spec.model import Model
from uplift.spec.scalars import Name, Text

Clock = Literal["04:00", "06:00", "08:00", "10:00", "12:00", "14:00", "16:00", "18:00", "20:00", "22:00"]


class SendTime(Model):
    """The control gets a slot by chance, the treatment its own; slots are the twelve pairs of hours of a local day."""

    log: Name = Field(
        description="Event source of past mails, one row per mail; its `time` is when the mail was sent.",
        examples=["sends"],
    )
    campaign: Text = Field(description="The column that names the campaign.", examples=["campaign"])
    reacted: Text = Field(
        description="SQL condition on the rows: the mail was opened, or clicked.", examples=["opened"]
    )
    random: Text = Field(
        description="SQL condition on the rows: the slot was drawn by chance. Only such rows say what a slot is worth.",
        examples=["slot_by = 'chance'"],
    )
    not_after: Clock | None = Field(
        default=None,
        description="For short sales: the last slot has ended at this hour, for both arms; all day where absent.",
        examples=["18:00"],
    )
