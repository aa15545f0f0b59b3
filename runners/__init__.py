"""The machines: how a language's tests run, in isolation. Knows nothing of Prefect."""
