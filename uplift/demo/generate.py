"""`generate`: the retailer's exports as German CSV files (semicolon, decimal comma, dd.mm.yyyy, local time)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from uplift.demo import lines, sends
from uplift.demo.contacts import BANDS, COUNTRIES, UNKNOWN, Contacts, Integers, contact_base
from uplift.demo.designs import EXPORTED_ON
from uplift.demo.mails import EVENTS, MailEvents, mail_events_of
from uplift.demo.orders import VOUCHERS, Orders, orders_of
from uplift.demo.past import SEED_APART, past_of, with_past
from uplift.store.files import written_aside

CONTACTS, ORDERS, MAIL_EVENTS = "contacts.csv", "orders.csv", "mail_events.csv"
SENDS, ORDER_LINES = "sends.csv", "order_lines.csv"
SEED = 7
FIRST_ORDER = 700_001
DAYS_UNTIL_ELIGIBLE = 7


@dataclass(frozen=True, slots=True)
class DemoData:
    """The files, and how many rows each holds below its header."""

    contacts: Path
    orders: Path
    mail_events: Path
    n_contacts: int
    n_orders: int
    n_mail_events: int


def generate(folder: Path, *, seed: int = SEED) -> DemoData:
    """Write the files into `folder` (made where absent): the same seed gives the same bytes."""
    return write(exports(seed), folder)


def write(files: Mapping[str, bytes], folder: Path) -> DemoData:
    """Write the files of `exports`, each whole or not at all; a file that is there already with this content stays.

    Raises StateError (UP515) where the folder can't be written.
    """
    for name, content in files.items():
        target = folder / name
        if target.is_file() and target.stat().st_size == len(content) and target.read_bytes() == content:
            continue
        with written_aside(target) as aside:
            aside.write_bytes(content)
    rows = {name: content.count(b"\n") - 1 for name, content in files.items()}
    return DemoData(
        contacts=folder / CONTACTS,
        orders=folder / ORDERS,
        mail_events=folder / MAIL_EVENTS,
        n_contacts=rows[CONTACTS],
        n_orders=rows[ORDERS],
        n_mail_events=rows[MAIL_EVENTS],
    )


def exports(seed: int = SEED) -> Mapping[str, bytes]:
    """File name → content.

    RandomState and not default_rng: its streams are frozen, so other versions of numpy write the same bytes.
    """
    rng = np.random.RandomState(seed)
    base = contact_base(rng)
    past = past_of(base.contacts, np.random.RandomState(seed + SEED_APART))
    orders = with_past(orders_of(base, rng), past.orders)
    mails = mail_events_of(base, rng)
    log = sends.sends_of(past.contacts, np.random.RandomState(seed + sends.SEED_APART))
    bought = lines.lines_of(orders, np.random.RandomState(seed + lines.SEED_APART))
    return {
        CONTACTS: _contacts(past.contacts),
        ORDERS: _orders(orders),
        MAIL_EVENTS: _mail_events(mails),
        SENDS: _sends(log),
        ORDER_LINES: _lines(bought),
    }


def _contacts(c: Contacts) -> bytes:
    one_order = c.orders == 1
    return _csv(
        {
            "customer_id": _whole(c.customer),
            "household_id": _whole(c.household),
            "country": _names(c.country, COUNTRIES),
            "value_band": _names(c.band, BANDS),
            "email_opt_in": _booleans(c.email),
            "print_opt_in": _booleans(c.print),
            "n_orders": _whole(c.orders),
            "days_since_first_order": _whole(c.first),
            "days_since_last_order": _whole(c.last),
            "eligible_at": _days(np.where(one_order, DAYS_UNTIL_ELIGIBLE - c.first, 0), one_order),
            "p_churn_30d": _decimals(c.churn),
            "p_repeat_30d": _decimals(c.repeat),
        }
    )


def _orders(o: Orders) -> bytes:
    return _csv(
        {
            "order_id": _whole(FIRST_ORDER + np.arange(len(o.customer))),
            "customer_id": _whole(o.customer),
            "ordered_at": _minutes(o.minute),
            "net_amount": _decimals(o.cents),
            "is_cancelled": _booleans(o.cancelled),
            "voucher_code": _names(o.voucher, VOUCHERS),
        }
    )


def _mail_events(m: MailEvents) -> bytes:
    return _csv(
        {
            "customer_id": _whole(m.customer),
            "event_at": _minutes(m.minute),
            "event": _names(m.event, EVENTS),
        }
    )


def _sends(s: sends.Sends) -> bytes:
    return _csv(
        {
            "customer_id": _whole(s.customer),
            "campaign": [f"newsletter-{number:02d}" for number in s.campaign.tolist()],
            "sent_at": _minutes(s.minute),
            "slot_by": _names(s.by, sends.SLOT_BY),
            "opened": _booleans(s.opened),
        }
    )


def _lines(o: lines.OrderLines) -> bytes:
    return _csv(
        {
            "order_id": _whole(FIRST_ORDER + o.order),
            "customer_id": _whole(o.customer),
            "ordered_at": _minutes(o.minute),
            "category": _names(o.category, lines.CATEGORIES),
        }
    )


def _csv(columns: Mapping[str, Iterable[str]]) -> bytes:
    lines = [";".join(columns), *map(";".join, zip(*columns.values(), strict=True))]
    return ("\n".join(lines) + "\n").encode()


def _whole(values: Integers) -> list[str]:
    return ["" if value == UNKNOWN else str(value) for value in values.tolist()]


def _decimals(hundredths: Integers) -> list[str]:
    return ["" if value == UNKNOWN else f"{value // 100},{value % 100:02d}" for value in hundredths.tolist()]


def _booleans(values: Integers) -> list[str]:
    return _names(values, ("false", "true"))


def _names(positions: Integers, names: tuple[str, ...]) -> list[str]:
    return [names[position] for position in positions.tolist()]


def _days(days: Integers, known: NDArray[np.bool_]) -> list[str]:
    dates = np.datetime_as_string(np.datetime64(EXPORTED_ON, "D") + days.astype("timedelta64[D]")).tolist()
    return [_german(date) if is_known else "" for date, is_known in zip(dates, known.tolist(), strict=True)]


def _minutes(minutes: Integers) -> list[str]:
    times = np.datetime_as_string(np.datetime64(EXPORTED_ON, "m") + minutes.astype("timedelta64[m]")).tolist()
    return [f"{_german(time[:10])} {time[11:]}" for time in times]


def _german(date: str) -> str:
    return f"{date[8:]}.{date[5:7]}.{date[:4]}"
