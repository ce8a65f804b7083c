"""Do two hidden units solve XOR? Where random starts end, and what hidden units make of the corners."""
