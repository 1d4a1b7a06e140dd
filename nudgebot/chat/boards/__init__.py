"""Dashboards put together for readers: sentences, tables and charts out of plain figures."""
