"""When an enrollment counts: SQL conditions over `enrollments e` and `classes c`, as of `:day`."""

from __future__ import annotations

IN_FORCE = """
    e.gone_at IS NULL AND c.gone_at IS NULL
    AND (e.begin_day IS NULL OR e.begin_day <= :day)
    AND (e.end_day IS NULL OR e.end_day >= :day)
"""
"""It has begun, has not ended, and neither it nor its class is gone."""

IN_TERM = """
    (c.term_start_day IS NULL OR c.term_start_day <= :day)
    AND (c.term_end_day IS NULL OR c.term_end_day >= :day)
"""
"""The class runs; exports often leave an enrollment's own end open."""
