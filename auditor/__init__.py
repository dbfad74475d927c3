"""Auditor: call transcript quality and compliance auditing for Mandarin collection calls (催收通话质检)."""

__version__ = "0.1.0"
