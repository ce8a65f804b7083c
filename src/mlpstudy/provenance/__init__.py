"""Which code a result depends on, and whether it has to be made again."""
