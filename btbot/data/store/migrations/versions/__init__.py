"""One file a step; the names begin with the step's number."""
