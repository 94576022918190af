"""Tasks beside a queue of jobs: the same work by one worker process each, on the same server."""
