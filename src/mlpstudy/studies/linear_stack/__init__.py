"""Do linear layers add up to anything? Their product, and how they learn."""
