"""A file that Python refuses to compile."""

return  # noqa: F706
