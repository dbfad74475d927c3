"""The second reader: suspects what rules can't spell out, shows the words that it leaned on, and never takes points."""
