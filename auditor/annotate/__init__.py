"""What an institution's own large model suspects in a call: hints for people, beside the audit and never part of it."""
