"""Findings and figures -> one page to open and one file to read on a code host."""
