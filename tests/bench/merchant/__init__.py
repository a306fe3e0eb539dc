"""The core: leads in, leads to people, pools, reminders; a file a topic."""

from . import assigning, claims, clock, daily_work, duplicates, importing, pools
