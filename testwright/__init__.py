"""Testwright: campaigns that give any code base unit tests a person would merge."""

__version__ = "0.1.0"
