"""Tests of the doors: command line, server, worker, deployments."""
