"""Measurements that anybody can run again; they print their figures."""
