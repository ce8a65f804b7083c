"""When to stop? Prechelt's criteria and simpler rules, asked of the same curves."""
