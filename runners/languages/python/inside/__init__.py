"""Programs that run inside a sandbox, in the interpreter of the code under test. They import nothing of the house and run on Python 3.9."""
