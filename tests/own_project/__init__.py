"""`python -m tests.own_project`: the bot of docs/tutorial.md in a repository that is not ours.

It is made, talked to, upgraded from an older wa-webhook to this one, and has its flow taken out.
"""
