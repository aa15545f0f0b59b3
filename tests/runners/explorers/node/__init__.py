"""Tests of the explorer for JavaScript and TypeScript."""
