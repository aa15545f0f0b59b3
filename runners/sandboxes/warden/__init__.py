"""The program that stands between the controller and a box: starts the command, watches it, kills what is left, reads results.

It runs as a process of its own (`python -I -S`), so that killing it, or its death, ends everything below it. Only the standard library,
and only its light parts: it is started once for every run.
"""
