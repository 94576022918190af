"""Small faults, put into a copy of the project one at a time: do the tests of their subject notice?

`python -m tests.mutants` draws a sample; `make mutants` is the same.
"""
