"""Reads pictures and PDFs, in processes of its own: the extra `wa-webhook[ocr]`.

`pages`, `engine` and `child` need the extra and are imported by the child process alone.
"""
