"""A sample school of any size in the native export format, the same for the same seed."""

from nudgebot.sandbox.sample.school import SampleSummary, write_sample_school

__all__ = ["SampleSummary", "write_sample_school"]
